"""The drive's one slot: lun.0 of the mass-storage function, by its attributes in configfs.

Every call may wait for the storage below the image, and cannot be interrupted while it does; so
every method is to be called on the worker, never on the event loop.

Sources: Documentation/ABI/testing/configfs-usb-gadget-mass-storage;
drivers/usb/gadget/function/storage_common.c.
"""

from __future__ import annotations

import errno
from pathlib import Path, PurePath

from gadgetd.devices.configfs import text_of, write
from gadgetd.failures import (
    ImageUnreadableError,
    InsertFailedError,
    MediumLockedError,
)
from gadgetd.ports import Image
from gadgetd.usb.medium import ImageTooSmallError, MediumMode

ETOOSMALL = 525  # a number meant for inside the kernel only, which reaches us all the same
_DELETED = " (deleted)"


class Lun:
    """What is in the drive. A `ports.Tray`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def image(self) -> str | None:
        """The path of the inserted image, as the kernel says it; None when the drive is empty.

        The kernel notifies nobody when the host ejects the medium: it has to be asked.
        """
        path = text_of(self._directory / "file")
        # The image may have been deleted since; the target still has it.
        return path.removesuffix(_DELETED) or None

    def measure(self) -> int | None:
        """The size in bytes of the image that is in; None once its name is not its own any more."""
        try:
            # With the mark of a deleted image: what has its name now is another file.
            return Path(text_of(self._directory / "file")).stat().st_size
        except OSError:
            return None

    def mode(self) -> MediumMode:
        """What the drive says it is."""
        return MediumMode.DISK if text_of(self._directory / "cdrom") == "0" else MediumMode.CDROM

    def insert(self, image: Image) -> None:
        """Put an image into the empty drive, and make sure that it is in.

        Raises:
            ImageTooSmallError: the drive is a CD-ROM, and this is no CD.
            ImageUnreadableError: the kernel may not, or cannot, open it.
            MediumLockedError: the drive is not empty, and the host has locked it.
            InsertFailedError: the kernel refused it, or holds something else now.
        """
        try:
            write(self._directory / "file", str(image.door))
        except OSError as error:
            match error.errno:
                case errno.EBUSY:
                    raise MediumLockedError(self._name()) from error
                case n if n == ETOOSMALL:
                    raise ImageTooSmallError(image.name, image.size_bytes, self.mode()) from error
                case errno.EACCES | errno.EPERM | errno.EIO | errno.ENOENT:
                    raise ImageUnreadableError(image.name, error.strerror or str(error)) from error
            raise InsertFailedError(image.name, error.strerror or str(error)) from error
        inside = self.image()
        if inside != image.path.removesuffix(_DELETED):
            raise InsertFailedError(image.name, f"the drive holds {inside or 'nothing'} instead")

    def eject(self, force: bool = False) -> None:
        """Take out what is in; an empty drive stays empty.

        Args:
            force: even if the host has locked the drive; its reads fail from then on.

        Raises:
            MediumLockedError: the host has locked it, and `force` is not set.
        """
        try:
            if force:
                write(self._directory / "forced_eject", "1")
            else:
                write(self._directory / "file", "")
        except FileNotFoundError:  # there is no gadget, so there is no drive
            return
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise MediumLockedError(self._name()) from error
            raise InsertFailedError(self._name(), error.strerror or str(error)) from error

    def _name(self) -> str:
        return PurePath(self.image() or "the medium").name
