"""Many at one keyboard: who takes it from whom, how many there may be, and room for each."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api.keys.changes import KeyChange
from api.keys.desk import SEATS_A_HOLDER, SEATS_MOST, Desk, SeatsFullError
from api.routes.sockets import texts
from tests.api.doubles import ScriptedGadget, Stage, closed_with, heard, seated
from tests.api.test_seats import CLICK, seats

pytestmark = pytest.mark.asyncio


class HeldBackGadget(ScriptedGadget):
    """It opens some seats only when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.held_back: set[int] = set()
        self.may_open = asyncio.Event()

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        answer = await super().call(verb, within_s=within_s, **arguments)
        if verb == "seat_open" and self.verbs().count("seat_open") in self.held_back:
            await self.may_open.wait()
        return answer


async def test_keys_that_were_told_to_be_let_go_are_though_their_taker_has_gone() -> None:
    gadget = HeldBackGadget()
    gadget.held_back = {2}
    desk = Desk(gadget)
    async with desk.seat("Anna") as anna:
        await anna.key(KeyChange("KeyA", True))
        async with desk.seat("Ben") as ben:
            pressing = asyncio.create_task(ben.key(KeyChange("KeyB", True)))
            while gadget.verbs().count("seat_open") < 2:
                await gadget.next_change(gadget.revision)
            taking = asyncio.create_task(desk.take(ben))
            assert "Ben" in str(await anna.lost())
            for task in (taking, pressing):
                task.cancel()
            await asyncio.wait({taking, pressing})
            gadget.may_open.set()
        assert anna.held == ()
        assert (await asyncio.wait_for(gadget.was_asked("release"), 10))["seat"] == "s1"


async def test_two_who_take_the_keyboard_from_each_other_at_once_both_go_on() -> None:
    desk = Desk(ScriptedGadget())
    async with desk.seat("Anna") as anna, desk.seat("Ben") as ben, asyncio.timeout(10):
        await anna.key(KeyChange("KeyA", True))
        await ben.key(KeyChange("KeyB", True))
        await asyncio.gather(desk.take(anna), desk.take(ben))
        for seat in (anna, ben):
            await seat.key(KeyChange("KeyC", True))
        assert [seat.held for seat in (anna, ben)] == [("KeyC",), ("KeyC",)]


async def test_one_login_has_few_seats_and_who_gets_none_is_told(signed_in: Stage) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(SEATS_A_HOLDER):
            await stack.enter_async_context(seated(signed_in))
        async with signed_in.socket("/api/keys") as keys:
            error = (await heard(keys))["error"]
            assert error["code"] == "seats_full"
            assert str(SEATS_A_HOLDER) in error["sentence"]
            assert await closed_with(keys) == 1013
        for path, order in (("/api/keys", {"press": ["KeyA"]}), ("/api/mouse", CLICK)):
            answer = await signed_in.http.post(path, json=order)
            assert (answer.status_code, answer.json()["code"]) == (429, "seats_full")
        assert len(await seats(signed_in)) == SEATS_A_HOLDER
        await signed_in.login()  # another browser
        async with seated(signed_in):
            assert len(await seats(signed_in)) == SEATS_A_HOLDER + 1
    assert signed_in.gadget.strokes() == []


async def test_all_together_have_so_many_seats() -> None:
    desk = Desk(ScriptedGadget())
    async with AsyncExitStack() as stack:
        for holder in range(SEATS_MOST):
            await stack.enter_async_context(desk.seat(holder=holder))
        with pytest.raises(SeatsFullError):
            await stack.enter_async_context(desk.seat(holder="another"))
    async with desk.seat(holder="another"):
        assert len(desk.documents()) == 1


async def test_many_messages_at_once_leave_room_for_others() -> None:
    """A heap of motion is taken one by one, and a turn of the loop comes after each."""
    turns, left = 0, 500

    class Heap:
        async def receive(self) -> dict[str, str]:
            nonlocal left
            left -= 1
            if left:
                return {"type": "websocket.receive", "text": "{}"}
            return {"type": "websocket.disconnect"}

    async def count_turns() -> None:
        nonlocal turns
        while left:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count_turns())
    heap: Any = Heap()
    async for _ in texts(heap):
        pass
    await counting
    assert turns >= 499
