"""Mice: by socket and by request. Motion may be merged, buttons may not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gadgetd.errors import RemoteError
from tests.api.doubles import ScriptedGadget, Stage, heard, say, seated
from tests.api.test_line import DELIVERED, SlowGadget, browser

ABSENT = {"delivery": "undelivered", "sentence": "The target is not attached."}


def moved(gadget: ScriptedGadget) -> list[dict[str, Any]]:
    """What gadgetd was told of mice."""
    return [
        {name: value for name, value in told.items() if name not in ("seat", "patience_ms")}
        for verb, told in gadget.asked
        if verb == "mouse"
    ]


@pytest.mark.asyncio
async def test_motion_is_carried_and_answered_only_when_it_did_not_arrive(
    signed_in: Stage,
) -> None:
    messages = [
        {"mouse": "absolute", "x": 0, "y": 32767},
        {"mouse": "relative", "dx": -32767, "dy": 5},
        {"mouse": "relative", "dx": 1, "dy": 1, "wheel": -3, "pan": 127},
    ]
    async with seated(signed_in) as keys:
        for number, message in enumerate(messages):
            await keys.send(json.dumps(message))
            assert await say(keys, {"ping": number}) == {"pong": number}
            await signed_in.gadget.was_asked("mouse")
            while len(moved(signed_in.gadget)) <= number:
                await signed_in.gadget.next_change(signed_in.gadget.revision)
        signed_in.gadget.delivery = dict(ABSENT)
        assert await say(keys, messages[0]) == {
            **ABSENT,
            "mouse": "absolute",
            "button": None,
            "down": None,
        }
        await keys.send(json.dumps(messages[0]))  # the same trouble is told once
        assert await say(keys, {"ping": 9}) == {"pong": 9}
    assert moved(signed_in.gadget) == [*messages, messages[0], messages[0]]


@pytest.mark.asyncio
async def test_a_button_is_answered_and_let_go_when_its_owner_goes(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        press = {"mouse": "absolute", "x": 7, "y": 8, "button": "left", "down": True}
        assert await say(keys, press) == {
            "delivery": "queued",
            "mouse": "absolute",
            "button": "left",
            "down": True,
            "sentence": "",
        }
        keys.transport.abort()
        await signed_in.gadget.was_asked("seat_close")
    assert moved(signed_in.gadget) == [press]


@pytest.mark.asyncio
async def test_a_button_that_did_not_arrive_is_held_by_nobody(signed_in: Stage) -> None:
    signed_in.gadget.delivery = dict(ABSENT)
    async with seated(signed_in) as keys:
        press = {"mouse": "absolute", "button": "left", "down": True}
        assert (await say(keys, press))["delivery"] == "undelivered"
        status = (await signed_in.http.get("/api/status")).json()
        assert status["seats"][0]["held"] == 0


@pytest.mark.asyncio
async def test_a_silent_browsers_buttons_are_let_go_and_named(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"ping": 1})
        await say(keys, {"mouse": "relative", "button": "right", "down": True})
        error = (await heard(keys))["error"]
        assert (error["code"], "right mouse button" in error["sentence"]) == ("keys_released", True)
        assert (await signed_in.gadget.was_asked("release"))["seat"] == "s1"


@pytest.mark.asyncio
async def test_a_mouse_that_is_switched_off_is_told_once_for_motion_and_always_for_buttons(
    signed_in: Stage,
) -> None:
    signed_in.gadget.refusal = RemoteError("mouse_missing", "There is no relative mouse.")
    async with seated(signed_in) as keys:
        for _ in range(3):
            await keys.send('{"mouse": "relative", "dx": 1, "dy": 1}')
        assert (await heard(keys))["error"]["code"] == "mouse_missing"
        for _ in range(2):
            click = await say(keys, {"mouse": "relative", "button": "left", "down": True})
            assert click["error"]["code"] == "mouse_missing"
        status = (await signed_in.http.get("/api/status")).json()
        assert status["seats"][0]["held"] == 0


@pytest.mark.parametrize(
    "message",
    [
        {"mouse": "tablet", "x": 1, "y": 1},
        {"mouse": "absolute"},
        {"mouse": "absolute", "x": 1},
        {"mouse": "absolute", "x": -1, "y": 0},
        {"mouse": "absolute", "x": 32768, "y": 0},
        {"mouse": "absolute", "x": 1.5, "y": 0},
        {"mouse": "absolute", "dx": 1, "dy": 0},
        {"mouse": "relative", "x": 1, "y": 1},
        {"mouse": "relative", "dx": 32768, "dy": 0},
        {"mouse": "relative", "wheel": 128},
        {"mouse": "relative", "button": "left"},
        {"mouse": "relative", "down": True},
        {"mouse": "relative", "button": "turbo", "down": True},
        {"mouse": "relative", "dx": 1, "dy": 1, "dz": 1},
        {"mouse": "absolute", "x": 1, "y": 1, "at": "now"},
        '{"mouse": "absolute", "x": 1, "y": 1, "at": NaN}',
    ],
)
@pytest.mark.asyncio
async def test_what_no_mouse_does_is_refused_and_moves_nothing(
    signed_in: Stage, message: Any
) -> None:
    async with seated(signed_in) as keys:
        assert (await say(keys, message))["error"]["code"] == "request_invalid"
    assert signed_in.gadget.asked == []


@pytest.mark.asyncio
async def test_a_program_can_click_by_request(signed_in: Stage) -> None:
    click = {"mouse": "absolute", "x": 16000, "y": 200, "button": "left", "down": True}
    answer = await signed_in.http.post("/api/mouse", json=click)
    assert answer.status_code == 200
    assert answer.json() == {
        "delivery": "queued",
        "mouse": "absolute",
        "button": "left",
        "down": True,
        "sentence": "",
    }
    assert moved(signed_in.gadget) == [click]
    assert signed_in.gadget.asked[-1] == ("seat_close", {"seat": "s1"})


@pytest.mark.asyncio
async def test_a_request_that_makes_no_sense_moves_nothing(signed_in: Stage) -> None:
    for body in ({}, {"mouse": "absolute", "x": 1}, {"mouse": "relative"}):
        answer = await signed_in.http.post("/api/mouse", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert signed_in.gadget.asked == []


RELATIVE = st.builds(
    lambda dx, dy, wheel: {"mouse": "relative", "dx": dx, "dy": dy, "wheel": wheel},
    st.integers(-200, 200),
    st.integers(-200, 200),
    st.integers(-3, 3),
)
ABSOLUTE = st.builds(
    lambda x, y: {"mouse": "absolute", "x": x, "y": y},
    st.integers(0, 32767),
    st.integers(0, 32767),
)
BUTTON = st.builds(
    lambda mouse, button, down: {"mouse": mouse, "button": button, "down": down},
    st.sampled_from(["absolute", "relative"]),
    st.sampled_from(["left", "right"]),
    st.booleans(),
)


class Screen:
    """What a mouse has done in all, after each of its buttons: merging must not change it."""

    def __init__(self, messages: list[dict[str, Any]], mouse: str) -> None:
        self.way = [0, 0, 0]
        self.place: tuple[int, int] | None = None
        self.at_buttons: list[tuple[Any, ...]] = []
        for message in messages:
            if message["mouse"] != mouse:
                continue
            for axis, name in enumerate(("dx", "dy", "wheel")):
                self.way[axis] += message.get(name, 0)
            if "x" in message:
                self.place = message["x"], message["y"]
            if "button" in message:
                self.at_buttons.append((message["button"], message["down"], *self.way, self.place))


async def settled() -> None:
    """Everything that can be done without gadgetd has been done."""
    for _ in range(30):
        await asyncio.sleep(0)


@given(st.lists(st.one_of(RELATIVE, ABSOLUTE, BUTTON), max_size=40), st.data())
@settings(max_examples=150, deadline=None)
def test_however_slow_gadgetd_is_motion_adds_up_and_buttons_come_where_they_were_pressed(
    messages: list[dict[str, Any]], data: st.DataObject
) -> None:
    async def play() -> None:
        gadget = SlowGadget()
        async with browser(gadget) as page:
            answered = 0
            for message in messages:
                await page.say(**message)
                await settled()
                while answered < len(gadget.owed) and data.draw(st.booleans()):
                    gadget.owed[answered].set_result(DELIVERED)
                    answered += 1
                    await settled()
                unanswered = [
                    told["mouse"]
                    for (verb, told), owed in zip(
                        [one for one in gadget.asked if one[0] == "mouse"], gadget.owed, strict=True
                    )
                    if "button" not in told and not owed.done()
                ]
                assert len(unanswered) == len(set(unanswered))  # one of each mouse at most
            while answered < len(gadget.owed):
                gadget.owed[answered].set_result(DELIVERED)
                answered += 1
                await settled()
            for mouse in ("absolute", "relative"):
                meant, became = Screen(messages, mouse), Screen(moved(gadget), mouse)
                assert became.at_buttons == meant.at_buttons
                assert (became.way, became.place) == (meant.way, meant.place)

    asyncio.run(play())
