"""The jiggler moves the mouse when nobody does, and leaves it where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.jiggler import Jiggler
from api.keys.changes import KeyChange, MouseChange
from api.keys.desk import Desk
from api.keys.turn import SeatTakenError
from gadgetd.errors import RemoteError
from gadgetd.settings import Settings
from tests.api.doubles import ScriptedGadget, gadget_status
from tests.api.test_mouse import moved

pytestmark = pytest.mark.asyncio


class WatchedGadget(ScriptedGadget):
    """It counts how often somebody looks at its status."""

    def __init__(self) -> None:
        self._looks = 0
        super().__init__()

    @property
    def status(self) -> Any:
        self._looks += 1
        self.happen()
        return self._status

    @status.setter
    def status(self, status: Any) -> None:
        self._status = status

    async def was_looked_at(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self._looks < count:
                await self.next_change(self.revision)


@asynccontextmanager
async def jiggling(
    gadget: ScriptedGadget, desk: Desk | None = None, every_s: float | None = 0.01
) -> AsyncIterator[None]:
    running = asyncio.create_task(Jiggler(desk or Desk(gadget), gadget, every_s).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


async def motions(gadget: ScriptedGadget, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        while len(moved(gadget)) < count:
            await gadget.next_change(gadget.revision)
    return moved(gadget)[:count]


def with_mice(*, absolute: bool, relative: bool, state: str = "configured") -> Any:
    status: Any = gadget_status()
    status["mouse"] |= {"absolute": absolute, "relative": relative}
    status["cable"]["state"] = state
    return status


async def test_it_is_off_unless_the_configuration_wants_it() -> None:
    assert Settings().mouse.jiggle_s is None
    gadget = ScriptedGadget()
    async with jiggling(gadget, every_s=None):
        for _ in range(50):
            await asyncio.sleep(0)
    assert gadget.asked == []


async def test_the_relative_mouse_goes_one_step_and_back() -> None:
    gadget = ScriptedGadget()
    async with jiggling(gadget):
        told = await motions(gadget, 4)
    there, back = {"mouse": "relative", "dx": 1, "dy": 0}, {"mouse": "relative", "dx": -1, "dy": 0}
    assert told == [there, back, there, back]
    assert gadget.verbs()[-1] == "seat_close"


@pytest.mark.parametrize(
    ("place", "aside"), [((100, 200), 132), ((32767, 5), 32735), (None, 16383 + 32)]
)
async def test_the_absolute_mouse_comes_back_to_its_place(
    place: tuple[int, int] | None, aside: int
) -> None:
    gadget = ScriptedGadget()
    gadget.status = with_mice(absolute=True, relative=False)
    desk = Desk(gadget)
    x, y = place or (16383, 16383)
    async with desk.seat() as seat:
        if place is not None:
            await seat.mouse(MouseChange("absolute", x=x, y=y))
        start = len(moved(gadget))
        async with jiggling(gadget, desk):
            told = (await motions(gadget, start + 2))[start:]
    assert [(motion["x"], motion["y"]) for motion in told] == [(aside, y), (x, y)]


async def test_it_is_no_seat_that_anybody_sees_and_types_nothing() -> None:
    gadget = ScriptedGadget()
    desk = Desk(gadget)
    async with jiggling(gadget, desk):
        await motions(gadget, 2)
        assert desk.documents() == []
    assert set(gadget.verbs()) == {"seat_open", "mouse", "seat_close"}


async def test_it_waits_for_those_who_use_keyboard_or_mouse() -> None:
    now_s = 0.0
    gadget = ScriptedGadget()
    desk = Desk(gadget, clock=lambda: now_s)
    async with desk.seat() as seat:
        now_s = 60.0
        assert desk.idle_s == 60
        await seat.mouse(MouseChange("relative", dx=1))
        assert desk.idle_s == 0
        now_s = 90.0
        await seat.key(KeyChange("ShiftLeft", True))
        now_s = 900.0
        assert desk.idle_s == 0  # it is held
        await seat.key(KeyChange("ShiftLeft", False))
        now_s = 903.0
        assert desk.idle_s == 3


@pytest.mark.parametrize("state", ["suspended", "not_attached", "default"])
async def test_it_leaves_a_target_alone_that_sleeps_or_is_not_there(state: str) -> None:
    gadget = WatchedGadget()
    gadget.status = with_mice(absolute=True, relative=True, state=state)
    async with jiggling(gadget, every_s=0.001):
        await gadget.was_looked_at(5)
        assert gadget.asked == []
        gadget.status = gadget_status()
        assert await motions(gadget, 1)  # it was only waiting


async def test_it_does_not_move_anything_while_text_is_typed() -> None:
    gadget = WatchedGadget()
    status: Any = gadget_status()
    status["keyboard"]["typing"] = True
    gadget.status = status
    async with jiggling(gadget, every_s=0.001):
        await gadget.was_looked_at(5)
        assert gadget.asked == []


async def test_a_refusal_does_not_end_it_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gadget = ScriptedGadget()
    gadget.refusal = RemoteError("mouse_missing", "There is none.")
    async with jiggling(gadget, every_s=0.001):
        async with asyncio.timeout(10):
            while gadget.verbs().count("seat_open") < 3:
                await gadget.next_change(gadget.revision)
        gadget.refusal = None
        await motions(gadget, 1)
    assert [record.getMessage() for record in caplog.records].count(
        "The mouse was not moved: There is none."
    ) == 1


async def test_motion_that_was_refused_is_no_place_to_come_back_to() -> None:
    desk = Desk(ScriptedGadget(), is_exclusive=True)
    async with desk.seat() as anna, desk.seat() as ben:
        await anna.mouse(MouseChange("absolute", x=1, y=2))
        await anna.key(KeyChange("KeyA", True))
        for button in (None, "left"):
            with pytest.raises(SeatTakenError):
                await ben.mouse(MouseChange("absolute", x=9, y=9, button=button, is_down=True))
        assert desk.place == (1, 2)
