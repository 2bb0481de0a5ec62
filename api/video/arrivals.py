"""Video nodes that come and go, told by udev.

udev's own events and not the kernel's: they come after udev has set the node's group and made
its links, so what is announced can be opened.

Source: systemd, "sd-device: device monitors"; pyudev, `Monitor`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyudev


@contextmanager
def on_arrival(changed: Callable[[], None]) -> Iterator[None]:
    """Call `changed` on the running event loop whenever a video node appears or disappears."""
    monitor = pyudev.Monitor.from_netlink(pyudev.Context())
    monitor.filter_by("video4linux")
    monitor.start()

    def read() -> None:
        while monitor.poll(timeout=0) is not None:
            changed()

    loop = asyncio.get_running_loop()
    loop.add_reader(monitor.fileno(), read)
    try:
        yield
    finally:
        loop.remove_reader(monitor.fileno())
