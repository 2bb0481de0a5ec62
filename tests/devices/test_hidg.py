"""The node's errno in our words; the other end of a socket pair plays the host.

A pair of packet sockets behaves as hidg does where it matters here: it takes whole reports, says
EAGAIN when full, and is a broken pipe when nobody is there. The real node is tried in the lab.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gadgetd.devices.hidg import GADGET_HID_WRITE_GET_REPORT, HidgNode, node_path
from gadgetd.failures import HostAbsentError, HostBusyError, NodeLostError

REPORT = bytes.fromhex("00 00 04 00 00 00 00 00")


@pytest.fixture
def pair() -> Iterator[tuple[HidgNode, socket.socket]]:
    ours, hosts = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    yield HidgNode(ours.fileno()), hosts
    ours.close()
    hosts.close()


def test_a_report_arrives_as_it_is(pair: tuple[HidgNode, socket.socket]) -> None:
    node, host = pair
    node.send(REPORT)
    assert host.recv(64) == REPORT


def test_a_host_that_does_not_collect_is_busy(pair: tuple[HidgNode, socket.socket]) -> None:
    node, _ = pair

    def send_for_ever() -> None:
        while True:
            node.send(REPORT)

    with pytest.raises(HostBusyError):
        send_for_ever()


def test_a_host_that_is_gone_is_absent(pair: tuple[HidgNode, socket.socket]) -> None:
    node, host = pair
    host.close()
    with pytest.raises(HostAbsentError):
        node.send(REPORT)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ESHUTDOWN, HostAbsentError),
        (errno.ENOMEM, HostAbsentError),
        (errno.EIO, NodeLostError),
        (errno.ENODEV, NodeLostError),
    ],
)
def test_what_reading_says_without_a_host_is_told_apart_from_a_dead_node(
    pair: tuple[HidgNode, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Exception],
) -> None:
    def refuse(fd: int, count: int) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "read", refuse)
    with pytest.raises(error):
        pair[0].receive()


def test_no_news_of_the_lights_is_none(pair: tuple[HidgNode, socket.socket]) -> None:
    node, host = pair
    assert node.receive() is None
    host.send(b"\x02")
    assert node.receive() == b"\x02"


def test_the_request_number_is_the_one_that_the_kernels_header_makes() -> None:
    write, size, letter, number = 1, 72, ord("g"), 0x42  # <linux/usb/g_hid.h>, <asm/ioctl.h>
    assert write << 30 | size << 16 | letter << 8 | number == GADGET_HID_WRITE_GET_REPORT


def test_the_node_is_found_by_its_number_whatever_its_name(tmp_path: Path) -> None:
    entry = tmp_path / "dev/char/246:3"
    entry.mkdir(parents=True)
    (entry / "uevent").write_text("MAJOR=246\nMINOR=3\nDEVNAME=hidg3\n")
    assert node_path("246:3", sys=tmp_path) == Path("/dev/hidg3")


def test_a_node_that_is_not_there_is_lost(tmp_path: Path) -> None:
    with pytest.raises(NodeLostError, match="246:0"):
        node_path("246:0", sys=tmp_path)


def test_room_is_seen_as_soon_as_there_is_some(pair: tuple[HidgNode, socket.socket]) -> None:
    node, host = pair
    assert node.has_room_soon()
    while node.has_room_soon():
        node.send(REPORT)
    while not node.has_room_soon():
        assert host.recv(64) == REPORT
    node.send(REPORT)
