"""Devices that come and go, and news of them that got lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from pyudev._os.poll import Poll

from gadgetd.devices import udev
from gadgetd.devices.udev import DeviceMonitor


class Netlink(socket.socket):
    """A monitor on an ordinary socket; looks at it with pyudev's own poll, as its monitor does."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.setblocking(False)
        self.bind(("127.0.0.1", 0))

    def filter_by(self, subsystem: str) -> None:
        """Any will do."""

    def start(self) -> None:
        """It has begun."""

    def poll(self, timeout: int) -> object:
        return self.recv(64) if Poll.for_events((self, "r")).poll(timeout) else None

    def overrun(self) -> None:
        """An error is pending, as after more events than the socket could keep."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            address = nobody.getsockname()
        self.connect(address)
        self.send(b"nobody is there, and that is told as an error")

    def event(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as kernel:
            kernel.sendto(b"add", self.getsockname())


@pytest.fixture
def netlink() -> Iterator[Netlink]:
    with (
        Netlink() as here,
        mock.patch.object(udev.pyudev, "Context"),
        mock.patch.object(udev.pyudev, "Monitor") as monitors,
    ):
        monitors.from_netlink.return_value = here
        yield here


@pytest.mark.parametrize("happen", [Netlink.event, Netlink.overrun])
def test_whatever_has_happened_is_told_once_even_if_nobody_knows_what(
    netlink: Netlink, happen: Callable[[Netlink], None]
) -> None:
    async def scene() -> None:
        looks = 0
        told = asyncio.Event()

        def look() -> None:
            nonlocal looks
            looks += 1
            told.set()

        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, why: failures.append(why))
        monitor = DeviceMonitor(("udc",), look)
        happen(netlink)
        async with asyncio.timeout(5):
            await told.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        assert (looks, failures) == (1, [])
        monitor.close()

    asyncio.run(scene())
