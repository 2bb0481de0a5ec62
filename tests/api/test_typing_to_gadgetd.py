"""A text through the api and a real gadgetd server, read back from the reports by libxkbcommon."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from api.keys.plan import Stroke
from api.keys.session import LIGHTS, Session
from gadgetd.hid.usages import Key
from gadgetd.settings import TypingSettings
from tests.api.doubles import stage
from tests.api.test_keys_to_gadgetd import NOTHING, Target, client, gadgetd
from tests.api.xkb_host import Desktop

pytestmark = pytest.mark.asyncio

TEXT = "Größe {10} €\n^ ô é ~\tÄ\\" * 40


def stroke_of(report: str) -> Stroke:
    """The keys that are down in a report (HID 1.11 Appendix B.1)."""
    modifiers, _, *slots = bytes.fromhex(report)
    held = [Key(Key.LEFT_CONTROL + bit) for bit in range(8) if modifiers >> bit & 1]
    *others, key = [*held, *(Key(slot) for slot in slots if slot)]
    return Stroke(tuple(others), key)


async def read(target: Target, length: int) -> str:
    """What a German desktop writes, until it is so long."""
    keyboard, written = Desktop().keyboard("de"), ""
    while len(written) < length:
        report = await target.next_report()
        if report != NOTHING:
            written += keyboard.type([stroke_of(report)])
            assert await target.next_report() == NOTHING  # each stroke is let go of by itself
    return written


async def test_a_text_arrives_as_it_was_given(tmp_path: Path) -> None:
    path, target = tmp_path / "g.sock", Target()
    async with gadgetd(path, target), client(path) as gadget:
        await gadget.next_change(0)
        async with stage(tmp_path, gadget=gadget, typing=TypingSettings(layout="de")) as made:
            reading = asyncio.create_task(read(target, len(TEXT)))
            answer = await made.http.post("/api/typing", json={"text": TEXT})
            assert answer.status_code == 201, answer.text
            assert await reading == TEXT.replace("\n", "\r")
            typist = made.services.typist
            while typist.job is None or typist.job.is_running:
                await typist.next_change(typist.revision)
            told = (await made.http.get("/api/typing")).json()["job"]
            assert (told["state"], told["typed"]) == ("done", len(TEXT))


async def test_a_text_whose_gadgetd_dies_is_interrupted_and_goes_on_when_asked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "g.sock"
    async with (
        client(path) as gadget,
        stage(tmp_path, gadget=gadget, typing=TypingSettings(layout="de")) as made,
    ):
        typist = made.services.typist
        async with gadgetd(path, Target()):
            await gadget.next_change(gadget.revision)
            order = {"text": "abc" * 1000, "delay_ms": 1000}
            await made.http.post("/api/typing", json=order)
        while typist.job is None or typist.job.is_running:
            await typist.next_change(typist.revision)
        told = (await made.http.get("/api/typing")).json()["job"]
        assert (told["state"], told["unsure"]) == ("interrupted", True)
        assert (await made.http.post("/api/typing/t1/resume")).status_code == 503
        target = Target()
        async with gadgetd(path, target):
            while gadget.status is None:
                await gadget.next_change(gadget.revision)
            reading = asyncio.create_task(read(target, 1))
            resumed = await made.http.post("/api/typing/t1/resume", json={"at": 2999})
            assert resumed.json()["state"] == "typing"
            assert await reading == "c"
            while typist.job.is_running:
                await typist.next_change(typist.revision)
            assert typist.job.state == "done"


async def test_gadgetd_says_when_the_target_was_away_after_its_lights_had_ended_a_text(
    tmp_path: Path,
) -> None:
    path, target = tmp_path / "g.sock", Target()

    async def collect() -> None:
        while True:
            await target.next_report()

    async with gadgetd(path, target), client(path) as gadget:
        await gadget.next_change(0)
        collecting = asyncio.create_task(collect())
        session = await Session.open(gadget)

        async def ended_by_lights() -> None:
            while (await session.type([Stroke((), Key.A)], lights=[])).reason != LIGHTS:
                pass

        target.shine(0x02)  # Caps Lock
        async with asyncio.timeout(10):
            await ended_by_lights()
            assert await session.go_on()
            await ended_by_lights()
            target.keys.target_gone()
            target.keys.target_configured()
            assert not await session.go_on()
        await session.close()
        collecting.cancel()
