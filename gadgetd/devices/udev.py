"""Controllers and HID nodes that come and go, as udev tells them.

Nothing is read out of the event but that it happened: whoever listens looks at the devices
themselves, because several events may have passed by then.

Sources: systemd's sd-device monitor (the netlink groups "kernel" and "udev"); pyudev's guide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pyudev

UDEVD = Path("/run/udev/control")


class DeviceMonitor:
    """Calls `changed` after each change of a device of these subsystems, until closed."""

    def __init__(self, subsystems: tuple[str, ...], changed: Callable[[], None]) -> None:
        # After udevd has applied its rules, permissions are as they will stay. Without udevd
        # nobody would pass anything on, so the kernel itself has to be heard.
        source = "udev" if UDEVD.exists() else "kernel"
        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source=source)
        for subsystem in subsystems:
            self._monitor.filter_by(subsystem)
        self._monitor.start()
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._monitor.fileno(), self._drain)

    def _drain(self) -> None:
        happened = False
        while self._monitor.poll(timeout=0) is not None:
            happened = True
        if happened:
            self._changed()

    def close(self) -> None:
        """Stop listening."""
        self._loop.remove_reader(self._monitor.fileno())
