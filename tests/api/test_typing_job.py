"""A typing job: the text arrives exactly, or it is known how far it got."""

from __future__ import annotations

import asyncio

import pytest

from api.keys.job import JobOverError, PlaceUnknownError
from api.keys.layouts import keymap
from api.keys.plan import TextUntypableError, plan
from api.keys.typist import JobUnknownError, TypingBusyError, Typist, Wish
from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Led
from gadgetd.settings import TypingSettings
from tests.api.typing_host import (
    TypingGadget,
    as_written,
    at_rest,
    keyboard,
    once_before,
    typist_for,
    until,
)

pytestmark = pytest.mark.asyncio

CAPS = frozenset({Led.CAPS_LOCK})
TEXT = "Größe: 10 €\n^ô é\t{}|~\nêtre, á!"


@pytest.fixture(autouse=True)
def nobodys_own_compose_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XCOMPOSEFILE", raising=False)


def steps_of(text: str) -> int:
    """How many strokes it takes when nothing happens."""
    return plan(text, keymap("de")).stroke_count


async def test_a_text_arrives_as_it_was_given() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    await typist.start(Wish(TEXT))
    job = await at_rest(typist)
    assert gadget.written == as_written(TEXT)
    told = job.document()
    assert (told["state"], told["typed"], told["total"]) == ("done", len(TEXT), len(TEXT))
    assert (told["line"], told["column"], told["unsure"]) == (3, 9, False)
    assert gadget.verbs()[-1] == "seat_close"
    assert gadget.owner is None


async def test_gadgetd_always_has_the_next_strokes_while_it_types_these() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    await typist.start(Wish("abcdefghij" * 100))
    await at_rest(typist)
    assert gadget.in_flight_most == 2
    assert gadget.written == "abcdefghij" * 100


async def test_nothing_is_typed_unless_all_of_it_can_be() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    with pytest.raises(TextUntypableError):
        await typist.start(Wish("abcж"))
    assert gadget.asked == []
    assert typist.job is None


async def test_a_replacement_is_typed_and_counted() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    await typist.start(Wish("aжbжж", replacement="?"))
    job = await at_rest(typist)
    assert gadget.written == "a?b??"
    assert job.document()["replaced"] == 3


async def test_a_text_that_takes_its_accents_apart_arrives_composed() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    await typist.start(Wish("u\u0308ber e\u0301te\u0301"))
    job = await at_rest(typist)
    assert gadget.written == "über été"
    assert job.document()["total"] == 8


async def test_one_text_at_a_time() -> None:
    gadget = TypingGadget(keyboard())
    gadget.is_polled = False
    typist = typist_for(gadget)
    await typist.start(Wish("abc", owner="p3"))
    assert typist.owner == "p3"
    with pytest.raises(TypingBusyError):
        await typist.start(Wish("def"))
    await (await until(typist, lambda job: True)).cancel()
    assert typist.owner is None
    gadget.is_polled = True
    await typist.start(Wish("ghi"))
    assert (await at_rest(typist)).number == "t2"
    assert gadget.written == "ghi"
    with pytest.raises(JobUnknownError):
        typist.find("t1")


async def test_a_target_that_does_not_ask_for_keys_stalls_the_text_and_loses_nothing() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)

    def stall() -> None:
        gadget.is_polled = False
        gadget.happen()

    once_before(gadget, 5, stall)
    job = await typist.start(Wish(TEXT))
    while gadget.is_polled:
        await gadget.next_change(gadget.revision)
    told = job.document()
    assert told["state"] == "stalled"
    assert told["sentence"] == "The target does not ask for keys."
    gadget.is_polled = True
    gadget.poll()
    await at_rest(typist)
    assert gadget.written == as_written(TEXT)


async def test_a_pause_at_any_stroke_can_be_resumed_without_a_trace() -> None:
    for stroke in range(steps_of(TEXT)):
        gadget = TypingGadget(keyboard())
        typist = typist_for(gadget)
        asked: list[asyncio.Task[None]] = []

        def ask(typist: Typist = typist, asked: list[asyncio.Task[None]] = asked) -> None:
            assert typist.job is not None
            asked.append(asyncio.create_task(typist.job.pause()))

        once_before(gadget, stroke, ask)
        job = await typist.start(Wish(TEXT))
        await at_rest(typist)
        if asked:
            await asked[0]
        if job.state == "paused":
            told = job.document()
            # A letter whose accent was typed was finished, so the target shows what is told.
            assert gadget.written == as_written(TEXT[: told["typed"]])
            assert gadget.keyboard.is_at_rest
            assert gadget.owner is None
            assert not told["unsure"]
            await job.resume()
            await at_rest(typist)
        assert (job.state, gadget.written) == ("done", as_written(TEXT))


async def test_a_cancelled_text_is_forgotten_and_cannot_go_on() -> None:
    gadget = TypingGadget(keyboard())
    gadget.is_polled = False
    typist = typist_for(gadget)
    job = await typist.start(Wish(TEXT))
    await job.cancel()
    assert job.document()["state"] == "cancelled"
    assert vars(job)["_order"] is None
    assert vars(job)["_ready"] is None
    for ask in (job.pause, job.resume):
        with pytest.raises(JobOverError):
            await ask()
    await job.cancel()
    assert gadget.written == ""


@pytest.mark.parametrize("did_arrive", [None, False, True])
async def test_an_interruption_at_any_stroke_says_where_it_was(did_arrive: bool | None) -> None:
    for stroke in range(steps_of(TEXT)):
        gadget = TypingGadget(keyboard())
        typist = typist_for(gadget)
        unsure = did_arrive is not None

        def pull(gadget: TypingGadget = gadget, unsure: bool = unsure) -> None:
            gadget.end("interrupted", is_unsure=unsure, did_arrive=bool(did_arrive))

        once_before(gadget, stroke, pull)
        job = await typist.start(Wish(TEXT))
        await at_rest(typist)
        told = job.document()
        assert told["state"] == "interrupted"
        assert told["unsure"] is unsure
        assert told["sentence"].startswith("The target was unplugged.")
        seen = len(gadget.written)
        assert told["typed"] <= seen <= told["typed"] + unsure
        assert gadget.written == as_written(TEXT[:seen])
        line = TEXT[: told["typed"]].count("\n") + 1
        assert told["line"] == line
        assert told["column"] == told["typed"] - TEXT.rfind("\n", 0, told["typed"])
        # Somebody looks, and takes away an accent that waits.
        if not gadget.keyboard.is_at_rest:
            assert "accent" in told["remedy"]
            gadget.keyboard.forget_accent()
        await job.resume(seen if unsure else None)
        await at_rest(typist)
        assert (job.state, gadget.written) == ("done", as_written(TEXT))


@pytest.mark.parametrize("arriving", [0, 1, 3, 99])
async def test_when_gadgetd_dies_what_was_on_its_way_is_unsure(arriving: int) -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    once_before(gadget, 11, lambda: gadget.go(arriving=arriving))
    job = await typist.start(Wish(TEXT))
    await at_rest(typist)
    told = job.document()
    assert (told["state"], told["unsure"]) == ("interrupted", True)
    assert told["typed"] <= len(gadget.written)
    with pytest.raises(KaputtError):
        await job.resume()
    assert job.state == "interrupted"
    gadget.come()
    gadget.keyboard.forget_accent()
    await job.resume(len(gadget.written))
    await at_rest(typist)
    assert gadget.written == as_written(TEXT)


async def test_an_interrupted_text_waits_for_somebody() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    once_before(gadget, 3, gadget.go)
    job = await typist.start(Wish(TEXT))
    await at_rest(typist)
    gadget.come()
    before = gadget.verbs().count("type")
    with pytest.raises(TypingBusyError):
        await typist.start(Wish("other"))
    await job.cancel()
    assert gadget.verbs().count("type") == before
    assert job.state == "cancelled"


async def test_one_may_go_on_at_any_place_of_the_text() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    once_before(gadget, 4, lambda: gadget.end("interrupted"))
    job = await typist.start(Wish("abcd\r\nefgh"))
    await at_rest(typist)
    for at in (-1, 10):
        with pytest.raises(PlaceUnknownError):
            await job.resume(at)
    await job.resume(5)
    await at_rest(typist)
    assert gadget.written == "abcdefgh"


async def test_caps_lock_going_on_in_the_middle_changes_no_letter() -> None:
    for stroke in range(steps_of(TEXT)):
        gadget = TypingGadget(keyboard())
        typist = typist_for(gadget)

        def press(gadget: TypingGadget = gadget) -> None:
            gadget.keyboard.press_caps_lock()
            gadget.happen()

        once_before(gadget, stroke, press)
        job = await typist.start(Wish(TEXT))
        await at_rest(typist)
        assert (job.state, gadget.written) == ("done", as_written(TEXT))
        assert gadget.keyboard.lights == CAPS


async def test_a_pause_is_heard_while_new_lights_are_waited_for() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    ended = asyncio.Event()

    def end() -> None:
        gadget.end("lights")  # and the news of which lights is late
        ended.set()

    once_before(gadget, 2, end)
    job = await typist.start(Wish("abcdef"))
    await ended.wait()
    await job.pause()
    assert (job.state, gadget.written) == ("paused", "ab")
    assert gadget.owner is None
    await job.resume()
    await at_rest(typist)
    assert gadget.written == "abcdef"


async def test_typing_that_gadgetd_stops_by_itself_waits_for_somebody() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    once_before(gadget, 2, lambda: gadget.end("stopped"))
    job = await typist.start(Wish("abcdef"))
    await at_rest(typist)
    assert job.document()["state"] == "interrupted"
    assert "stopped" in job.document()["sentence"]
    await job.cancel()


async def test_lights_that_never_rest_end_the_text_with_a_sentence() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)

    def flicker() -> None:
        gadget.keyboard.press_caps_lock()
        gadget.happen()

    gadget.before_stroke = flicker
    job = await typist.start(Wish("abc"))
    await at_rest(typist)
    assert job.document()["state"] == "interrupted"
    assert "lights" in job.document()["sentence"]


async def test_a_job_that_is_over_leaves_the_status_after_a_while() -> None:
    gadget = TypingGadget(keyboard())
    typist = Typist(gadget, TypingSettings(layout="de"), shown_afterwards_s=0)
    await typist.start(Wish("a"))
    job = await at_rest(typist)
    while typist.document() is not None:
        await typist.next_change(typist.revision)
    assert typist.find("t1") is job


async def test_progress_is_news_now_and_then_and_the_last_word_is_true() -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    before = typist.revision
    await typist.start(Wish("abcdefgh" * 2000))
    await at_rest(typist)
    told = typist.document()
    assert told is not None
    assert (told["state"], told["typed"]) == ("done", 16000)
    assert typist.revision - before < gadget.verbs().count("type")


@pytest.mark.parametrize("count", [3, 100, 3000])
async def test_a_text_of_nothing_but_what_is_left_out_is_done(count: int) -> None:
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)
    await typist.start(Wish("ж" * count, replacement=""))
    assert (await at_rest(typist)).document()["state"] == "done"
    await typist.start(Wish("a" + "ж" * count + "b", replacement=""))
    told = (await at_rest(typist)).document()
    assert (told["state"], told["typed"], gadget.written) == ("done", count + 2, "ab")


async def test_nothing_goes_on_by_itself_when_the_target_was_away_while_its_lights_changed() -> (
    None
):
    gadget = TypingGadget(keyboard())
    typist = typist_for(gadget)

    def restart() -> None:
        gadget.keyboard.press_caps_lock()
        gadget.end("lights")
        gadget.end("interrupted")  # too late to be told
        gadget.happen()

    once_before(gadget, 2, restart)
    job = await typist.start(Wish("abcdef"))
    await at_rest(typist)
    told = job.document()
    assert (told["state"], told["typed"], gadget.written) == ("interrupted", 2, "ab")
    assert told["sentence"].startswith("The target was away")
    assert gadget.owner is None
    await job.resume()
    await at_rest(typist)
    assert gadget.written == "abcdef"
