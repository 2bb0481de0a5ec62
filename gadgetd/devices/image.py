"""An image of the library, opened once and then meant for good.

The library belongs to a less trusted user than we are. So a name is looked up without following a
link, and whoever needs the file afterwards takes it by the descriptor: what was checked is what the
kernel opens, even if the name has meanwhile been given to something else.

Sources: open(2) on O_PATH and O_NOFOLLOW; proc(5) on /proc/[pid]/fd.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gadgetd.failures import ImageNotFoundError, ImageNotRegularError, ImageUnreadableError
from gadgetd.usb.medium import check_name


class OpenImage:
    """A regular file of the library, held open. A `ports.Image`."""

    def __init__(self, name: str, fd: int) -> None:
        self._name = name
        self._fd = fd

    @property
    def name(self) -> str:
        """What the library calls it."""
        return self._name

    @property
    def size_bytes(self) -> int:
        """How long the file is now."""
        return os.fstat(self._fd).st_size

    @property
    def door(self) -> Path:
        """A path for this process alone that leads to exactly this file."""
        return Path(f"/proc/self/fd/{self._fd}")

    @property
    def path(self) -> str:
        """Where the file really lies, as the kernel says it."""
        return str(self.door.readlink())

    def close(self) -> None:
        """Let go of the file; the drive, if it has it, keeps it."""
        os.close(self._fd)


class Library:
    """The directory of images."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def open(self, name: str) -> OpenImage:
        """Open the image of this name.

        Raises:
            ImageNameInvalidError: it is not a plain file name.
            ImageNotFoundError: there is none of that name.
            ImageNotRegularError: it is a link, a directory, a device.
            ImageUnreadableError: we may not look.
        """
        check_name(name)
        try:
            directory = os.open(self._directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fd = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
            finally:
                os.close(directory)
        except FileNotFoundError as error:
            raise ImageNotFoundError(name, self._directory) from error
        except OSError as error:
            raise ImageUnreadableError(name, error.strerror or str(error)) from error
        kind = os.fstat(fd).st_mode
        if not stat.S_ISREG(kind):
            os.close(fd)
            raise ImageNotRegularError(name, word_for(kind))
        return OpenImage(name, fd)


def word_for(mode: int) -> str:
    """What a person calls this kind of file."""
    kinds = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a directory", stat.S_IFBLK: "a block device"}
    return kinds.get(stat.S_IFMT(mode), "something special")
