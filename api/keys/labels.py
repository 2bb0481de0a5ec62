"""Labels: what is printed on the keys of a layout, for a keyboard drawn on a screen.

A key has four: plain, with Shift, with AltGr, with both. What is printed on a dead key is its
accent, which is what the key writes when struck twice, or together with Space. The keypad is shown
with Num Lock on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from types import MappingProxyType

from api.keys.evdev import WRITING_KEYS
from api.keys.reach import LEVEL_3, SHIFT, choosers, event_code
from api.keys.xkb import COMPOSING, CompiledKeymap, ComposeTable, State
from gadgetd.hid.keycodes import CODES
from gadgetd.hid.usages import Key

# XKB's event codes for the keypad (include/uapi/linux/input-event-codes.h); text does not use it.
_KEYPAD: Mapping[str, int] = MappingProxyType(
    {
        **{f"Numpad{digit}": code for digit, code in enumerate((82, 79, 80, 81, 75, 76, 77))},
        **{"Numpad7": 71, "Numpad8": 72, "Numpad9": 73, "NumpadDecimal": 83},
        **{"NumpadMultiply": 55, "NumpadSubtract": 74, "NumpadAdd": 78, "NumpadDivide": 98},
    }
)
_SILENT = (
    *("Escape", *(f"F{number}" for number in range(1, 13)), "PrintScreen", "ScrollLock", "Pause"),
    *("Backspace", "Tab", "CapsLock", "Enter", "ShiftLeft", "ShiftRight"),
    *("ControlLeft", "MetaLeft", "AltLeft", "AltRight", "MetaRight", "ContextMenu", "ControlRight"),
    *("Insert", "Home", "PageUp", "Delete", "End", "PageDown"),
    *("ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight", "NumLock", "NumpadEnter"),
)
_WRITING = [
    *("Backquote", *(f"Digit{digit}" for digit in range(10)), "Minus", "Equal"),
    *(f"Key{letter}" for letter in ascii_uppercase),
    *("BracketLeft", "BracketRight", "Backslash", "Semicolon", "Quote", "IntlBackslash"),
    *("Comma", "Period", "Slash", "Space"),
]
_ELSEWHERE = ("IntlRo", "IntlYen")  # on Brazilian and Japanese keyboards, beyond the 105
PC_105 = (*_SILENT, *_WRITING, *_KEYPAD)


@dataclass(frozen=True, slots=True)
class KeyLabels:
    """What is printed on one key.

    Attributes:
        code: as `KeyboardEvent.code` names the key.
        labels: plain, Shift, AltGr, Shift and AltGr; empty where nothing is written.
        dead: for each, whether it is an accent that waits for its letter.
    """

    code: str
    labels: tuple[str, str, str, str] = ("", "", "", "")
    dead: tuple[bool, bool, bool, bool] = (False, False, False, False)


def labels(keymap: CompiledKeymap, compose: ComposeTable | None) -> tuple[KeyLabels, ...]:
    """The keys of a PC keyboard (105 keys, and two more where the layout uses them)."""
    found = [KeyLabels(code) for code in _SILENT]
    levels = _levels(keymap)
    space = keymap.state().symbol(WRITING_KEYS[Key.SPACE])
    for code in (*_WRITING, *_ELSEWHERE):
        printed = [_printed(level, WRITING_KEYS[CODES[code]], compose, space) for level in levels]
        key = _key(code, printed)
        if code in _WRITING or any(key.labels):
            found.append(key)
    state = keymap.state("NumLock")
    for code, event in _KEYPAD.items():
        found.append(_key(code, [_printed(state, event, compose, space)] + [("", False)] * 3))
    return tuple(found)


def _levels(keymap: CompiledKeymap) -> list[State | None]:
    """A keyboard with the keys of each level held; None where the layout has no such level."""
    shift, level_3 = (next(iter(choosers(keymap.state(), s)), None) for s in (SHIFT, LEVEL_3))
    levels: list[State | None] = []
    for held in ((), (shift,), (level_3,), (shift, level_3)):
        state = keymap.state()
        for key in held:
            if key is not None:
                state.press(event_code(key))
        levels.append(None if None in held else state)
    return levels


def _printed(
    state: State | None, event: int, compose: ComposeTable | None, space: int
) -> tuple[str, bool]:
    """What a key writes, and whether it waits for another one."""
    if state is None:
        return "", False
    symbol = state.symbol(event)
    if compose is not None and compose.compose((symbol,)).status == COMPOSING:
        accents = (compose.compose((symbol, after)).text for after in (symbol, space))
        return next((accent for accent in accents if _is_shown(accent)), ""), True
    character = state.character(symbol)
    return (character if _is_shown(character) else ""), False


def _is_shown(character: str) -> bool:
    return len(character) == 1 and unicodedata.category(character) not in ("Cc", "Mn")


def _key(code: str, printed: list[tuple[str, bool]]) -> KeyLabels:
    plain, shift, alt_gr, both = printed
    return KeyLabels(
        code,
        (plain[0], shift[0], alt_gr[0], both[0]),
        (plain[1], shift[1], alt_gr[1], both[1]),
    )
