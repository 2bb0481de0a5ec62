"""Every layout: what is planned for a character is what a Linux desktop writes for it.

The desktop is libxkbcommon, used as toolkits use it; see `xkb_host`.
"""

from __future__ import annotations

import unicodedata

import pytest

from api.keys.layouts import keymap, keymap_pair, layouts
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


def test_every_character_of_every_layout_comes_out_as_it_went_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    desktop = Desktop()
    usable = [layout for layout in layouts() if layout.title not in NOT_A_LAYOUT]
    typed = replayed = taken_apart = 0
    wrong: list[str] = []
    for layout in usable:
        made = keymap(layout.layout, layout.variant)
        untypable = refused(made, PRINTABLE)
        assert untypable == set(PRINTABLE) - made.ways[NO_LIGHT].keys()
        typed += len(PRINTABLE) - len(untypable)
        runs = [replay(desktop, made, lights) for lights in made.ways]
        runs.append(replay(desktop, made, is_reversed=True))
        replayed += sum(count for count, _ in runs)
        wrong += [place for _, places in runs for place in places]
        if layout.variant:
            continue
        composed, misspelt = replay_taken_apart(desktop, made)
        taken_apart += composed
        wrong += misspelt
    asked = len(usable) * len(PRINTABLE)
    with capsys.disabled():
        print(
            f"\n{len(usable)} layouts x {len(PRINTABLE)} printable ASCII and Latin-1 characters: "
            f"{typed} typed, {asked - typed} refused. With all other characters, under every "
            f"lock: {replayed} replayed; {taken_apart} more from texts with marks apart; "
            f"{len(wrong)} mismatches"
        )
    assert wrong == []


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
