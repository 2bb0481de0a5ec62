"""One open V4L2 node, and the ioctls on it, with the kernel's answers turned into our errors.

The structures and request numbers are linuxpy's (`linuxpy.video.raw`), computed by ctypes for
the machine we run on; its `Device` class is not used: it copies every frame, cannot set a
standard and leaves its mappings behind on unplug.

Source: Linux media documentation, "Function Reference" (V4L2).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator

from linuxpy.video import raw

from api.video.errors import (
    CaptureBusyError,
    CaptureError,
    CaptureForbiddenError,
    CaptureGoneError,
    CaptureMissingError,
)

# A stray end to an enumeration, far beyond any real list: a driver that never says EINVAL must
# not hold us for ever.
MOST_ITEMS = 256


class Node:
    """An open video node. Close it: whatever is open keeps the node's number from being freed."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self.error("could not be opened", error) from error

    def close(self) -> None:
        """Close the descriptor; again is no harm."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def call(self, request: raw.IOC, argument: ctypes.Structure | ctypes._SimpleCData[int]) -> None:
        """One ioctl; the answer is in `argument`. Raises the bare `OSError`."""
        # The request goes in as unsigned: the direction bits are the sign bit of a C int.
        fcntl.ioctl(self.fd, request.value & 0xFFFF_FFFF, argument)

    def must(
        self, request: raw.IOC, argument: ctypes.Structure | ctypes._SimpleCData[int], doing: str
    ) -> None:
        """One ioctl that has to work; `doing` says in words what would have failed."""
        try:
            self.call(request, argument)
        except OSError as error:
            raise self.error(doing, error) from error

    def listed(
        self, request: raw.IOC, kind: type[ctypes.Structure], **preset: int
    ) -> Iterator[ctypes.Structure]:
        """Everything an enumerating ioctl gives for index 0, 1, 2, ..."""
        for index in range(MOST_ITEMS):
            item = kind(index=index, **preset)
            try:
                self.call(request, item)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    raise CaptureGoneError(self.path) from error
                return  # EINVAL ends a list; ENOTTY and ENODATA mean that there is none
            yield item

    def error(self, doing: str, error: OSError) -> CaptureError:
        """The kernel's errno in our words."""
        match error.errno:
            case errno.ENODEV | errno.ENXIO:
                return CaptureGoneError(self.path)
            case errno.EBUSY:
                return CaptureBusyError(self.path)
            case errno.EACCES | errno.EPERM:
                return CaptureForbiddenError(self.path)
            case errno.ENOENT:
                return CaptureMissingError(self.path, [])
            case errno.ENOSPC:
                return CaptureError(
                    f"{self.path} {doing}: its USB bus has no bandwidth left.",
                    "Connect the grabber to another USB port, without a hub.",
                )
            case _:
                return CaptureError(f"{self.path} {doing}: {error.strerror} ({error.errno}).")


def text(value: bytes) -> str:
    """A C string from a kernel structure."""
    return value.decode("utf-8", "replace")
