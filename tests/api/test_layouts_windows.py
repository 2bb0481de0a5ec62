"""Windows: by tables that are written down, which are compared here with XKB's key by key.

Where XKB's layout of the same name has a character on the same key and level, the two agree.
Every other place is written out below: these are the differences that there are, or a slip.
"""

from __future__ import annotations

import pytest

from api.keys.layouts import LayoutUnknownError, keymap
from api.keys.plan import NO_LIGHT, Stroke
from api.keys.windows import is_covered, windows_keymap
from api.keys.windows_tables import TABLES
from gadgetd.hid.usages import Key, Led
from tests.api.xkb_host import Desktop, Keyboard

ALT_GR = (Key.RIGHT_ALT,)
SPACE = Stroke((), Key.SPACE)

# Characters that Windows types with one key, and XKB by the same key does not.
OTHERWISE = {
    "br": "₢",
    "ch": "¦",
    "ch(fr)": "¦",
    "gb": "¦éúíóáÉÚÍÓÁ",
    "pl": "€",
    "us(intl)": "´¨",
}


def written(keyboard: Keyboard, stroke: Stroke) -> str:
    text = keyboard.type([stroke]).replace("\r", "\n")
    keyboard.forget_accent()
    return text


def title(layout: str, variant: str) -> str:
    return f"{layout}({variant})" if variant else layout


@pytest.mark.parametrize(("layout", "variant"), TABLES)
def test_a_table_differs_from_xkb_only_where_windows_does(layout: str, variant: str) -> None:
    keyboard = Desktop().keyboard(layout, variant)
    different = "".join(
        character
        for character, strokes in windows_keymap(layout, variant).ways[NO_LIGHT].items()
        if len(strokes) == 1 and written(keyboard, strokes[0]) != character
    )
    assert set(different) == set(OTHERWISE.get(title(layout, variant), ""))


def test_the_layouts_of_the_west_are_covered() -> None:
    named = {"at", "be", "br", "ch", "de", "dk", "es", "fi", "fr", "gb", "it", "no", "pl", "pt"}
    assert {layout for layout, _ in TABLES} == named | {"se", "us"}
    assert is_covered("us", "intl")
    assert is_covered("ch", "fr")
    assert not is_covered("de", "nodeadkeys")  # Windows has no such layout


@pytest.mark.parametrize(("layout", "variant"), TABLES)
def test_all_of_ascii_can_be_typed_where_windows_has_it(layout: str, variant: str) -> None:
    ascii_ = {chr(code) for code in range(0x20, 0x7F)} | {"\n", "\t"}
    missing = ascii_ - windows_keymap(layout, variant).ways[NO_LIGHT].keys()
    # An Italian keyboard has neither on Windows; people type them by number.
    assert missing == ({"`", "~"} if layout == "it" else set())


@pytest.mark.parametrize(
    ("layout", "variant", "character", "expected"),
    [
        # kbdfr.c: dead on AltGr, where XKB types them directly
        ("fr", "", "~", [Stroke(ALT_GR, Key.DIGIT_2), SPACE]),
        ("fr", "", "`", [Stroke(ALT_GR, Key.DIGIT_7), SPACE]),
        ("fr", "", "^", [Stroke(ALT_GR, Key.DIGIT_9)]),
        ("fr", "", "ñ", [Stroke(ALT_GR, Key.DIGIT_2), Stroke((), Key.N)]),
        # kbdgr.c: direct, where XKB has both a direct and a dead one
        ("de", "", "~", [Stroke(ALT_GR, Key.RIGHT_BRACKET)]),
        ("de", "", "´", [Stroke((), Key.EQUAL), SPACE]),
        ("es", "", "~", [Stroke(ALT_GR, Key.DIGIT_4), SPACE]),
        ("es", "", "[", [Stroke(ALT_GR, Key.LEFT_BRACKET)]),
        ("pl", "", "~", [Stroke((Key.LEFT_SHIFT,), Key.GRAVE), SPACE]),
        ("pl", "", "ą", [Stroke(ALT_GR, Key.A)]),
        ("us", "intl", "'", [Stroke((), Key.APOSTROPHE), SPACE]),
        ("us", "intl", '"', [Stroke((Key.LEFT_SHIFT,), Key.APOSTROPHE), SPACE]),
        ("gb", "", "@", [Stroke((Key.LEFT_SHIFT,), Key.APOSTROPHE)]),
        ("gb", "", "é", [Stroke(ALT_GR, Key.E)]),
        ("br", "", "/", [Stroke((), Key.INTERNATIONAL_1)]),
        ("ch", "", "|", [Stroke(ALT_GR, Key.DIGIT_7)]),
    ],
)
def test_a_character_is_typed_as_windows_has_it(
    layout: str, variant: str, character: str, expected: list[Stroke]
) -> None:
    assert list(windows_keymap(layout, variant).ways[NO_LIGHT][character]) == expected


@pytest.mark.parametrize(("layout", "character"), [("de", "æ"), ("de", "‘"), ("fr", "«")])
def test_what_only_xkb_has_beyond_the_keyboard_is_refused(layout: str, character: str) -> None:
    assert character in keymap(layout).ways[NO_LIGHT]
    assert character not in windows_keymap(layout).ways[NO_LIGHT]


def test_where_windows_is_not_known_neither_alt_gr_nor_an_accent_is_guessed() -> None:
    ways = windows_keymap("cz").ways[NO_LIGHT]
    assert {"a", "A", "ě", "1", "\n"} <= ways.keys()
    assert not {"@", "{", "ó"} & ways.keys()
    for strokes in ways.values():
        assert len(strokes) == 1
        assert strokes[0].held in ((), (Key.LEFT_SHIFT,))


def test_nothing_is_typed_under_caps_lock_but_under_num_lock_all() -> None:
    ways = windows_keymap("de").ways
    assert not ways[frozenset({Led.CAPS_LOCK})]
    assert not ways[frozenset({Led.CAPS_LOCK, Led.NUM_LOCK})]
    assert ways[frozenset({Led.NUM_LOCK})] == ways[NO_LIGHT]


def test_a_layout_that_does_not_exist_does_not_exist_on_windows_either() -> None:
    with pytest.raises(LayoutUnknownError):
        windows_keymap("xx")
