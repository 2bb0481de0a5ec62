"""Which of a directory's entries are images at all.

The rule for names is gadgetd's, because it is gadgetd that opens them; what it would refuse is not
offered.
"""

from __future__ import annotations

import os
import stat

from gadgetd.usb.medium import ImageNameInvalidError, check_name


def is_offered(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a regular file itself, no link, with a name that can be asked for.

    Raises:
        OSError: it vanished, or cannot be looked at.
    """
    try:
        check_name(entry.name)
    except ImageNameInvalidError:
        return False
    return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
