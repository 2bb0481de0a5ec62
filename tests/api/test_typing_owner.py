"""Whose text it is: who has to be asked before it is typed, and who may stop it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gadgetd.settings import TypingSettings
from tests.api.doubles import Stage, closed_with, heard, say, seated, stage, told_seat
from tests.api.typing_host import TypingGadget, at_rest
from tests.api.xkb_host import Desktop

pytestmark = pytest.mark.asyncio

MARKER = "xyzzy-Plugh-4711"


async def over(made: Stage) -> dict[str, Any]:
    """The job, once it does not type any more."""
    async with asyncio.timeout(20):
        await at_rest(made.services.typist)
    job: dict[str, Any] = (await made.http.get("/api/typing")).json()["job"]
    return job


@pytest.fixture
def gadget() -> TypingGadget:
    return TypingGadget(Desktop().keyboard("de"))


@pytest_asyncio.fixture
async def made(tmp_path: Path, gadget: TypingGadget) -> AsyncIterator[Stage]:
    async with stage(tmp_path, gadget=gadget, typing=TypingSettings(layout="de")) as made:
        yield made


async def test_a_text_of_a_seat_that_is_not_there_is_refused(
    made: Stage, gadget: TypingGadget
) -> None:
    answer = await made.http.post("/api/typing", json={"text": MARKER, "owner": "p7"})
    assert (answer.status_code, answer.json()["code"]) == (422, "owner_unknown")
    assert "'p7'" in answer.json()["detail"]
    assert gadget.asked == []


async def test_a_text_goes_on_when_the_page_that_owns_it_is_closed_or_signs_out(
    made: Stage, gadget: TypingGadget
) -> None:
    gadget.is_polled = False
    async with made.socket("/api/keys") as keys:
        order = {"text": "abc", "owner": await told_seat(keys)}
        assert (await made.http.post("/api/typing", json=order)).status_code == 201
        await made.http.post("/api/logout")
        await closed_with(keys)
    gadget.is_polled = True
    gadget.poll()
    await made.login()
    assert (await over(made))["state"] == "done"
    assert gadget.written == "abc"


@pytest_asyncio.fixture
async def exclusive(tmp_path: Path, gadget: TypingGadget) -> AsyncIterator[Stage]:
    settings = TypingSettings(layout="de")
    async with stage(tmp_path, gadget=gadget, typing=settings, is_exclusive=True) as made:
        yield made


async def test_in_exclusive_mode_a_text_has_to_ask_whoever_types(
    exclusive: Stage, gadget: TypingGadget
) -> None:
    async with exclusive.socket("/api/keys") as anna, exclusive.socket("/api/keys") as ben:
        owners = [await told_seat(anna), await told_seat(ben)]
        await say(anna, {"name": "Anna"})
        await say(ben, {"mouse": "relative", "button": "left", "down": True})
        for owner in (owners[0], None):
            order = {"text": MARKER, "owner": owner}
            answer = await exclusive.http.post("/api/typing", json=order)
            assert (answer.status_code, answer.json()["code"]) == (409, "seat_taken")
        assert "typing_begin" not in gadget.verbs()
        untypable = {"text": "ж", "owner": owners[0]}
        answer = await exclusive.http.post("/api/typing?take=true", json=untypable)
        assert answer.json()["code"] == "text_untypable"
        assert await say(ben, {"ping": 1}) == {"pong": 1}  # and nothing was taken from anybody
        order = {"text": "a", "owner": owners[0]}
        assert (await exclusive.http.post("/api/typing?take=true", json=order)).status_code == 201
        assert (await heard(ben))["error"]["code"] == "seat_lost"
        await over(exclusive)
        assert (await exclusive.http.post("/api/typing", json=order)).status_code == 201
        await over(exclusive)


async def test_whose_text_is_typed_types_until_somebody_takes_the_keyboard(
    exclusive: Stage, gadget: TypingGadget
) -> None:
    gadget.is_polled = False
    async with exclusive.socket("/api/keys") as anna, exclusive.socket("/api/keys") as ben:
        owner = await told_seat(anna)
        await told_seat(ben)
        await say(anna, {"name": "Anna"})
        await say(ben, {"name": "Ben"})
        await exclusive.http.post("/api/typing", json={"text": "abc", "owner": owner})
        exclusive.services.desk._turn.end(owner)  # half a minute later
        press = {"code": "KeyB", "down": True}
        assert (await say(ben, press))["error"]["sentence"] == "Anna is typing."
        assert await say(ben, {"take": True}) == {"taken": True}
        assert (await heard(anna))["error"]["code"] == "seat_lost"
        job = (await exclusive.http.get("/api/typing")).json()["job"]
        assert job["state"] == "paused"
        assert job["sentence"].startswith("Paused, because Ben has taken the keyboard.")
        resumed = await exclusive.http.post("/api/typing/t1/resume")
        assert (resumed.status_code, resumed.json()["code"]) == (409, "seat_taken")
        gadget.is_polled = True
        resumed = await exclusive.http.post("/api/typing/t1/resume?take=true")
        assert resumed.status_code == 200
        assert (await heard(ben))["error"]["code"] == "seat_lost"
        assert (await over(exclusive))["state"] == "done"
    assert gadget.written == "abc"


async def test_who_takes_the_keyboard_pauses_a_text_that_nobody_here_owns(
    made: Stage, gadget: TypingGadget
) -> None:
    gadget.is_polled = False
    await made.http.post("/api/typing", json={"text": "abc"})
    async with seated(made) as keys:
        assert await say(keys, {"take": True}) == {"taken": True}
        assert (await made.http.get("/api/typing")).json()["job"]["state"] == "paused"
