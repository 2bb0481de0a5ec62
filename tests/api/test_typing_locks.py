"""What a text needs of the target besides letters: locks that are off, and a second layout."""

from __future__ import annotations

import asyncio

import pytest

from api.keys.typist import Typist, Wish
from gadgetd.hid.usages import Led
from tests.api.typing_host import (
    TypingGadget,
    as_written,
    at_rest,
    keyboard,
    once_before,
    typist_for,
)

pytestmark = pytest.mark.asyncio

CAPS = frozenset({Led.CAPS_LOCK})


@pytest.fixture(autouse=True)
def nobodys_own_compose_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XCOMPOSEFILE", raising=False)


async def test_on_windows_caps_lock_is_off_while_typing_and_on_again_afterwards() -> None:
    gadget = TypingGadget(keyboard(lights=CAPS))
    typist = typist_for(gadget, system="windows")
    seen = set()
    gadget.before_stroke = lambda: seen.add(gadget.keyboard.lights)
    await typist.start(Wish("Ab 1!"))
    await at_rest(typist)
    assert gadget.written == "Ab 1!"
    assert gadget.keyboard.lights == CAPS
    assert frozenset() in seen


async def test_a_cancelled_text_leaves_caps_lock_as_it_was() -> None:
    gadget = TypingGadget(keyboard(lights=CAPS))
    typist = typist_for(gadget, system="windows")
    asked: list[asyncio.Task[None]] = []

    def ask() -> None:
        assert typist.job is not None
        asked.append(asyncio.create_task(typist.job.cancel()))

    once_before(gadget, 3, ask)
    await typist.start(Wish("abcdefgh" * 10))
    await at_rest(typist)
    await asked[0]
    assert gadget.keyboard.lights == CAPS
    assert typist.job is not None
    assert typist.job.state == "cancelled"


async def test_a_lock_whose_light_does_not_follow_is_refused_before_the_first_character() -> None:
    gadget = TypingGadget(keyboard(lights=CAPS))
    gadget.freeze_lights()
    typist = typist_for(gadget, system="windows")
    await typist.start(Wish("abc"))
    job = await at_rest(typist)
    told = job.document()
    assert (told["state"], told["typed"], gadget.written) == ("failed", 0, "")
    assert "Caps Lock" in told["sentence"]
    assert gadget.keyboard.lights == CAPS  # pressed twice


SWITCHED = "grp:alt_shift_toggle"


def switching() -> TypingGadget:
    return TypingGadget(keyboard("us,ru", variant=",", options=SWITCHED))


def with_second(gadget: TypingGadget) -> Typist:
    return typist_for(gadget, layout="us", second_layout="ru", switch=("AltLeft", "ShiftLeft"))


async def test_what_the_first_layout_has_not_is_typed_in_the_second() -> None:
    gadget = switching()
    typist = with_second(gadget)
    text = "kernel: ядро, 10 слов\nend"
    await typist.start(Wish(text))
    job = await at_rest(typist)
    assert job.state == "done"
    assert gadget.written == as_written(text)
    assert gadget.keyboard.is_in_first_layout


async def test_a_pause_leaves_the_target_in_its_first_layout() -> None:
    text = "ab жу, c"
    for stroke in range(13):
        gadget = switching()
        typist = with_second(gadget)
        asked: list[asyncio.Task[None]] = []

        def ask(typist: Typist = typist, asked: list[asyncio.Task[None]] = asked) -> None:
            assert typist.job is not None
            asked.append(asyncio.create_task(typist.job.pause()))

        once_before(gadget, stroke, ask)
        job = await typist.start(Wish(text))
        await at_rest(typist)
        if asked:
            await asked[0]
        assert gadget.keyboard.is_in_first_layout
        if job.state == "paused":
            assert gadget.written == text[: job.document()["typed"]]
            await job.resume()
            await at_rest(typist)
        assert (job.state, gadget.written) == ("done", text)


async def test_an_interruption_in_the_second_layout_goes_on_there() -> None:
    gadget = switching()
    typist = with_second(gadget)
    once_before(gadget, 5, lambda: gadget.end("interrupted"))
    job = await typist.start(Wish("ab жу c"))
    await at_rest(typist)
    assert "second layout" in job.document()["sentence"]
    await job.resume()
    await at_rest(typist)
    assert gadget.written == "ab жу c"
    assert gadget.keyboard.is_in_first_layout


async def test_given_up_in_the_second_layout_the_target_is_put_back() -> None:
    gadget = switching()
    typist = with_second(gadget)
    once_before(gadget, 5, lambda: gadget.end("interrupted"))
    job = await typist.start(Wish("ab жу c"))
    await at_rest(typist)
    await job.cancel()
    assert gadget.keyboard.is_in_first_layout
