"""What may go into the drive: image names, sizes, and the two kinds of medium.

The kernel accepts more than it can show: of an image too large for a CD-ROM it shows the beginning,
and the last bytes of one that is not whole sectors it drops, both without an error. A target that
boots half an image is worse than none, so these are refused here, with the reason.

Sources: drivers/usb/gadget/function/storage_common.c (fsg_lun_open), the same from 6.1 to 7.3;
Documentation/ABI/testing/configfs-usb-gadget-mass-storage.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from gadgetd.errors import KaputtError

CDROM_SECTOR_BYTES = 2048
DISK_SECTOR_BYTES = 512
CDROM_SMALLEST_BYTES = 300 * CDROM_SECTOR_BYTES  # the shortest track
CDROM_LARGEST_BYTES = (256 * 60 * 75 - 1) * CDROM_SECTOR_BYTES  # the last minute:second:frame
NAME_LONGEST_BYTES = 255  # NAME_MAX of Linux


class MediumMode(StrEnum):
    """How the target sees an image: a CD (2048-byte sectors) or a disk (512), both read-only."""

    CDROM = "cdrom"
    DISK = "disk"


class ImageNameInvalidError(KaputtError):
    """Not the name of a file in the library: images are chosen by name, never by path."""

    code = "image_name_invalid"

    def __init__(self, name: str, reason: str) -> None:
        shown = ascii(name[:60]) + ("…" if len(name) > 60 else "")
        super().__init__(
            f"{shown} cannot be the name of an image: {reason}.",
            "Give the name of a file in the image directory.",
        )


class ImageTooSmallError(KaputtError):
    """Too few bytes for this kind of medium."""

    code = "image_too_small"

    def __init__(self, name: str, size_bytes: int, mode: MediumMode) -> None:
        kind, smallest = _KIND[mode], _SMALLEST[mode]
        super().__init__(
            f"{name} has {size_bytes:,} bytes; a {kind} needs at least {smallest:,}.",
            _offer_disk(size_bytes) if mode is MediumMode.CDROM else "Choose another image.",
        )
        self.size_bytes = size_bytes


class ImageTooLargeError(KaputtError):
    """More bytes than the kernel shows of a CD-ROM."""

    code = "image_too_large"

    def __init__(self, name: str, size_bytes: int) -> None:
        super().__init__(
            f"{name} has {size_bytes:,} bytes, and the kernel's CD-ROM ends after "
            f"{CDROM_LARGEST_BYTES:,}: the target would get only the first part of it.",
            _offer_disk(size_bytes),
        )
        self.size_bytes = size_bytes


class ImageNotSectorsError(KaputtError):
    """Not a whole number of sectors, so that the last bytes would be missing."""

    code = "image_not_sectors"

    def __init__(self, name: str, size_bytes: int, mode: MediumMode) -> None:
        sector = _SECTOR[mode]
        super().__init__(
            f"{name} has {size_bytes:,} bytes, which is not a whole number of {sector}-byte "
            f"sectors: the target would not get the last {size_bytes % sector} bytes.",
            "The file may be an unfinished download. If it is complete, "
            f"'truncate -s %{sector} FILE' fills up its last sector with zeros.",
        )
        self.size_bytes = size_bytes


_KIND = {MediumMode.CDROM: "CD-ROM", MediumMode.DISK: "disk"}
_SECTOR = {MediumMode.CDROM: CDROM_SECTOR_BYTES, MediumMode.DISK: DISK_SECTOR_BYTES}
_SMALLEST = {MediumMode.CDROM: CDROM_SMALLEST_BYTES, MediumMode.DISK: DISK_SECTOR_BYTES}


def check_name(name: str) -> str:
    """`name` itself, if it can be the name of a file in the image directory and nothing else.

    Raises:
        ImageNameInvalidError: it is empty, a path, hidden, too long, or not printable text.
    """
    if reason := _objection(name):
        raise ImageNameInvalidError(name, reason)
    return name


def check_size(name: str, size_bytes: int, mode: MediumMode) -> None:
    """Make sure that the target would see all of an image, and that the kernel would take it.

    Raises:
        ImageTooSmallError: below 614,400 bytes as a CD-ROM, below one sector as a disk.
        ImageTooLargeError: above 2,359,293,952 bytes as a CD-ROM.
        ImageNotSectorsError: the last sector is not full.
    """
    if size_bytes < _SMALLEST[mode]:
        raise ImageTooSmallError(name, size_bytes, mode)
    if mode is MediumMode.CDROM and size_bytes > CDROM_LARGEST_BYTES:
        raise ImageTooLargeError(name, size_bytes)
    if size_bytes % _SECTOR[mode]:
        raise ImageNotSectorsError(name, size_bytes, mode)


def modes_for(size_bytes: int) -> tuple[MediumMode, ...]:
    """The ways in which an image of this size can be inserted, the usual one first."""
    return tuple(mode for mode in MediumMode if _fits(size_bytes, mode))


def _fits(size_bytes: int, mode: MediumMode) -> bool:
    try:
        check_size("", size_bytes, mode)
    except KaputtError:
        return False
    return True


def _offer_disk(size_bytes: int) -> str:
    if not _fits(size_bytes, MediumMode.DISK):
        return "Choose another image."
    return "Insert it as a disk: most Linux images start from a disk too."


def _objection(name: str) -> str | None:
    if not name:
        return "it is empty"
    if "/" in name or "\\" in name:
        return "it has a path separator"
    if name.startswith("."):
        return "it begins with a dot"
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in name):
        return "it has a control character"
    try:
        size_bytes = len(name.encode())
    except UnicodeEncodeError:  # a lone surrogate: half a character, or a name that is not UTF-8
        return "it is not valid text"
    if size_bytes > NAME_LONGEST_BYTES:
        return f"it has {size_bytes} bytes, and a file name has at most {NAME_LONGEST_BYTES}"
    return None
