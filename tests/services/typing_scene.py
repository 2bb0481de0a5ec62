"""A keyboard at a target of its own time, for text to be typed on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar
from unittest import mock

import pytest

from gadgetd.delivery import Delivery
from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.strokes import pictures
from gadgetd.hid.usages import Key, Led
from gadgetd.keys import Keys
from gadgetd.typist import Typed
from tests.services.usb import POLL_INTERVAL_S, World

T = TypeVar("T")

PATIENCE_S = 1.0
NOTHING = bytes(8)
TEXT = [[4], [225, 5], [5], [5], [6]]
REPORTS = [
    bytes.fromhex(report)
    for report in (
        "0000040000000000",
        "0000000000000000",
        "0200050000000000",
        "0000000000000000",
        "0000050000000000",
        "0000000000000000",
        "0000050000000000",
        "0000000000000000",
        "0000060000000000",
        "0000000000000000",
    )
]


class Scene:
    """A keyboard at a target that has set it up and has nothing left to collect."""

    def __init__(self) -> None:
        self.world = World()
        self.target = self.world.target
        self.news = 0
        self.woken = 0
        self.keys = Keys(Keyboard(), self._changed, lambda: None, PATIENCE_S, self._wake)

    def set_up(self) -> None:
        self.keys.plug(HidgNode(self.target.open_node()))
        self.target.configure()
        self.keys.target_configured()

    def do(self, act: Callable[[], object]) -> None:
        self.world.do(act)

    def ask(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        answer = self.world.create_task(what)
        self.world.pass_time(0)
        return answer

    def begin(self, seat: str = "s1") -> None:
        self.do(lambda: self.keys.typing_begin(seat))

    def end(self, seat: str = "s1") -> None:
        self.do(lambda: self.keys.typing_end(seat))

    def type(
        self,
        strokes: list[list[int]] = TEXT,
        *,
        seat: str = "s1",
        delay_s: float = 0.0,
        lights: frozenset[Led] | None = None,
    ) -> asyncio.Task[Typed]:
        return self.ask(self.keys.type(seat, pictures(strokes), delay_s, lights))

    def press(self, key: Key, seat: str = "s2", **more: Any) -> asyncio.Task[Delivery]:
        return self.ask(self.keys.press(seat, key, **more))

    def release(self, key: Key, seat: str = "s2") -> asyncio.Task[Delivery]:
        return self.ask(self.keys.release(seat, key))

    def polls(self, count: float) -> None:
        self.world.pass_time(count * POLL_INTERVAL_S)

    @property
    def collected(self) -> list[bytes]:
        """What the host has got since it was last asked."""
        reports, self.target.collected = self.target.collected, []
        return reports

    def _changed(self) -> None:
        self.news += 1

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture
def scene() -> Iterator[Scene]:
    here = Scene()
    with mock.patch.object(hidg, "os", here.target):
        here.do(here.set_up)
        here.world.pass_time(2)  # whatever is told more than once has been
        assert here.collected
        yield here
        here.do(here.keys.unplug)
    here.world.close()
