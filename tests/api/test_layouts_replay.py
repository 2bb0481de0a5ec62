"""Every layout: what is planned for a character is what a Linux desktop writes for it.

The desktop is libxkbcommon, used as toolkits use it; see `xkb_host`.
"""

from __future__ import annotations

import unicodedata
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import pytest

from api.keys.layouts import Layout, keymap, keymap_pair, layouts
from api.keys.plan import NO_LIGHT, Keymap, Second, Stroke, TextUntypableError, plan
from gadgetd.hid.usages import Key, Led
from tests.api.xkb_host import Desktop

PRINTABLE = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)]))  # ASCII and Latin-1
NOT_A_LAYOUT = {"custom"}  # a place in the registry for a file of one's own, which is not there


@pytest.fixture(autouse=True)
def nobodys_own_compose_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XCOMPOSEFILE", raising=False)


def replay(
    desktop: Desktop,
    made: Keymap,
    lights: frozenset[Led] = NO_LIGHT,
    *,
    is_reversed: bool = False,
) -> tuple[int, list[str]]:
    """Type what the layout can write, as planned.

    Returns:
        How many characters were typed, and which came out as something else.
    """
    keyboard = desktop.keyboard(made.layout, made.variant, lights)
    at_first = keyboard.lights  # a layout without the lock has no light either
    text = "".join(made.ways[lights])
    if is_reversed:  # only where more than one key is held is there another order
        text = "".join(filter(lambda character: holds_several(made, character), text))
    count = len(text)
    # A mark that a layout types by itself would be taken for a part of the letter before it.
    text = "".join(f"\n{each}" if unicodedata.combining(each) else each for each in text)
    wrong = []
    for character, step in zip(text, plan(text, made, lights=lights).steps(), strict=True):
        expected = "\r" if character == "\n" else character
        written = keyboard.type(step.strokes, is_reversed=is_reversed)
        if written != expected or not keyboard.is_at_rest or keyboard.lights != at_first:
            wrong.append(f"{made.title} {sorted(lights)}: U+{ord(character):04X}")
    keyboard.close()
    return count, wrong


def replay_taken_apart(desktop: Desktop, made: Keymap) -> tuple[int, list[str]]:
    """Type what the layout can write of letters with marks, from a text that has them apart."""
    whole = "".join(
        character
        for character in made.ways[NO_LIGHT]
        if len(apart := unicodedata.normalize("NFD", character)) > 1
        and unicodedata.normalize("NFC", apart) == character
        and all(map(unicodedata.combining, apart[1:]))
    )
    keyboard = desktop.keyboard(made.layout, made.variant)
    written = keyboard.type(plan(unicodedata.normalize("NFD", whole), made).strokes())
    keyboard.close()
    return len(whole), [] if written == whole else [f"{made.title}: letters with marks"]


def holds_several(made: Keymap, character: str) -> bool:
    return any(len(stroke.held) > 1 for stroke in made.ways[NO_LIGHT][character])


def refused(made: Keymap, text: str) -> set[str]:
    try:
        plan(text, made)
    except TextUntypableError as error:
        return {untypable.character for untypable in error.characters}
    return set()


@dataclass
class Count:
    """What has been replayed."""

    typed: int = 0
    replayed: int = 0
    taken_apart: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Count) -> None:
        self.typed += other.typed
        self.replayed += other.replayed
        self.taken_apart += other.taken_apart
        self.wrong += other.wrong


def replay_layouts(chosen: list[Layout]) -> Count:
    desktop, found = Desktop(), Count()
    for layout in chosen:
        made = keymap(layout.layout, layout.variant)
        untypable = refused(made, PRINTABLE)
        assert untypable == set(PRINTABLE) - made.ways[NO_LIGHT].keys()
        found.typed += len(PRINTABLE) - len(untypable)
        runs = [replay(desktop, made, lights) for lights in made.ways]
        runs.append(replay(desktop, made, is_reversed=True))
        found.replayed += sum(count for count, _ in runs)
        found.wrong += [place for _, places in runs for place in places]
        if not layout.variant:
            composed, misspelt = replay_taken_apart(desktop, made)
            found.taken_apart += composed
            found.wrong += misspelt
    return found


def test_every_character_of_every_layout_comes_out_as_it_went_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    usable = [layout for layout in layouts() if layout.title not in NOT_A_LAYOUT]
    parts = [usable[start : start + 20] for start in range(0, len(usable), 20)]
    found = Count()
    # Half a minute of computing: all processors have a part in it. A process of its own imports
    # everything anew, but a copy of this one might have copied a lock that somebody holds.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for part in processes.map(replay_layouts, parts):
            found.add(part)
    asked = len(usable) * len(PRINTABLE)
    with capsys.disabled():
        print(
            f"\n{len(usable)} layouts x {len(PRINTABLE)} printable ASCII and Latin-1 characters: "
            f"{found.typed} typed, {asked - found.typed} refused. With all other characters, under "
            f"every lock: {found.replayed} replayed; {found.taken_apart} more from texts with "
            f"marks apart; {len(found.wrong)} mismatches"
        )
    assert found.replayed > asked
    assert found.wrong == []


SWITCH = Stroke((Key.LEFT_ALT,), Key.LEFT_SHIFT)


@pytest.mark.parametrize("layout", ["ru", "gr", "il", "ua", "bg", "am", "ge", "th", "ara", "rs"])
def test_a_text_in_two_scripts_comes_out_as_it_went_in(layout: str) -> None:
    first, second = keymap_pair(("us", ""), (layout, ""))
    marks = unicodedata.combining  # by themselves they would be a part of the letter before
    found = "".join(each for each in second.ways[NO_LIGHT] if not marks(each) and each != "\n")
    text = "".join(f"a{pair}, {pair}\n" for pair in zip_pairs(found))
    keyboard = Desktop().keyboard(f"us,{layout}", ",", options="grp:alt_shift_toggle")
    made = plan(text, first, second=Second(second, SWITCH))
    assert keyboard.type(made.strokes()) == text.replace("\n", "\r")
    assert keyboard.is_in_first_layout
    assert keyboard.is_at_rest


def zip_pairs(text: str) -> list[str]:
    return [text[start : start + 2] for start in range(0, len(text), 2)]
