"""Runs on the board: reads our drive back through its kernel's sr driver.

drive_read.py VENDOR PRODUCT SIZE   waits for a medium of SIZE bytes: prints `SIZE SHA256`
drive_read.py VENDOR PRODUCT empty  waits until there is no medium:  prints `empty`
drive_read.py VENDOR PRODUCT there  says at once whether there is a drive: `there` or `absent`
"""

import errno
import fcntl
import hashlib
import os
import struct
import sys
import time
from pathlib import Path

BLKGETSIZE64 = 0x80081272
LIMIT_S = 60.0
INTERVAL_S = 0.25  # sr has no event for a medium without a udev that asks it


def drive(vendor: str, product: str) -> str | None:
    """The node of the CD drive that hangs on our gadget, if there is one."""
    for block in sorted(Path("/sys/block").glob("sr*")):
        place = (block / "device").resolve()
        for parent in place.parents:
            identity = parent / "idVendor"
            if identity.exists():
                same = identity.read_text().strip() == vendor
                same = same and (parent / "idProduct").read_text().strip() == product
                if same:
                    return f"/dev/{block.name}"
                break
    return None


def medium_bytes(node: str) -> int:
    """Size of the medium; 0 where there is none."""
    try:
        descriptor = os.open(node, os.O_RDONLY)
    except OSError as error:
        if error.errno in (errno.ENOMEDIUM, errno.EIO, errno.ENXIO, errno.ENOENT):
            return 0
        raise
    try:
        answer = fcntl.ioctl(descriptor, BLKGETSIZE64, b"\0" * 8)
        return int(struct.unpack("Q", answer)[0])
    finally:
        os.close(descriptor)


def digest(node: str) -> str:
    """SHA-256 of the whole medium."""
    with Path(node).open("rb") as medium:
        return hashlib.file_digest(medium, "sha256").hexdigest()


def main() -> int:
    """Wait for what was asked; exit status 1 with what was seen when it does not come."""
    vendor, product, wanted = sys.argv[1:4]
    if wanted == "there":
        print("there" if drive(vendor, product) else "absent")
        return 0
    limit = time.monotonic() + LIMIT_S
    seen = "no drive"
    while time.monotonic() < limit:
        node = drive(vendor, product)
        if node is not None:
            size_bytes = medium_bytes(node)
            seen = f"a medium of {size_bytes} bytes" if size_bytes else "an empty drive"
            if wanted == "empty" and not size_bytes:
                print("empty")
                return 0
            if wanted.isdigit() and size_bytes == int(wanted):
                print(size_bytes, digest(node))
                return 0
        time.sleep(INTERVAL_S)
    print(f"waited for {wanted}, saw {seen}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
