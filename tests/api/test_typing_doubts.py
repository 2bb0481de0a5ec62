"""What nobody can know of a text is told: repeated characters, and what was on its way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.keys.typist import Wish
from gadgetd.hid.usages import Led
from tests.api.typing_host import TypingGadget, at_rest, keyboard, once_before, typist_for

pytestmark = pytest.mark.asyncio

CAPS = frozenset({Led.CAPS_LOCK})


@pytest.fixture(autouse=True)
def nobodys_own_compose_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XCOMPOSEFILE", raising=False)


async def test_where_the_target_may_have_repeated_a_character_is_told() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    gadget.holds_long = {3, 6}
    seen: list[dict[str, Any]] = []
    gadget.before_stroke = lambda: seen.append(typist.document() or {})
    await typist.start(Wish("ab\ncd\ne" + "x" * 100))
    told = (await at_rest(typist)).document()
    assert told["doubtful"] == [{"line": 2, "column": 1}, {"line": 3, "column": 1}]
    assert "repeated the character in line 2, column 1 and 1 other." in told["sentence"]
    assert told["remedy"] == "Look there."
    assert (told["state"], told["typed"]) == ("done", 107)
    assert seen[-1]["doubtful"] == told["doubtful"]  # and while it types
    assert seen[-1]["state"] == "typing"
    assert "repeated" in seen[-1]["sentence"]
    await typist.start(Wish("y"))
    assert (await at_rest(typist)).document()["doubtful"] == []


async def test_an_accent_and_its_letter_are_one_doubtful_character_and_ten_are_told() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    gadget.holds_long = set(range(1000))
    job = await typist.start(Wish("aé" * 50, owner=None))
    await at_rest(typist)
    told = job.document()
    assert told["doubtful"] == [{"line": 1, "column": column} for column in range(1, 11)]
    assert "line 1, column 1 and 99 others." in told["sentence"]


async def test_a_place_in_doubt_stays_so_when_the_text_is_paused_in_it() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    gadget.holds_long = {1}
    once_before(gadget, 2, lambda: gadget.end("interrupted"))
    job = await typist.start(Wish("abc"))
    await at_rest(typist)
    assert job.document()["doubtful"] == [{"line": 1, "column": 2}]
    await job.resume()
    await at_rest(typist)
    assert job.document()["doubtful"] == [{"line": 1, "column": 2}]
    assert "Look there." in job.document()["remedy"]


async def test_a_letter_that_a_stalled_target_gets_after_a_pause_is_told_as_unsure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody pauses between accent and letter, and the target asks for keys no more."""
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    pausing: list[asyncio.Task[None]] = []

    def pause() -> None:
        assert typist.job is not None
        gadget.is_polled = False
        pausing.append(asyncio.create_task(typist.job.pause()))

    monkeypatch.setattr("api.keys.flight.ANSWER_WITHIN_S", 0.05)
    once_before(gadget, 2, pause)
    job = await typist.start(Wish("aôb"))
    while gadget.verbs().count("typing_begin") < 2:
        await gadget.next_change(gadget.revision)
    gadget.ends_unsure = True
    await at_rest(typist)
    await pausing[0]
    told = job.document()
    assert (told["state"], told["typed"], told["unsure"]) == ("paused", 1, True)
    assert "accent" in told["remedy"]


async def test_what_nobody_knows_of_a_text_stays_unknown_when_it_is_cancelled() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    once_before(gadget, 2, lambda: gadget.end("interrupted", is_unsure=True))
    job = await typist.start(Wish("abcdef"))
    await at_rest(typist)
    await job.cancel()
    told = job.document()
    assert (told["state"], told["typed"], told["unsure"]) == ("cancelled", 2, True)
    assert "The next one may have arrived" in told["sentence"]


async def test_when_the_api_stops_the_text_stops_and_the_locks_are_as_they_were() -> None:
    gadget = TypingGadget(keyboard(lights=CAPS))
    typist = typist_for(gadget, system="windows")
    reached = asyncio.Event()
    once_before(gadget, 9, reached.set)
    await typist.start(Wish("abc" * 10_000))
    await reached.wait()
    await typist.close()
    assert gadget.owner is None
    assert gadget.keyboard.lights == CAPS
    assert gadget.verbs()[-1] == "seat_close"
    await typist.close()
