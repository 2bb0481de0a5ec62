"""What lies in the image directory, and how each image can be inserted.

Read anew whenever somebody asks, because files come by scp, by a mounted stick, by anything. A
directory that is missing or may not be read is part of the answer and not a failure of it.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.images.names import is_offered
from gadgetd.errors import KaputtError
from gadgetd.usb.medium import MediumMode, check_size, modes_for


class ImagesUnreadableError(KaputtError):
    """The image directory cannot be listed."""

    code = "images_unreadable"

    def __init__(self, directory: Path, error: OSError) -> None:
        super().__init__(
            f"The image directory {directory} cannot be read: {error.strerror}.",
            "Create it, let this user read it, or set images.directory.",
        )


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        modified: when its content last changed.
        modes: how it can be inserted, the usual way first; empty when there is no way.
        reason: why it cannot be a CD-ROM; None when it can.
    """

    name: str
    size_bytes: int
    modified: datetime
    modes: tuple[MediumMode, ...]
    reason: str | None


@dataclass(frozen=True)
class Listing:
    """The images by name, or why there are none to be seen."""

    images: tuple[Image, ...]
    problem: ImagesUnreadableError | None = None


class Library:
    """One directory of images; nothing below it and nothing that a link leads to."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # A thread of its own: a disk may have to spin up, and a share of the network may never
        # answer. Whoever waits for that must not take the threads that passwords are compared in.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="images")

    async def listing(self) -> Listing:
        """What is there now."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read)

    def _read(self) -> Listing:
        try:
            with os.scandir(self._directory) as entries:
                images = [image for entry in entries if (image := image_of(entry)) is not None]
        except OSError as error:
            return Listing((), ImagesUnreadableError(self._directory, error))
        images.sort(key=lambda image: (image.name.casefold(), image.name))
        return Listing(tuple(images))


def image_of(entry: os.DirEntry[str]) -> Image | None:
    """The image that a directory entry is; None when it is none, or is gone by now."""
    try:
        if not is_offered(entry):
            return None
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return Image(
        name=entry.name,
        size_bytes=status.st_size,
        modified=date_of(int(status.st_mtime)),
        modes=modes_for(status.st_size),
        reason=why_no_cdrom(entry.name, status.st_size),
    )


def date_of(time_s: int) -> datetime:
    """The date; the calendar's end for one beyond it, which file systems store without a word."""
    try:
        return datetime.fromtimestamp(time_s, UTC)
    except (ValueError, OverflowError):
        return (datetime.max if time_s > 0 else datetime.min).replace(tzinfo=UTC)


def why_no_cdrom(name: str, size_bytes: int) -> str | None:
    """Why an image of this size cannot be a CD-ROM; None when it can."""
    try:
        check_size(name, size_bytes, MediumMode.CDROM)
    except KaputtError as error:
        return str(error)
    return None
