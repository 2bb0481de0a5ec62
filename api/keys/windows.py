"""What a layout writes on Windows: by its table where we have one, and else with great care.

Where there is no table, only characters are typed that XKB has on a key plain or with Shift, and
never as an accent: these are what is printed on the keys, on which the systems agree. AltGr and
accents are not guessed.

Caps Lock works differently from layout to layout on Windows (in some it shifts digits, too). So a
keymap for Windows can type nothing under it; it is switched off first. Num Lock changes nothing
but the keypad, which text does not use.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from api.keys.layouts import KEYMAPS_KEPT, keymap, known_layout
from api.keys.plan import NO_LIGHT, Keymap, Stroke, Ways
from api.keys.windows_tables import ACCENTS, ROWS, TABLES, Table
from gadgetd.hid.usages import Key, Led

PLAIN: tuple[Key, ...] = ()
SHIFT = (Key.LEFT_SHIFT,)
ALT_GR = (Key.RIGHT_ALT,)
BOTH = (Key.LEFT_SHIFT, Key.RIGHT_ALT)
HELD = {"+": SHIFT, ">": ALT_GR}

_KEYS = (
    "GRAVE DIGIT_1 DIGIT_2 DIGIT_3 DIGIT_4 DIGIT_5 DIGIT_6 DIGIT_7 DIGIT_8 DIGIT_9 DIGIT_0 MINUS "
    "EQUAL Q W E R T Y U I O P LEFT_BRACKET RIGHT_BRACKET A S D F G H J K L SEMICOLON APOSTROPHE "
    "BACKSLASH NON_US_BACKSLASH Z X C V B N M COMMA PERIOD SLASH"
)
KEY_OF = dict(zip("".join(ROWS), (Key[name] for name in _KEYS.split(" ")), strict=True))
ALWAYS = {" ": Key.SPACE, "\n": Key.ENTER, "\t": Key.TAB}


def is_covered(layout: str, variant: str) -> bool:
    """Whether it is known what the layout writes on Windows."""
    return (layout, variant) in TABLES


@lru_cache(maxsize=KEYMAPS_KEPT)
def windows_keymap(layout: str, variant: str = "") -> Keymap:
    """What the layout writes on Windows. Computes, and raises, as `layouts.keymap` does."""
    known_layout(layout, variant)
    table = TABLES.get((layout, variant))
    found = dict(_ways(table)) if table else _printed(keymap(layout, variant).ways[NO_LIGHT])
    nothing: Ways = {}
    ways = {
        lights: nothing if Led.CAPS_LOCK in lights else found
        for lights in (
            NO_LIGHT,
            frozenset({Led.NUM_LOCK}),
            frozenset({Led.CAPS_LOCK}),
            frozenset({Led.CAPS_LOCK, Led.NUM_LOCK}),
        )
    }
    return Keymap(layout, variant, ways, composes=table is not None)


def _printed(ways: Ways) -> Ways:
    return {
        character: strokes
        for character, strokes in ways.items()
        if len(strokes) == 1 and strokes[0].held in (PLAIN, SHIFT)
    }


def _ways(table: Table) -> dict[str, tuple[Stroke, ...]]:
    """For each character, the easiest way that the table has."""
    found: dict[str, tuple[Stroke, ...]] = {}
    for character, stroke in _direct(table):
        found.setdefault(character, (stroke,))
    # What is composed comes last: a character of its own is safer.
    for accent, first in _dead(table):
        found.setdefault(accent, (first, Stroke(PLAIN, Key.SPACE)))
    for accent, first in _dead(table):
        mark, letters = ACCENTS[accent]
        for letter in letters if table.composes else "":
            found.setdefault(unicodedata.normalize("NFC", letter + mark), (first, *found[letter]))
    return found


def _direct(table: Table) -> Iterator[tuple[str, Stroke]]:
    for character, key in ALWAYS.items():
        yield character, Stroke(PLAIN, key)
    for held, rows in ((PLAIN, table.plain), (SHIFT, table.shift)):
        for names, characters in zip(ROWS, rows, strict=True):
            for name, character in zip(names, characters, strict=True):
                if character != " ":
                    yield character, Stroke(held, KEY_OF[name])
    for held, character in zip((PLAIN, SHIFT), table.extra, strict=False):
        yield character, Stroke(held, Key.INTERNATIONAL_1)
    for held, pairs in ((ALT_GR, table.alt_gr), (BOTH, table.both)):
        for pair in pairs.split():
            yield pair[1], Stroke(held, KEY_OF[pair[0]])


def _dead(table: Table) -> Iterator[tuple[str, Stroke]]:
    for spec in table.dead.split():
        yield spec[-1], Stroke(HELD.get(spec[:-2], PLAIN), KEY_OF[spec[-2]])
