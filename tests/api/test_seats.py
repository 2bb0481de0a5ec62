"""Who is there and who types, as the status tells it; and who may press in exclusive mode."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from api.keys.changes import KeyChange
from api.keys.desk import Desk
from api.keys.turn import TYPES_FOR_S, Turn
from tests.api.doubles import ScriptedGadget, Stage, heard, say, seated, stage, told_seat

pytestmark = pytest.mark.asyncio

FIREFOX = {
    "user_agent_header": "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
}


@pytest_asyncio.fixture
async def exclusive(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, is_exclusive=True) as made:
        yield made


async def seats(made: Stage) -> list[dict[str, Any]]:
    status = (await made.http.get("/api/status")).json()
    told: list[dict[str, Any]] = status["seats"]
    return told


async def news_until(socket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """The first seat that is told to be so."""
    while True:
        for seat in json.loads(await asyncio.wait_for(socket.recv(), 10))["seats"]:
            if wanted.items() <= seat.items():
                return dict(seat)


async def test_each_socket_is_told_its_seat_and_everybody_sees_who_is_there(
    signed_in: Stage,
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    async with (
        signed_in.socket("/api/keys", **FIREFOX) as one,
        signed_in.socket("/api/keys", user_agent_header="curl/8.5.0") as other,
    ):
        numbers = [await told_seat(one), await told_seat(other)]
        told = await seats(signed_in)
        assert [seat["id"] for seat in told] == numbers
        assert [seat["name"] for seat in told] == ["Firefox on Linux", "curl"]
        assert {seat["address"] for seat in told} == {"127.0.0.1"}
        assert [(seat["held"], seat["is_typing"]) for seat in told] == [(0, False)] * 2
        assert before <= datetime.fromisoformat(told[0]["since"]) <= datetime.now(UTC)


async def test_somebody_may_say_what_they_are_called(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        assert await say(keys, {"name": "Anna Ä."}) == {"name": "Anna Ä."}
        assert [seat["name"] for seat in await seats(signed_in)] == ["Anna Ä."]


@pytest.mark.parametrize("name", ["", "x" * 41, " ", "a\nb", "\u202egnp", 4, None])
async def test_a_name_that_cannot_be_shown_on_a_line_is_refused(
    signed_in: Stage, name: Any
) -> None:
    async with seated(signed_in) as keys:
        assert (await say(keys, {"name": name}))["error"]["code"] == "request_invalid"
        assert (await seats(signed_in))[0]["name"] != name


async def test_who_comes_presses_and_leaves_is_news(signed_in: Stage) -> None:
    async with signed_in.socket("/api/status") as watching:
        async with seated(signed_in) as keys:
            await news_until(watching, held=0, is_typing=False)
            await say(keys, {"code": "KeyA", "down": True})
            await say(keys, {"mouse": "relative", "button": "left", "down": True})
            await news_until(watching, held=2, is_typing=True)
            await say(keys, {"release": True})
            await news_until(watching, held=0, is_typing=True)
        while json.loads(await asyncio.wait_for(watching.recv(), 10))["seats"]:
            pass


async def test_a_program_is_there_only_while_it_presses(signed_in: Stage) -> None:
    signed_in.gadget.answering.clear()
    pressing = asyncio.create_task(signed_in.http.post("/api/keys", json={"press": ["KeyA"]}))
    await signed_in.gadget.was_asked("seat_open")
    async with signed_in.socket("/api/status") as watching:
        assert (await news_until(watching))["name"] == "python-httpx"
        signed_in.gadget.answering.set()
        await pressing
        assert await seats(signed_in) == []


async def test_typing_on_and_on_is_no_news_but_what_is_held_is() -> None:
    gadget = ScriptedGadget()
    desk = Desk(gadget)
    async with desk.seat() as seat:
        await seat.key(KeyChange("ShiftLeft", True))
        revision = desk.revision
        for _ in range(50):
            await seat.key(KeyChange("ShiftLeft", True))
        assert desk.revision == revision
        await seat.key(KeyChange("ShiftLeft", False))
        assert desk.revision == revision + 1


async def test_who_pressed_last_types_for_half_a_minute() -> None:
    now_s = 100.0
    turn = Turn(lambda: now_s)
    assert turn.seat is None
    turn.take("p1")
    now_s += TYPES_FOR_S - 0.1
    assert turn.seat == "p1"
    turn.take("p2")
    assert turn.seat == "p2"
    turn.end("p1")
    assert turn.seat == "p2"
    now_s += TYPES_FOR_S
    assert (turn.seat, TYPES_FOR_S) == (None, 30)


async def test_that_somebody_types_no_more_is_news_though_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.keys.turn.TYPES_FOR_S", 0.05)
    desk = Desk(ScriptedGadget())
    async with desk.seat() as seat:
        await seat.key(KeyChange("KeyA", True))
        await seat.key(KeyChange("KeyA", False))
        assert desk.documents()[0]["is_typing"]
        await asyncio.wait_for(desk.next_change(desk.revision), 10)
        assert not desk.documents()[0]["is_typing"]


async def test_whose_text_is_typed_types_and_their_keys_wait_for_it(tmp_path: Path) -> None:
    owner: str | None = None
    async with stage(tmp_path, text_owner=lambda: owner) as made:
        async with seated(made) as one, seated(made) as other:
            mine, theirs = [seat["id"] for seat in await seats(made)]
            owner = mine
            assert [seat["is_typing"] for seat in await seats(made)] == [True, False]
            for keys in (one, other):
                await say(keys, {"code": "Enter", "down": True})
                await say(keys, {"code": "Enter", "down": False})
            owner = theirs
            await say(one, {"code": "KeyA", "down": True})
        told = [
            ("after_text" in told, told["code"])
            for verb, told in made.gadget.asked
            if verb == "key"
        ]
        assert told == [
            (True, "Enter"),
            (True, "Enter"),
            (False, "Enter"),
            (False, "Enter"),
            (False, "KeyA"),
        ]


async def test_when_the_target_takes_nothing_and_all_keys_are_let_go_their_owners_are_told(
    signed_in: Stage,
) -> None:
    async with seated(signed_in) as one, seated(signed_in) as other, seated(signed_in) as idle:
        await say(one, {"code": "ShiftLeft", "down": True})
        await say(other, {"code": "KeyB", "down": True})
        signed_in.gadget.let_go_of_keys()
        for keys, code in ((one, "ShiftLeft"), (other, "KeyB")):
            error = (await heard(keys))["error"]
            assert error["code"] == "keys_released"
            assert code in error["sentence"]
            assert "stopped asking" in error["sentence"]
        assert await say(idle, {"ping": 1}) == {"pong": 1}
        assert [seat["held"] for seat in await seats(signed_in)] == [0, 0, 0]
        await say(one, {"code": "KeyC", "down": True})
        assert [seat["held"] for seat in await seats(signed_in)] == [1, 0, 0]
        assert await say(one, {"ping": 2}) == {"pong": 2}  # and is not told of anything twice


async def test_when_gadgetd_lets_go_of_buttons_their_owners_are_told(signed_in: Stage) -> None:
    async with seated(signed_in) as keys, seated(signed_in) as other:
        await say(keys, {"code": "KeyA", "down": True})
        for socket in (keys, other):
            await say(socket, {"mouse": "absolute", "button": "left", "down": True})
        assert await say(other, {"mouse": "absolute", "button": "left", "down": False})
        signed_in.gadget.mouse_holds("left")
        assert (await say(keys, {"ping": 1})) == {"pong": 1}
        signed_in.gadget.mouse_holds()
        error = (await heard(keys))["error"]
        assert error["code"] == "keys_released"
        assert error["sentence"].endswith("these keys were let go: left mouse button.")
        assert [seat["held"] for seat in await seats(signed_in)] == [1, 0]
        assert await say(other, {"ping": 2}) == {"pong": 2}


async def test_a_status_that_does_not_know_a_button_yet_says_nothing_about_it(
    signed_in: Stage,
) -> None:
    """It is told after the answer, and a double click may be over before."""
    async with seated(signed_in) as keys:
        for down in (True, False, True):
            await say(keys, {"mouse": "relative", "button": "left", "down": down})
        signed_in.gadget.mouse_holds()
        assert await say(keys, {"ping": 1}) == {"pong": 1}
        assert [seat["held"] for seat in await seats(signed_in)] == [1]


async def test_a_mouse_button_is_not_let_go_with_the_keys(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"mouse": "absolute", "button": "left", "down": True})
        await say(keys, {"code": "KeyA", "down": True})
        signed_in.gadget.let_go_of_keys()
        assert "left" not in (await heard(keys))["error"]["sentence"]
        assert [seat["held"] for seat in await seats(signed_in)] == [1]


# --- exclusive mode -------------------------------------------------------------------------------

A_DOWN = {"code": "KeyA", "down": True}
A_UP = {"code": "KeyA", "down": False}
CLICK = {"mouse": "absolute", "button": "left", "down": True}


async def test_while_one_types_nobody_else_presses_anything(exclusive: Stage) -> None:
    async with seated(exclusive) as anna, seated(exclusive) as ben:
        await say(anna, {"name": "Anna"})
        await say(anna, A_DOWN)
        await say(anna, A_UP)
        for press in (A_DOWN, CLICK):
            error = (await say(ben, press))["error"]
            assert (error["code"], error["sentence"]) == ("seat_taken", "Anna is typing.")
            assert error["remedy"]
        assert (await say(anna, CLICK))["delivery"] == "queued"
    assert exclusive.gadget.strokes() == [("KeyA", True), ("KeyA", False)]


async def test_others_motion_is_refused_once_and_then_left_out_in_silence(
    exclusive: Stage,
) -> None:
    async with seated(exclusive) as anna, seated(exclusive) as ben:
        await say(anna, A_DOWN)
        for x in range(5):
            await ben.send(json.dumps({"mouse": "absolute", "x": x, "y": 0}))
        assert (await heard(ben))["error"]["code"] == "seat_taken"
        assert await say(ben, {"ping": 1}) == {"pong": 1}
    assert "mouse" not in exclusive.gadget.verbs()


async def test_who_has_left_types_no_more(exclusive: Stage) -> None:
    async with seated(exclusive) as ben:
        async with seated(exclusive) as anna:
            await say(anna, A_DOWN)
        await exclusive.gadget.was_asked("seat_close")
        assert (await say(ben, A_DOWN))["delivery"] == "queued"


async def test_one_who_holds_a_key_types_however_long_ago_it_was_pressed() -> None:
    now_s = 0.0
    desk = Desk(ScriptedGadget(), is_exclusive=True, clock=lambda: now_s)
    async with desk.seat("Anna") as anna, desk.seat("Ben") as ben:
        await anna.key(KeyChange("ShiftLeft", True))
        now_s = 600.0
        with pytest.raises(Exception, match=r"Anna is typing\.") as refusal:
            await ben.key(KeyChange("KeyB", True))
        assert getattr(refusal.value, "code", "") == "seat_taken"
        await anna.key(KeyChange("ShiftLeft", False))
        assert (await ben.key(KeyChange("KeyB", True))).delivery == "queued"


async def test_the_keyboard_can_be_taken_and_who_had_it_is_told(exclusive: Stage) -> None:
    async with seated(exclusive) as anna, seated(exclusive) as ben:
        await say(ben, {"name": "Ben"})
        await say(anna, A_DOWN)
        await ben.send('{"take": true}')
        await ben.send(json.dumps({"code": "KeyB", "down": True}))
        lost = (await heard(anna))["error"]
        assert lost["code"] == "seat_lost"
        assert "Ben" in lost["sentence"]
        assert "KeyA" in lost["sentence"]
        assert await heard(ben) == {"taken": True}
        assert (await heard(ben))["code"] == "KeyB"
        assert (await say(anna, A_DOWN))["error"]["sentence"] == "Ben is typing."
        assert (await say(anna, A_UP))["delivery"] == "queued"
        asked = [(verb, told["seat"]) for verb, told in exclusive.gadget.asked if "seat" in told]
        assert asked == [("key", "s1"), ("release", "s1"), ("key", "s2"), ("key", "s1")]
        assert await say(anna, {"ping": 1}) == {"pong": 1}  # told once


async def test_a_program_is_refused_unless_it_takes_the_keyboard(exclusive: Stage) -> None:
    async with seated(exclusive) as anna:
        await say(anna, A_DOWN)
        order = {"press": ["Enter"]}
        refused = await exclusive.http.post("/api/keys", json=order)
        assert (refused.status_code, refused.json()["code"]) == (409, "seat_taken")
        click = await exclusive.http.post("/api/mouse", json=CLICK)
        assert (click.status_code, click.json()["code"]) == (409, "seat_taken")
        assert (await exclusive.http.post("/api/keys?take=true", json=order)).status_code == 200
        assert (await heard(anna))["error"]["code"] == "seat_lost"
    assert exclusive.gadget.strokes() == [("KeyA", True), ("Enter", True), ("Enter", False)]


async def test_a_program_with_an_unknown_key_takes_nothing_from_anybody(exclusive: Stage) -> None:
    async with seated(exclusive) as anna:
        await say(anna, A_DOWN)
        answer = await exclusive.http.post("/api/keys?take=true", json={"press": ["KeyÄ"]})
        assert answer.json()["code"] == "key_unknown"
        assert await say(anna, {"ping": 1}) == {"pong": 1}


async def test_without_exclusive_mode_everybody_presses_and_whoever_pressed_last_types(
    signed_in: Stage,
) -> None:
    async with seated(signed_in) as anna, seated(signed_in) as ben:
        for keys in (anna, ben):
            assert (await say(keys, A_DOWN))["delivery"] == "queued"
            assert (await say(keys, A_UP))["delivery"] == "queued"
        assert [seat["is_typing"] for seat in await seats(signed_in)] == [False, True]
