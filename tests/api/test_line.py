"""The line: keys keep their order, whatever becomes of each, and nothing holds up a ping.

gadgetd answers here when the test says so, in whatever order.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.keys.changes import KeyChange
from api.keys.desk import Desk
from api.keys.line import Line
from gadgetd.errors import KaputtError, RemoteError
from gadgetd.failures import GadgetdSilentError
from tests.api.doubles import ScriptedGadget

DELIVERED = {"delivery": "delivered", "sentence": ""}


class SlowGadget(ScriptedGadget):
    """It is asked at once, and answers what the test lets it answer."""

    def __init__(self) -> None:
        super().__init__()
        self.owed: list[asyncio.Future[dict[str, str]]] = []

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        if verb not in ("key", "mouse", "release"):
            return await super().call(verb, within_s=within_s, **arguments)
        self.asked.append((verb, arguments))
        owed: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self.owed.append(owed)
        self.happen()
        return dict(await owed)

    async def until_asked(self, count: int) -> None:
        """Wait until it owes, or has given, so many answers."""
        while len(self.owed) < count:
            await self.next_change(self.revision)


class Browser:
    """The other end of a line."""

    def __init__(self, desk: Desk, seat: Any) -> None:
        self.heard: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.line = Line(desk, seat, self._hear, silence_limit_s=3600)

    async def _hear(self, answer: dict[str, Any]) -> None:
        self.heard.append(answer)
        self._news.set()

    async def say(self, **message: Any) -> None:
        await self.line.hear(json.dumps(message))

    async def until_heard(self, count: int) -> None:
        while len(self.heard) < count:
            self._news.clear()
            await self._news.wait()


@asynccontextmanager
async def browser(gadget: ScriptedGadget, desk: Desk | None = None) -> AsyncIterator[Browser]:
    desk = desk or Desk(gadget)
    async with desk.seat("Anna", "192.0.2.7") as seat:
        made = Browser(desk, seat)
        try:
            yield made
        finally:
            made.line.hang_up()


CODES = st.sampled_from(["KeyA", "KeyB", "ShiftLeft", "Enter"])
KEYS = st.builds(lambda code, down: {"code": code, "down": down}, CODES, st.booleans())
BUTTONS = st.builds(
    lambda button, down: {"mouse": "absolute", "button": button, "down": down},
    st.sampled_from(["left", "right"]),
    st.booleans(),
)
MESSAGES = st.lists(
    st.one_of(
        KEYS, BUTTONS, st.just({"release": True}), st.builds(lambda n: {"ping": n}, st.integers())
    ),
    max_size=30,
)


def told(verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A request to gadgetd, as the message that it came from."""
    if verb == "release":
        return {"release": True}
    return {name: value for name, value in arguments.items() if name not in ("seat", "patience_ms")}


@given(MESSAGES, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=200, deadline=None)
def test_keys_reach_gadgetd_in_their_order_in_whatever_order_it_answers(
    messages: list[dict[str, Any]], chance: Any, is_slow_to_open: bool
) -> None:
    async def play() -> None:
        gadget = SlowGadget()
        if is_slow_to_open:
            gadget.answering.clear()
        async with browser(gadget) as page:
            acts = [message for message in messages if "ping" not in message]
            for message in messages:
                await page.say(**message)
                if "ping" in message:
                    assert page.heard[-1] == {"pong": message["ping"]}
            gadget.answering.set()
            await gadget.until_asked(len(acts))
            order = list(range(len(acts)))
            chance.shuffle(order)
            for number in order:
                gadget.owed[number].set_result(DELIVERED)
            await page.until_heard(len(messages))
            assert [told(*asked) for asked in gadget.asked if asked[0] != "seat_open"] == acts
            answered = [answer for answer in page.heard if "delivery" in answer]
            keys = [(a["code"], a["down"]) for a in answered if a.get("code")]
            assert sorted(keys) == sorted((a["code"], a["down"]) for a in acts if "code" in a)
            assert len(answered) == len(acts)

    asyncio.run(play())


@pytest.mark.asyncio
async def test_a_key_that_is_delivered_early_is_answered_before_one_that_waits() -> None:
    gadget = SlowGadget()
    async with browser(gadget) as page:
        await page.say(code="KeyA", down=True)
        await page.say(code="KeyB", down=True)
        await gadget.until_asked(2)
        gadget.owed[1].set_result(DELIVERED)
        await page.until_heard(1)
        assert page.heard == [
            {"delivery": "delivered", "code": "KeyB", "down": True, "sentence": ""}
        ]


@pytest.mark.asyncio
async def test_a_browser_that_is_silent_while_its_keys_wait_is_noticed() -> None:
    gadget = SlowGadget()
    desk = Desk(gadget)
    async with desk.seat() as seat:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        line = Line(desk, seat, heard.put, silence_limit_s=0.01)
        minding = asyncio.create_task(line.mind_silence())
        await line.hear('{"ping": 1}')
        await line.hear('{"code": "KeyA", "down": true}')
        await gadget.was_asked("release")
        gadget.owed[1].set_result(DELIVERED)
        assert await heard.get() == {"pong": 1}
        assert (await heard.get())["error"]["code"] == "keys_released"
        minding.cancel()
        line.hang_up()


@pytest.mark.asyncio
async def test_a_browser_that_pings_while_its_key_waits_is_not_silent() -> None:
    gadget = SlowGadget()
    desk = Desk(gadget)
    async with desk.seat() as seat:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        line = Line(desk, seat, heard.put, silence_limit_s=0.5)
        minding = asyncio.create_task(line.mind_silence())
        await line.hear('{"code": "Enter", "down": true}')
        started_s, number = time.monotonic(), 0
        while time.monotonic() < started_s + 1:  # twice what it may be silent for
            number += 1
            await line.hear(json.dumps({"ping": number}))
            assert await heard.get() == {"pong": number}
            await asyncio.sleep(0)
        assert gadget.verbs() == ["seat_open", "key"]
        minding.cancel()
        line.hang_up()


@pytest.mark.asyncio
async def test_so_many_keys_may_wait_and_more_are_refused_in_words() -> None:
    gadget = SlowGadget()
    async with browser(gadget) as page:
        for _ in range(40):
            for code in ("KeyA", "KeyB"):
                await page.say(code=code, down=True)
                await page.say(code=code, down=False)
        await page.say(code="KeyC", down=True)
        await page.until_heard(160 - 128 + 1)
        await gadget.until_asked(128)
        assert {answer["error"]["code"] for answer in page.heard} == {"keys_waiting"}
        assert "128 keys wait" in page.heard[0]["error"]["sentence"]
        assert len(gadget.owed) == 128
        gadget.owed[0].set_result(DELIVERED)
        await page.until_heard(34)
        await page.say(code="KeyD", down=True)
        await gadget.until_asked(129)


@given(
    st.lists(
        st.tuples(st.sampled_from(["KeyA", "KeyB", "KeyC", "KeyD"]), st.booleans(), st.booleans()),
        max_size=600,
    )
)
@settings(max_examples=30, deadline=None)
def test_whatever_is_pressed_an_up_of_a_held_key_is_taken_and_the_bound_holds(
    events: list[tuple[str, bool, bool]],
) -> None:
    async def play() -> None:
        gadget = SlowGadget()
        desk = Desk(gadget)
        answered = 0
        async with desk.seat() as seat:
            works: list[asyncio.Task[Any]] = []
            for code, is_down, gives_an_answer in events:
                is_up_of_held = not is_down and code in seat.held
                work = asyncio.ensure_future(seat.key(KeyChange(code, is_down)))
                works.append(work)
                await asyncio.sleep(0)
                if is_up_of_held:
                    assert not work.done()
                    assert code not in seat.held
                assert seat.load <= 128
                if gives_an_answer and answered < len(gadget.owed):
                    gadget.owed[answered].set_result(DELIVERED)
                    answered += 1
                    await asyncio.sleep(0)
            for work in works:
                work.cancel()
            for result in await asyncio.gather(*works, return_exceptions=True):
                assert not isinstance(result, Exception) or isinstance(result, KaputtError)

    asyncio.run(play())


@pytest.mark.asyncio
async def test_all_seats_together_never_owe_so_much_that_gadgetd_ends_the_connection() -> None:
    gadget = SlowGadget()
    desk = Desk(gadget)
    pages = []
    async with desk.seat() as one, desk.seat() as two, desk.seat() as three, desk.seat() as four:
        for seat in (one, two, three, four):
            page = Browser(desk, seat)
            pages.append(page)
            for _ in range(150):
                await page.say(code="KeyA", down=True)
        refused = 4 * 150 - 400
        for page in pages:
            await page.until_heard(1)
        await gadget.until_asked(390)
        assert len(gadget.owed) <= 400 < 512  # docs/wire.md
        assert sum(len(page.heard) for page in pages) >= refused
        for page in pages:
            page.line.hang_up()


@pytest.mark.asyncio
async def test_keys_older_than_two_seconds_are_not_pressed_but_always_let_go() -> None:
    now_s, gadget = 1000.0, ScriptedGadget()
    desk = Desk(gadget)
    async with desk.seat() as seat:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        line = Line(desk, seat, heard.put, clock=lambda: now_s)

        async def said(**message: Any) -> dict[str, Any]:
            await line.hear(json.dumps(message))
            return await heard.get()

        assert await said(ping=1, at=70_000.0) == {"pong": 1}
        assert (await said(code="KeyA", down=True, at=70_000))["delivery"] == "queued"
        now_s = 1003.4  # 3.4 s of our clock, in which 0.2 s of the browser's messages came
        late = await said(code="KeyB", down=True, at=70_200)
        assert (late["delivery"], late["code"], late["down"]) == ("undelivered", "KeyB", True)
        assert "3.2 s" in late["sentence"]
        button = {"mouse": "relative", "button": "left", "down": True}
        assert (await said(**button, at=70_200))["delivery"] == "undelivered"
        assert (await said(code="KeyA", down=False, at=70_200))["delivery"] == "queued"
        assert (await said(code="KeyC", down=True))["delivery"] == "queued"  # it does not say when
        assert (await said(code="KeyD", down=True, at=72_000))["delivery"] == "queued"  # 1.4 s old
        line.hang_up()
    assert [(code, down) for code, down in gadget.strokes()] == [
        ("KeyA", True),
        ("KeyA", False),
        ("KeyC", True),
        ("KeyD", True),
    ]


@pytest.mark.asyncio
async def test_who_leaves_while_the_seat_is_being_opened_gives_it_back() -> None:
    gadget = SlowGadget()
    gadget.answering.clear()
    leaving = asyncio.Event()

    async def visit() -> None:
        async with browser(gadget) as page:
            await page.say(code="KeyA", down=True)
            await gadget.was_asked("seat_open")
            leaving.set()

    visiting = asyncio.create_task(visit())
    await leaving.wait()
    gadget.answering.set()
    await visiting
    assert gadget.asked == [("seat_open", {}), ("seat_close", {"seat": "s1"})]


class ImpatientGadget(ScriptedGadget):
    """It notes how long its answers are waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_s: dict[str, float | None] = {}

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        self.waited_s[verb] = within_s
        return await super().call(verb, within_s=within_s, **arguments)


@pytest.mark.asyncio
async def test_answers_are_waited_for_as_long_as_gadgetd_waits_for_the_target_and_longer() -> None:
    gadget = ImpatientGadget()
    owner: str | None = None
    desk = Desk(gadget, patience_ms=10_000, text_owner=lambda: owner)
    async with desk.seat() as seat:
        await seat.key(KeyChange("KeyA", True))
        assert all(waited_s is not None and waited_s > 10 for waited_s in gadget.waited_s.values())
        owner = seat.id
        await seat.key(KeyChange("KeyB", True))
        assert gadget.waited_s["key"] is None  # the text may be long
        await seat.release()
        assert gadget.waited_s["release"] is not None


@pytest.mark.asyncio
async def test_a_key_that_gadgetd_does_not_answer_for_counts_as_held_because_it_may_be() -> None:
    gadget = ScriptedGadget()
    async with Desk(gadget).seat() as seat:
        await seat.key(KeyChange("KeyA", True))
        gadget.refusal = GadgetdSilentError("key", 3.0)
        with pytest.raises(GadgetdSilentError):
            await seat.key(KeyChange("KeyB", True))
        gadget.refusal = RemoteError("host_absent", "The target is not attached.")
        with pytest.raises(RemoteError):
            await seat.key(KeyChange("KeyC", True))
        assert seat.held == ("KeyA", "KeyB")


@pytest.mark.asyncio
async def test_silence_lets_go_also_of_what_is_down_without_being_known_here() -> None:
    """Pressed in the moment in which gadgetd let go of all keys; that news comes afterwards."""
    gadget = ScriptedGadget()
    desk = Desk(gadget)
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    async with desk.seat() as seat:
        line = Line(desk, seat, heard.put, silence_limit_s=0.05)
        minding = asyncio.create_task(line.mind_silence())
        await line.hear('{"code": "KeyA", "down": true}')
        await heard.get()
        gadget.let_go_of_keys()
        assert (await seat.interrupted()).code == "keys_released"
        await line.hear('{"ping": 1}')
        assert await heard.get() == {"pong": 1}
        await asyncio.wait_for(gadget.was_asked("release"), 10)
        assert heard.empty()
        line.hang_up()
        minding.cancel()
