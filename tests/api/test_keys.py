"""Keys: by socket, each with a seat, and by request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gadgetd.errors import RemoteError
from tests.api.doubles import Stage, closed_with, heard, say, seated

pytestmark = pytest.mark.asyncio


async def test_each_key_is_answered_with_what_became_of_it(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        assert await say(keys, {"code": "KeyA", "down": True}) == {
            "delivery": "queued",
            "code": "KeyA",
            "down": True,
            "sentence": "",
        }
        signed_in.gadget.delivery = {"delivery": "undelivered", "sentence": "Nobody is there."}
        assert await say(keys, {"code": "KeyA", "down": False}) == {
            "delivery": "undelivered",
            "code": "KeyA",
            "down": False,
            "sentence": "Nobody is there.",
        }
    assert signed_in.gadget.strokes() == [("KeyA", True), ("KeyA", False)]


async def test_two_sockets_have_two_seats_and_each_gives_back_its_own(signed_in: Stage) -> None:
    async with seated(signed_in) as one, seated(signed_in) as other:
        await say(one, {"code": "KeyA", "down": True})
        await say(other, {"code": "KeyB", "down": True})
        await one.close()
        assert await signed_in.gadget.was_asked("seat_close") == {"seat": "s1"}
        assert (await say(other, {"ping": 1})) == {"pong": 1}
        assert signed_in.gadget.verbs().count("seat_close") == 1


async def test_a_browser_that_vanishes_without_a_word_leaves_its_seat(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"code": "KeyA", "down": True})
        keys.transport.abort()
        await signed_in.gadget.was_asked("seat_close")


async def test_one_who_only_looks_opens_no_seat(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"ping": 1})
    assert signed_in.gadget.asked == []


async def test_release_lets_go_of_everything_of_this_seat(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"code": "KeyA", "down": True})
        assert (await say(keys, {"release": True}))["delivery"] == "queued"
    assert (await signed_in.gadget.was_asked("release"))["seat"] == "s1"


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        b"\x00",
        {},
        {"code": "KeyA"},
        {"code": "KeyA", "down": 1},
        {"code": 4, "down": True},
        {"code": "KeyA", "down": True, "more": 1},
        {"release": False},
        {"ping": "x"},
        {"code": "A" * 9999, "down": True},
        "[" * 60000,
    ],
)
async def test_a_bad_message_is_answered_and_the_socket_stays(
    signed_in: Stage, message: Any
) -> None:
    async with seated(signed_in) as keys:
        error = (await say(keys, message))["error"]
        assert error["code"] == "request_invalid"
        assert error["sentence"]
        assert await say(keys, {"ping": 1}) == {"pong": 1}
    assert signed_in.gadget.asked == []


async def test_an_unknown_key_is_named_and_the_socket_stays(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        error = (await say(keys, {"code": "KeyÄ", "down": True}))["error"]
        assert error["code"] == "key_unknown"
        assert "KeyÄ" in error["sentence"]
        assert (await say(keys, {"code": "KeyA", "down": True}))["delivery"] == "queued"


async def test_a_message_too_large_for_any_key_closes_the_socket(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await keys.send("x" * 70000)
        assert await closed_with(keys) == 1009  # message too big, RFC 6455 section 7.4.1


async def test_keys_held_while_gadgetd_goes_are_told_and_not_pressed_again(
    signed_in: Stage,
) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"code": "ShiftLeft", "down": True})
        signed_in.gadget.go()
        error = (await heard(keys))["error"]
        assert error["code"] == "keys_released"
        assert "ShiftLeft" in error["sentence"]
        refused = await say(keys, {"code": "KeyA", "down": True})
        assert refused["error"]["code"] == "gadgetd_unreachable"
        signed_in.gadget.come()
        assert (await say(keys, {"code": "KeyB", "down": True}))["delivery"] == "queued"
    seats = [told["seat"] for verb, told in signed_in.gadget.asked if verb == "key"]
    assert seats == ["s1", "s2"]
    assert signed_in.gadget.strokes() == [("ShiftLeft", True), ("KeyB", True)]


async def test_a_connection_lost_and_back_at_once_is_told_as_well(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"code": "KeyA", "down": True})
        signed_in.gadget.go()
        signed_in.gadget.come()
        assert (await heard(keys))["error"]["code"] == "keys_released"


async def test_a_browser_that_pinged_and_falls_silent_gets_its_keys_let_go(
    signed_in: Stage,
) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"ping": 1})
        await say(keys, {"code": "KeyA", "down": True})
        assert (await heard(keys))["error"]["code"] == "keys_released"
        assert (await signed_in.gadget.was_asked("release"))["seat"] == "s1"


async def test_a_program_that_never_pings_may_hold_a_key(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await say(keys, {"code": "KeyA", "down": True})
        async with seated(signed_in) as other:
            await say(other, {"ping": 1})
            await say(other, {"code": "KeyB", "down": True})
            await other.recv()  # this one's silence is noticed, so the first one's could have been
        released = [told["seat"] for verb, told in signed_in.gadget.asked if verb == "release"]
        assert released == ["s2"]


async def test_a_chord_goes_down_in_order_and_up_in_reverse(signed_in: Stage) -> None:
    answer = await signed_in.http.post(
        "/api/keys", json={"press": ["ControlLeft", "AltLeft", "Delete"]}
    )
    assert answer.status_code == 200
    down = [("ControlLeft", True), ("AltLeft", True), ("Delete", True)]
    assert signed_in.gadget.strokes() == down + [(code, False) for code, _ in reversed(down)]
    assert [(one["code"], one["down"], one["delivery"]) for one in answer.json()["delivery"]] == [
        (code, is_down, "queued") for code, is_down in signed_in.gadget.strokes()
    ]
    assert signed_in.gadget.verbs()[-1] == "seat_close"


async def test_a_request_never_leaves_a_key_stuck(signed_in: Stage) -> None:
    event = {"code": "KeyA", "down": True}
    answer = await signed_in.http.post("/api/keys", json={"events": [event]})
    assert answer.status_code == 200
    assert signed_in.gadget.asked[-1] == ("seat_close", {"seat": "s1"})


async def test_a_request_that_fails_half_way_still_gives_its_seat_back(signed_in: Stage) -> None:
    signed_in.gadget.refusal = RemoteError("host_absent", "The target is not attached.")
    answer = await signed_in.http.post("/api/keys", json={"press": ["KeyA"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "host_absent")


async def test_an_unknown_key_among_known_ones_presses_none(signed_in: Stage) -> None:
    answer = await signed_in.http.post("/api/keys", json={"press": ["KeyA", "KeyÄ"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_unknown")
    assert signed_in.gadget.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"press": ["KeyA"], "events": []},
        {"press": "KeyA"},
        {"press": [1]},
        {"press": ["KeyA"] * 17},
        {"events": [{"code": "KeyA", "down": True}] * 257},
        {"events": [{"code": "KeyA", "down": "yes"}]},
    ],
)
async def test_an_order_that_makes_no_sense_presses_none(signed_in: Stage, body: Any) -> None:
    answer = await signed_in.http.post("/api/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert signed_in.gadget.asked == []


@asynccontextmanager
async def deaf(made: Stage, *first: Any) -> AsyncIterator[None]:
    """A browser that goes on talking and reads no answer any more, until the api cannot answer."""
    async with seated(made, max_queue=1, close_timeout=0) as keys:
        for message in first:
            await say(keys, message)
        sent = 0

        async def flood() -> None:
            nonlocal sent
            while True:
                await keys.send("x" * 1000)
                sent += 1

        flooding = asyncio.create_task(flood())
        before = -1
        while before != sent:  # nobody tells us that the api reads no more
            before = sent
            await asyncio.sleep(0.3)
        try:
            yield
        finally:
            flooding.cancel()
            keys.transport.abort()


async def test_a_browser_that_takes_no_answer_any_more_gets_its_keys_let_go(
    signed_in: Stage,
) -> None:
    async with deaf(signed_in, {"ping": 1}, {"code": "KeyA", "down": True}):
        await asyncio.wait_for(signed_in.gadget.was_asked("release"), 5)


async def test_a_program_that_never_pings_and_takes_no_answers_loses_its_seat(
    signed_in: Stage,
) -> None:
    async with deaf(signed_in, {"code": "KeyA", "down": True}):
        await asyncio.wait_for(signed_in.gadget.was_asked("seat_close"), 10)


async def test_signing_out_lets_go_the_keys_of_a_browser_that_takes_nothing(
    signed_in: Stage,
) -> None:
    async with deaf(signed_in, {"code": "KeyA", "down": True}):
        assert (await signed_in.http.post("/api/logout")).status_code == 204
        await asyncio.wait_for(signed_in.gadget.was_asked("seat_close"), 5)


async def test_of_a_chord_without_its_first_key_nothing_is_pressed(signed_in: Stage) -> None:
    signed_in.gadget.delivery = {"delivery": "undelivered", "sentence": "Nobody is there."}
    order = {"press": ["MetaLeft", "KeyR"]}
    told = (await signed_in.http.post("/api/keys", json=order)).json()["delivery"]
    assert [each["delivery"] for each in told] == ["undelivered"] * 4
    assert told[0]["sentence"] == "Nobody is there."
    assert {each["sentence"] for each in told[1:]} == {
        "What came before it did not get there, so it was not tried."
    }
    assert signed_in.gadget.strokes() == [("MetaLeft", True)]
    assert signed_in.gadget.verbs()[-1] == "seat_close"
