"""A host at the other end of a keyboard's node, made of a socket pair.

Packet sockets behave as hidg does where it matters: whole reports, EAGAIN when there is no room,
a broken pipe when nobody is there. The buffer is as small as the kernel lets it be, so a host that
does not collect is soon noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

from gadgetd.devices.hidg import HidgNode
from gadgetd.failures import HostBusyError


class Host:
    """Collects reports when told to."""

    def __init__(self) -> None:
        ours, self._socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        self._socket.setblocking(False)
        ours.setblocking(False)
        self.node = HidgNode(ours.detach())

    def collect(self) -> list[str]:
        """All reports that have arrived, in hexadecimal."""
        reports: list[str] = []
        while True:
            try:
                report = self._socket.recv(64)
            except BlockingIOError:
                return reports
            if not report:
                return reports
            reports.append(report.hex(" "))

    @contextlib.contextmanager
    def polling(self) -> Iterator[list[str]]:
        """It collects whatever comes, for as long as the block lasts; gives what has come."""
        loop = asyncio.get_running_loop()
        seen: list[str] = []
        loop.add_reader(self._socket.fileno(), lambda: seen.extend(self.collect()))
        try:
            yield seen
        finally:
            loop.remove_reader(self._socket.fileno())

    def fill(self) -> None:
        """Make it as if it had not collected for a while: there is no more room."""
        with contextlib.suppress(HostBusyError):
            while True:
                self.node.send(b"\xff" * 8)

    def light(self, lamps: int) -> None:
        """Set the lock lights."""
        self._socket.send(bytes([lamps]))

    def go_away(self) -> None:
        """The cable is pulled."""
        self._socket.close()
