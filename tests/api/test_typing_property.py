"""Whatever happens on the way: with somebody who looks before going on, the text is exact."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.keys.job import Job
from api.keys.layouts import keymap, keymap_pair
from api.keys.plan import NO_LIGHT, Stroke
from api.keys.progress import FIRST_LAYOUT
from api.keys.typist import Typist, Wish
from gadgetd.hid.usages import Key, Led
from gadgetd.settings import TypingSettings
from tests.api.typing_host import TypingGadget
from tests.api.xkb_host import Desktop

LAYOUTS = [("us", "intl"), ("de", ""), ("fr", ""), ("us", "")]
SECOND = "gr"  # of us: a layout with dead keys, too
SWITCH = Stroke((Key.LEFT_ALT,), Key.LEFT_SHIFT)
COMMON = "aA1 \n\t^~é"
INCIDENTS = [
    *("caps", "num", "stall", "hold", "pause"),
    *(INTERRUPTIONS := ("pull", "pull_unsure", "pull_arrived", "restart", "die")),
]


@dataclass
class Story:
    """What happens to one text, and where it ends."""

    gadget: TypingGadget
    typist: Typist
    incidents: dict[int, str]
    pauses: list[asyncio.Task[None]] = field(default_factory=list)
    held_long: int = 0
    is_looked_after: bool = True
    strays: int = 0  # strokes at a target that was away, before anybody has looked at it

    def before_stroke(self) -> None:
        gadget = self.gadget
        self.strays += not self.is_looked_after
        match self.incidents.pop(gadget.arrived, None):
            case "caps":
                gadget.keyboard.press_caps_lock()
                gadget.happen()
            case "num":
                gadget.keyboard.press_num_lock()
                gadget.happen()
            case "pull":
                self._pull()
            case "pull_unsure":
                self._pull(is_unsure=True)
            case "pull_arrived":
                self._pull(is_unsure=True, did_arrive=True)
            case "restart":  # it switches its lights off, goes, and is back before we can ask
                gadget.keyboard.press_caps_lock()
                gadget.happen()
                asyncio.get_running_loop().call_soon(self._pull)
            case "hold":
                gadget.holds_long.add(gadget.arrived)
                self.held_long += 1
            case "die":
                self.is_looked_after = False
                gadget.go(arriving=gadget.arrived % 5)
            case "stall":
                gadget.is_polled = False
                gadget.happen()
                asyncio.get_running_loop().call_soon(self._ask_for_keys_again)
            case "pause":
                assert self.typist.job is not None
                self.pauses.append(asyncio.create_task(self.typist.job.pause()))

    def _pull(self, is_unsure: bool = False, did_arrive: bool = False) -> None:
        if self.gadget.owner is not None:
            self.is_looked_after = False
            self.gadget.end("interrupted", is_unsure=is_unsure, did_arrive=did_arrive)

    def _ask_for_keys_again(self) -> None:
        self.gadget.is_polled = True
        self.gadget.poll()

    async def run(self, text: str, typed_by: Wish) -> Job:
        self.gadget.before_stroke = self.before_stroke
        job = await self.typist.start(typed_by)
        async with asyncio.timeout(60):
            while not job.is_over:
                while job.is_running:
                    await self.typist.next_change(self.typist.revision)
                for pause in self.pauses:
                    await pause
                self.pauses.clear()
                if not job.is_over:
                    await self.look_and_go_on(job, text)
        return job

    async def look_and_go_on(self, job: Job, text: str) -> None:
        """What somebody in front of the target does."""
        self.is_looked_after = True
        told, written = job.document(), self.gadget.written.replace("\r", "\n")
        assert text.startswith(written)
        assert told["typed"] <= len(written)
        assert told["unsure"] or told["typed"] == len(written)
        if not self.gadget.keyboard.is_at_rest:
            assert "accent" in told["remedy"]
            self.gadget.keyboard.forget_accent()
        if FIRST_LAYOUT in told["remedy"] and not self.gadget.keyboard.is_in_first_layout:
            self.gadget.keyboard.type([SWITCH])
        if self.gadget.unreachable:
            self.gadget.come()
        await job.resume(len(written) if told["unsure"] else None)


@st.composite
def stories(draw: st.DrawFn) -> tuple[tuple[str, str], str, frozenset[Led], dict[int, str]]:
    layout = draw(st.sampled_from(LAYOUTS))
    ways = dict(keymap(*layout).ways[NO_LIGHT])
    if layout == ("us", ""):
        ways |= keymap_pair(layout, (SECOND, ""))[1].ways[NO_LIGHT]
    alphabet = [each for each in COMMON if each in ways]
    characters = st.one_of(st.sampled_from(alphabet), st.sampled_from(sorted(ways)))
    text = draw(st.text(characters, max_size=60).filter(is_composed))
    lights = draw(st.frozensets(st.sampled_from([Led.CAPS_LOCK, Led.NUM_LOCK])))
    incidents = draw(st.dictionaries(st.integers(0, 80), st.sampled_from(INCIDENTS), max_size=6))
    return layout, text, lights, incidents


def is_composed(text: str) -> bool:
    return not any(0x300 <= ord(character) < 0x370 for character in text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_a_text_is_exact_whatever_happens_on_the_way(
    story: tuple[tuple[str, str], str, frozenset[Led], dict[int, str]],
) -> None:
    (layout, variant), text, lights, incidents = story

    async def tell() -> None:
        if (layout, variant) == ("us", ""):
            keyboard = Desktop().keyboard(
                f"us,{SECOND}", ",", lights, options="grp:alt_shift_toggle"
            )
            settings = TypingSettings(second_layout=SECOND, switch=("AltLeft", "ShiftLeft"))
        else:
            keyboard = Desktop().keyboard(layout, variant, lights)
            settings = TypingSettings(layout=layout, variant=variant)
        gadget = TypingGadget(keyboard)
        typist = Typist(gadget, settings)
        pressed = ["caps" if each == "restart" else each for each in incidents.values()]
        told = Story(gadget, typist, dict(incidents))
        job = await told.run(text, Wish(text))
        assert told.strays == 0
        # A place is told once; what dies with gadgetd, nobody hears of.
        doubtful = job.document()["doubtful"]
        assert len(doubtful) <= told.held_long
        assert doubtful or not told.held_long or "die" in pressed
        if job.state == "failed":  # somebody pressed a lock in the moment in which we did
            assert "did not go off" in job.document()["sentence"]
            assert {"caps", "num"} & set(pressed)
            return
        assert job.document()["state"] == "done"
        assert job.document()["typed"] == job.total == len(text)
        assert gadget.written == text.replace("\n", "\r")
        assert gadget.keyboard.is_at_rest
        if not gadget.keyboard.is_in_first_layout:  # it went away just then, and that is told
            assert "layout" in job.document()["sentence"]
            assert set(INTERRUPTIONS) & set(incidents.values())
        assert gadget.owner is None
        if not any(kind in ("caps", "num") for kind in pressed):
            assert gadget.keyboard.lights == lights

    asyncio.run(tell())
