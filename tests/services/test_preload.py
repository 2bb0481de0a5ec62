"""What a host that asks for a report is told, where the kernel wants to know that beforehand."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from unittest import mock

import pytest

from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.mouse import Motion
from gadgetd.hid.usages import Button, Key
from gadgetd.keys import Keys
from gadgetd.mice import Kind, Mouse
from tests.services.usb import World

# struct usb_hidg_report of <linux/usb/g_hid.h>: report_id, userspace_req, length, data, padding.
LAYOUT = struct.Struct("=BBH64s4x")


class Answers:
    """Stands for the kernel, which keeps the last one."""

    def __init__(self) -> None:
        self.world = World()
        self.told: list[bytes] = []

    def ioctl(self, fd: int, request: int, argument: bytes) -> None:
        assert request == 0x40486742
        report_id, asks_us, length, data = LAYOUT.unpack(argument)
        assert (report_id, asks_us) == (0, 0)  # we number no reports; and answer it every time
        self.told.append(data[:length])

    def configure(self, service: Keys | Mouse) -> None:
        self.world.do(self.world.target.configure)
        self.world.do(service.target_configured)


@pytest.fixture
def kernel() -> Iterator[Answers]:
    answers = Answers()
    with (
        mock.patch.object(hidg, "os", answers.world.target),
        mock.patch.object(hidg.fcntl, "ioctl", answers.ioctl),
    ):
        yield answers
    answers.world.close()


def mouse_of(kind: Kind) -> Mouse:
    return Mouse(kind, lambda: None, lambda: None, lambda: None, 1.0)


def test_a_host_that_asks_before_anything_was_pressed_has_not_to_wait(kernel: Answers) -> None:
    for service in (
        Keys(Keyboard(), lambda: None, lambda: None),
        mouse_of(Kind.RELATIVE),
        mouse_of(Kind.ABSOLUTE),
    ):
        node = HidgNode(kernel.world.target.open_node())
        kernel.world.do(lambda service=service, node=node: service.plug(node))  # type: ignore[misc]
    # The target is not even there yet. The place is none: beyond the edges.
    assert [told.hex() for told in kernel.told] == ["00" * 8, "00" * 5, "00008000800000"]


def test_what_is_held_is_what_a_host_is_told(kernel: Answers) -> None:
    keys = Keys(Keyboard(), lambda: None, lambda: None)
    kernel.world.do(lambda: keys.plug(HidgNode(kernel.world.target.open_node())))
    kernel.configure(keys)
    kernel.world.pass_time(1)
    kernel.world.run_until_complete(keys.press("s1", Key.A))
    assert kernel.told[-1] == bytes([0, 0, Key.A, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("kind", Kind)
def test_what_a_mouse_has_done_it_does_not_do_again_for_a_host_that_asks(
    kernel: Answers, kind: Kind
) -> None:
    mouse = mouse_of(kind)
    kernel.world.do(lambda: mouse.plug(HidgNode(kernel.world.target.open_node())))
    kernel.configure(mouse)
    kernel.world.do(lambda: mouse.move(Motion(dx=5, wheel=1)))
    kernel.world.do(lambda: mouse.press("s1", Button.LEFT))
    kernel.world.pass_time(1)
    assert len(kernel.world.target.collected) == 3
    assert len(kernel.told) == 1
