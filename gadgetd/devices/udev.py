"""Controllers and HID nodes that come and go, as udev tells them.

Nothing is read out of the event but that it happened: whoever listens looks at the devices
themselves, because several events may have passed by then. So it is when events were lost, because
there were more of them than the socket could keep.

Sources: systemd's sd-device monitor (the netlink groups "kernel" and "udev"); pyudev's guide;
netlink(7) (ENOBUFS); socket(7) (SO_ERROR).
"""

from __future__ import annotations

import asyncio
import os
import socket
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
        try:
            while self._monitor.poll(timeout=0) is not None:
                happened = True
        except OSError:
            # pyudev only looks whether there is an error, and would find it there for ever.
            with socket.socket(fileno=os.dup(self._monitor.fileno())) as same:
                same.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            happened = True
        if happened:
            self._changed()

    def close(self) -> None:
        """Stop listening."""
        self._loop.remove_reader(self._monitor.fileno())
