"""Which capture devices there are, and which of them is ours.

A grabber has several nodes (metadata, VBI) and a board has nodes that are no grabbers (codecs,
outputs). What counts is what the node says it can do itself: `device_caps`, not `capabilities`,
which speaks for the whole device.

Source: Linux media documentation, "ioctl VIDIOC_QUERYCAP".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from linuxpy.video import raw

from api.video.errors import CaptureError, CaptureForbiddenError, CaptureMissingError
from api.video.ioctl import Node, text

DEV = Path("/dev")
DRIVER_PREFIX = "driver:"
# The kernel's own test driver: right in a lab, wrong wherever there is a real grabber too.
TEST_DRIVER = "vivid"


@dataclass(frozen=True)
class CaptureDevice:
    """A node that gives pictures, as VIDIOC_QUERYCAP describes it.

    Attributes:
        link: its name under /dev/v4l/by-path, which stays with the USB port; None without udev.
    """

    path: str
    driver: str
    card: str
    bus: str
    link: str | None = None

    def __str__(self) -> str:
        """As it is listed to somebody who has to choose."""
        return f"{self.link or self.path} ({self.card}, driver {self.driver})"


@dataclass(frozen=True)
class Inventory:
    """What was found: devices in the order of preference, and nodes we may not open."""

    devices: tuple[CaptureDevice, ...]
    forbidden: tuple[str, ...] = ()


def gives_pictures(device_caps: int) -> bool:
    """Whether a node with these capabilities is a capture device that we can stream from."""
    capture, streaming = raw.Capability.VIDEO_CAPTURE, raw.Capability.STREAMING
    codec = raw.Capability.VIDEO_M2M | raw.Capability.VIDEO_M2M_MPLANE
    return bool(device_caps & capture and device_caps & streaming and not device_caps & codec)


def inventory(dev: Path = DEV) -> Inventory:
    """Ask every video node what it is."""
    links = {link.resolve(): str(link) for link in sorted(dev.glob("v4l/by-path/*"))}
    devices: list[CaptureDevice] = []
    forbidden: list[str] = []
    for path in dev.glob("video*"):
        try:
            found = _described(path, links.get(path.resolve()))
        except CaptureForbiddenError:
            forbidden.append(str(path))
        except CaptureError:
            continue  # just unplugged, or held by a driver that lets one program in at a time
        else:
            devices += [found] if found is not None else []
    return Inventory(preferred(devices), tuple(sorted(forbidden)))


def preferred(devices: Iterable[CaptureDevice]) -> tuple[CaptureDevice, ...]:
    """Real devices before the test driver's, each in the order of their numbers (2 before 10)."""

    def key(device: CaptureDevice) -> tuple[bool, list[int], str]:
        return (
            device.driver == TEST_DRIVER,
            [int(number) for number in re.findall(r"\d+", device.path)],
            device.path,
        )

    return tuple(sorted(devices, key=key))


def choose(configured: str | None, found: Inventory | None = None) -> CaptureDevice:
    """The device that `video.device` means.

    Args:
        configured: a path (a link is followed), `driver:NAME`, or None for the first there is.
        found: what to choose from; None looks.

    Raises:
        CaptureMissingError: no such device; says which there are.
        CaptureForbiddenError: there are nodes, and we may open none of them.
    """
    found = inventory() if found is None else found
    if configured is None:
        matching = found.devices
    elif configured.startswith(DRIVER_PREFIX):
        driver = configured.removeprefix(DRIVER_PREFIX)
        matching = tuple(device for device in found.devices if device.driver == driver)
    else:
        node = str(Path(configured).resolve())
        if node in found.forbidden:
            raise CaptureForbiddenError(configured)
        matching = tuple(device for device in found.devices if device.path == node)
    if matching:
        return matching[0]
    if found.forbidden and not found.devices:
        raise CaptureForbiddenError(", ".join(found.forbidden))
    raise CaptureMissingError(configured, map(str, found.devices))


def _described(path: Path, link: str | None) -> CaptureDevice | None:
    about = raw.v4l2_capability()
    with closing(Node(str(path))) as node:
        node.must(raw.IOC.QUERYCAP, about, "does not answer VIDIOC_QUERYCAP")
    if not gives_pictures(about.device_caps):
        return None
    return CaptureDevice(
        str(path), text(about.driver), text(about.card), text(about.bus_info), link
    )
