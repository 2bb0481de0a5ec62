"""Event codes: what a Linux host calls the keys that text is typed with.

XKB describes a layout by the kernel's event codes (xkb key code minus 8), a report names keys by
usage. This is the one place where the two meet. Only keys that can write or that can choose a
level are here: no keypad (Num Lock decides what it writes), no Caps Lock and no Num Lock, and
neither of two usages for one event code (NON_US_HASH is BACKSLASH to the kernel).

The order is the order of preference where two keys write the same: first what every keyboard
has, then what only some have.

Sources: drivers/hid/hid-input.c, `hid_keyboard`; include/uapi/linux/input-event-codes.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gadgetd.hid.usages import Key

_ROW_OF_DIGITS = "DIGIT_1 DIGIT_2 DIGIT_3 DIGIT_4 DIGIT_5 DIGIT_6 DIGIT_7 DIGIT_8 DIGIT_9 DIGIT_0"

# A row of the keyboard has neighbouring codes: the first code of the row, then its keys.
_ROWS: tuple[tuple[int, str], ...] = (
    (57, "SPACE"),  # first of all, because it ends a dead key most harmlessly
    (28, "ENTER"),
    (15, "TAB"),
    (2, _ROW_OF_DIGITS + " MINUS EQUAL"),
    (16, "Q W E R T Y U I O P LEFT_BRACKET RIGHT_BRACKET"),
    (30, "A S D F G H J K L SEMICOLON APOSTROPHE GRAVE"),
    (43, "BACKSLASH Z X C V B N M COMMA PERIOD SLASH"),
    (86, "NON_US_BACKSLASH"),
    (89, "INTERNATIONAL_1"),
    (124, "INTERNATIONAL_3"),
    (93, "INTERNATIONAL_2"),
    (92, "INTERNATIONAL_4"),
    (94, "INTERNATIONAL_5"),
    (122, "LANG_1 LANG_2"),
    (90, "LANG_3 LANG_4"),
    (85, "LANG_5"),
)
_MODIFIERS: dict[Key, int] = {
    Key.LEFT_SHIFT: 42,
    Key.RIGHT_SHIFT: 54,
    Key.RIGHT_ALT: 100,
    Key.RIGHT_CONTROL: 97,
    Key.RIGHT_GUI: 126,
    Key.LEFT_CONTROL: 29,
    Key.LEFT_ALT: 56,
    Key.LEFT_GUI: 125,
}

WRITING_KEYS: Mapping[Key, int] = MappingProxyType(
    {Key[name]: first + place for first, names in _ROWS for place, name in enumerate(names.split())}
)
MODIFIER_KEYS: Mapping[Key, int] = MappingProxyType(_MODIFIERS)
# What a keyboard of the US has: each of them is where it is on every other keyboard, too.
COMMON_KEYS = frozenset(key for key, code in WRITING_KEYS.items() if code <= 57)
