"""Media for the drive: small ISOs that boot on BIOS and UEFI, and files of known content.

Source: GRUB manual, "grub-mkrescue" and "Simple configuration".
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lab.errors import LabError
from lab.packages import SEARCH_PATH, tool

MENU = ("Rescue shell", "Memory test", "Install", "Boot from disk")
TITLE = "KaputtKVM lab medium"
BUILD_LIMIT_S = 300.0
# Enough for a menu on either firmware; all of GRUB's modules would make it 30 MB.
GRUB_MODULES = "all_video echo halt normal reboot sleep test"


def grub_iso(path: Path, *, entries: Sequence[str] = MENU, title: str = TITLE) -> Path:
    """Make an ISO at `path` whose GRUB shows `entries` and waits for a key for ever.

    An entry that is chosen clears the screen and says its name. Takes seconds, and about 10 MB.

    Raises:
        LabError: `lab.iso.failed`, with what grub-mkrescue said; `lab.tool.missing`.
    """
    menu = "".join(
        f'menuentry "{entry}" {{\n  clear\n  echo "Chosen: {entry}"\n  sleep 600\n}}\n'
        for entry in entries
    )
    config = (
        "set timeout=-1\nset default=0\nterminal_input console\nterminal_output console\n"
        f"set menu_color_normal=white/black\nset menu_color_highlight=black/light-gray\n{menu}"
    )
    with tempfile.TemporaryDirectory(prefix="kaputtkvm-iso-") as directory:
        root = Path(directory) / "root"
        (root / "boot" / "grub").mkdir(parents=True)
        (root / "boot" / "grub" / "grub.cfg").write_text(config)
        (root / "README.TXT").write_text(title + "\n")
        done = subprocess.run(
            [
                tool("grub-mkrescue", "grub-common"),
                "-o",
                path,
                "--compress=xz",
                f"--install-modules={GRUB_MODULES}",
                "--locales=",
                "--fonts=",
                "--themes=",
                root,
                "--",
                "-volid",
                "KAPUTTKVM_LAB",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=BUILD_LIMIT_S,
            env={**os.environ, "PATH": SEARCH_PATH, "TMPDIR": directory},
        )
    if done.returncode != 0 or not path.exists():
        raise LabError("lab.iso.failed", f"grub-mkrescue made no {path}.", log=done.stderr[-2000:])
    return path


def plain_iso(path: Path, size_bytes: int) -> str:
    """Fill `path` with `size_bytes` of content that is the same every time and never repeats.

    Not a file system: something to read back through the drive and compare.

    Returns:
        its SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    block_bytes = 1 << 20
    with path.open("wb") as file:
        for number in range(-(-size_bytes // block_bytes)):
            seed = b"kaputtkvm %d" % number
            block = hashlib.shake_128(seed).digest(min(block_bytes, size_bytes - file.tell()))
            file.write(block)
            digest.update(block)
    return digest.hexdigest()
