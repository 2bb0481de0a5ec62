"""The cable that can be stopped, between two ends that are only sockets; no guest is needed.

Messages are typed out from the kernel's Documentation/usb/usbip_protocol.rst.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lab.guest.slow_cable import OUR_NUMBERS, Relay, Wire

DEVICE = bytes.fromhex("00010002")


def poll(number: int) -> bytes:
    """USBIP_CMD_SUBMIT: 8 bytes from interrupt endpoint 1, every 4th interval."""
    basic = struct.pack(">II4sII", 1, number, DEVICE, 1, 1)
    return basic + struct.pack(">Iiiii8s", 0, 8, 0, 0, 4, b"")


def answer(number: int, report: bytes) -> bytes:
    """USBIP_RET_SUBMIT with a report."""
    return struct.pack(">IIIIIiiiii8s", 3, number, 0, 0, 0, 0, len(report), 0, 0, 0, b"") + report


def unlink(number: int, victim: int) -> bytes:
    """USBIP_CMD_UNLINK."""
    return struct.pack(">II4sIII24s", 2, number, DEVICE, 0, 0, victim, b"")


def unlinked(number: int, status: int) -> bytes:
    """USBIP_RET_UNLINK; -104 says that the request was taken back."""
    return struct.pack(">IIIIIi24s", 4, number, 0, 0, 0, status, b"")


@dataclass
class Bench:
    """The relay, and what the two kernels would have in hand."""

    relay: Relay
    host: socket.socket
    gadget: socket.socket

    def host_says(self, message: bytes) -> None:
        self.host.sendall(message)
        self.relay.from_host()

    def gadget_says(self, message: bytes) -> None:
        self.gadget.sendall(message)
        self.relay.from_gadget()


def heard(end: socket.socket) -> bytes:
    """All that has come to an end until now."""
    try:
        return end.recv(4096)
    except BlockingIOError:
        return b""


@pytest.fixture
def bench() -> Iterator[Bench]:
    host, relay_host = socket.socketpair()
    gadget, relay_gadget = socket.socketpair()
    with host, relay_host, gadget, relay_gadget:
        host.setblocking(False)
        gadget.setblocking(False)
        yield Bench(Relay(Wire(relay_host), Wire(relay_gadget)), host, gadget)


def test_a_poll_and_its_answer_pass_as_they_are(bench: Bench) -> None:
    bench.host_says(poll(7))
    assert heard(bench.gadget) == poll(7)
    bench.gadget_says(answer(7, b"\0\0\x04\0\0\0\0\0"))
    assert heard(bench.host) == answer(7, b"\0\0\x04\0\0\0\0\0")


def test_holding_takes_the_poll_back_and_going_on_hands_it_over_again(bench: Bench) -> None:
    bench.host_says(poll(7))
    heard(bench.gadget)
    bench.relay.hold()
    assert heard(bench.gadget) == unlink(OUR_NUMBERS + 7, 7)
    assert not bench.relay.is_still
    bench.gadget_says(unlinked(OUR_NUMBERS + 7, -104))
    assert bench.relay.is_still
    bench.relay.go_on()
    assert heard(bench.gadget) == poll(7)
    assert heard(bench.host) == b""


def test_a_report_that_was_faster_than_the_hold_arrives_and_the_next_poll_is_kept(
    bench: Bench,
) -> None:
    bench.host_says(poll(7))
    bench.relay.hold()
    heard(bench.gadget)
    bench.gadget_says(answer(7, b"\0" * 8))
    assert heard(bench.host) == answer(7, b"\0" * 8)
    bench.gadget_says(unlinked(OUR_NUMBERS + 7, 0))
    bench.host_says(poll(8))
    assert bench.relay.is_still
    assert heard(bench.gadget) == b""
    bench.relay.go_on()
    assert heard(bench.gadget) == poll(8)


def test_a_host_that_gives_up_a_kept_poll_is_told_that_it_has_it_back(bench: Bench) -> None:
    bench.relay.hold()
    bench.host_says(poll(7))
    bench.host_says(unlink(8, 7))
    assert heard(bench.host) == unlinked(8, -104)
    bench.relay.go_on()
    assert heard(bench.gadget) == b""


def test_control_transfers_pass_while_it_holds(bench: Bench) -> None:
    bench.relay.hold()
    # SET_REPORT, one byte of lights, OUT on endpoint 0.
    lights = struct.pack(">II4sII", 1, 9, DEVICE, 0, 0)
    lights += struct.pack(">Iiiii8s", 0, 1, 0, 0, 0, bytes.fromhex("2109000200000100")) + b"\x02"
    bench.host_says(lights)
    assert heard(bench.gadget) == lights
