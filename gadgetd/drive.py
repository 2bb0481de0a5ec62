"""The drive's service: which image is in, as what, and whether the target sees a drive at all.

A drive that is empty makes some firmware wait for minutes, so by default the target sees one only
once there is something in it, and from then on until it is put away. Showing it re-enumerates;
changing what is in it does not. What the drive *is*, a CD-ROM or a disk, hosts ask only once: to
change that, it is put away and shown again.

A medium that the target has locked is in use, and is taken out only by force.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import PurePath

from gadgetd import status
from gadgetd.cable import Cable, Shape
from gadgetd.errors import KaputtError
from gadgetd.failures import (
    InsertFailedError,
    KernelStuckError,
    StorageAlwaysError,
    StorageNeverError,
)
from gadgetd.ports import Image, Images, Tray
from gadgetd.usb.medium import MediumMode, check_name, check_size
from gadgetd.worker import Worker

log = logging.getLogger(__name__)

# Nobody tells us when the target ejects the medium, so the drive is looked into.
LOOK_EVERY_S = 1.0

ALWAYS = "always"
NEVER = "never"


class Drive:
    """One drive, one slot."""

    def __init__(
        self,
        cable: Cable,
        tray: Tray,
        images: Images,
        policy: str,
        worker: Worker,
        changed: Callable[[], None],
    ) -> None:
        self._cable = cable
        self._tray = tray
        self._images = images
        self._policy = policy
        self._worker = worker
        self._changed = changed

        self._image: str | None = None  # a path, as the kernel says it
        self._size_bytes: int | None = None
        self._ejected: str | None = None
        self._turn = asyncio.Lock()
        self._occupied = asyncio.Event()  # there is, or may be, something in it

    async def start(self) -> None:
        """Start the cable with the drive as an earlier run left it, as far as the policy allows."""
        try:
            mode, inside = await self._worker.run(
                "look into the drive", lambda: (self._tray.mode(), self._tray.image())
            )
            was_shown = await self._cable.found_drive()
        except KaputtError as error:  # the cable will meet it too, and keep it as its problem
            log.warning("%s", error)
            mode, inside, was_shown = MediumMode.CDROM, None, False
        shown = self._policy == ALWAYS or (was_shown and self._policy != NEVER)
        await self._cable.start(Shape(mode, shown))
        self._occupied.set()
        await self._look()
        if inside is not None and self._image is None and shown and self._cable.problem is None:
            await self._put_back(inside, mode)

    async def insert(self, name: str, mode: MediumMode, force: bool = False) -> None:
        """Put an image of the library into the drive, in place of what is in it.

        Args:
            name: its name in the library.
            mode: what the target is to see; another one than before re-enumerates.
            force: even if the target has locked what is in now.

        Raises:
            StorageNeverError: the configuration shows no drive.
            MediumLockedError: the target has locked what is in, and `force` is not set.
            KaputtError: what is wrong with the cable (udc_missing, udc_busy, ...) or with the
                image (image_not_found, image_too_small, ...).
        """
        async with self._turn:
            if self._policy == NEVER:
                raise StorageNeverError()
            if self._cable.problem is not None:
                raise self._cable.problem.with_traceback(None)
            check_name(name)  # before it gets into words
            await self._worker.run(f"open {name}", lambda: self._open(name, mode).close())
            await self._take_out(force)
            shape = self._cable.shape
            if shape.is_drive_shown and shape.mode is not mode:
                await self._cable.present(Shape(shape.mode, is_drive_shown=False))
            await self._cable.present(Shape(mode, self._cable.shape.is_drive_shown))
            await self._put_in(name, mode)
            # Only now, so that the target finds the medium in the drive when it first sees it.
            await self._cable.present(Shape(mode, is_drive_shown=True))
            log.info("Inserted %s as %s.", name, mode)

    async def eject(self, force: bool = False) -> None:
        """Take out what is in. The target keeps seeing the drive, now empty.

        Raises:
            MediumLockedError: the target has locked it, and `force` is not set.
        """
        async with self._turn:
            await self._take_out(force)

    async def show(self, shown: bool, force: bool = False) -> None:
        """Show the drive to the target, empty if it is, or put it away, with what is in taken out.

        Raises:
            StorageNeverError, StorageAlwaysError: the configuration wants it otherwise.
            MediumLockedError: the target has locked what is in, and `force` is not set.
        """
        async with self._turn:
            if shown and self._policy == NEVER:
                raise StorageNeverError()
            if not shown and self._policy == ALWAYS:
                raise StorageAlwaysError()
            if not shown:
                await self._take_out(force)
            await self._cable.present(Shape(self._cable.shape.mode, shown))

    async def run(self) -> None:
        """Look into the drive as long as there is something in it; until cancelled."""
        while True:
            await self._occupied.wait()
            async with self._turn:
                await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    def status(self) -> status.DriveStatus:
        """Its part of the status document."""
        shape = self._cable.shape
        return status.drive(
            shape.is_drive_shown, self._image, shape.mode, self._size_bytes, self._ejected
        )

    # --- one step each ----------------------------------------------------------------------------

    async def _put_in(self, name: str, mode: MediumMode) -> None:
        # Whatever comes of it, it has to be looked at afterwards: a stuck call may yet succeed.
        self._occupied.set()
        self._is_in(*await self._worker.run(f"insert {name}", lambda: self._insert(name, mode)))

    async def _put_back(self, path: str, mode: MediumMode) -> None:
        """The gadget had to be built anew, and what was in the drive has gone with the old one."""
        name = PurePath(path).name
        try:
            await self._worker.run(f"open {name}", lambda: self._find(path, mode))
            await self._put_in(name, mode)
        except KaputtError as error:
            log.warning("%s was in the drive and cannot be put back. %s", name, error)
        else:
            log.info("Put %s back into the drive.", name)

    def _find(self, path: str, mode: MediumMode) -> None:
        """Make sure that the library still has it. Runs on the worker."""
        name = PurePath(path).name
        with contextlib.closing(self._open(name, mode)) as image:
            if image.path != path:
                raise InsertFailedError(name, "another image has its name now")

    def _open(self, name: str, mode: MediumMode) -> Image:
        """The image, if it can be inserted so. Runs on the worker."""
        image = self._images.open(name)
        try:
            check_size(name, image.size_bytes, mode)
        except KaputtError:
            image.close()
            raise
        return image

    def _insert(self, name: str, mode: MediumMode) -> tuple[str, int]:
        """Its path and size, now that it is in. Runs on the worker.

        Opened anew rather than kept open: a call that is given up may have its turn later, and by
        then a descriptor that was closed meanwhile would be that of another file.
        """
        with contextlib.closing(self._open(name, mode)) as image:
            self._tray.insert(image)
            return image.path, image.size_bytes

    async def _take_out(self, force: bool) -> None:
        self._occupied.set()
        what = PurePath(self._image).name if self._image else "the medium"
        await self._worker.run(f"eject {what}", lambda: self._tray.eject(force))
        self._is_in(None, None)

    async def _look(self) -> None:
        try:
            inside, size_bytes = await self._worker.run("look into the drive", self._look_inside)
        except KernelStuckError:
            return  # it is told as a problem; what is in the drive is not known to have changed
        except KaputtError as error:
            log.warning("%s", error)
            return
        ejected = self._image
        if inside != ejected:
            self._is_in(inside, size_bytes)
            if inside is None and ejected is not None:
                self._ejected = PurePath(ejected).name
                log.info("The target ejected %s.", self._ejected)
        if inside is None:
            self._occupied.clear()

    def _look_inside(self) -> tuple[str | None, int | None]:
        """What is in, and its size where that is news. Runs on the worker."""
        inside = self._tray.image()
        is_known = inside is None or inside == self._image
        return inside, None if is_known else self._tray.measure()

    def _is_in(self, path: str | None, size_bytes: int | None) -> None:
        self._image = path
        self._size_bytes = size_bytes
        self._ejected = None
        self._changed()
