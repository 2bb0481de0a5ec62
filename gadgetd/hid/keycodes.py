"""Key codes: from the name a browser gives a physical key to its HID usage.

Both name keys by their place on the keyboard, so this is a plain table. Keys whose usage is on
another page (media, browser and sleep keys: Consumer and System Control) are not in it, because a
boot keyboard cannot say them.

Sources: W3C UI Events KeyboardEvent code Values §3 (names, with the older names of §3.7 that
browsers still send); HID Usage Tables 1.21 §10. Where the two leave a choice, the far end decides:
the usage is taken that Linux turns back into the key of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from string import ascii_uppercase
from types import MappingProxyType

from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Key

_CODES: dict[str, Key] = {
    # §3.1 alphanumeric section: what writes
    **{f"Key{letter}": Key[letter] for letter in ascii_uppercase},
    **{f"Digit{digit}": Key[f"DIGIT_{digit}"] for digit in range(10)},
    "Backquote": Key.GRAVE,
    # Also the key left of a tall Enter, for which HID has NON_US_HASH: browsers say only
    # "Backslash", and hosts treat both usages alike because no keyboard has both keys.
    "Backslash": Key.BACKSLASH,
    "BracketLeft": Key.LEFT_BRACKET,
    "BracketRight": Key.RIGHT_BRACKET,
    "Comma": Key.COMMA,
    "Equal": Key.EQUAL,
    "IntlBackslash": Key.NON_US_BACKSLASH,
    "IntlRo": Key.INTERNATIONAL_1,
    "IntlYen": Key.INTERNATIONAL_3,
    "Minus": Key.MINUS,
    "Period": Key.PERIOD,
    "Quote": Key.APOSTROPHE,
    "Semicolon": Key.SEMICOLON,
    "Slash": Key.SLASH,
    # §3.1 alphanumeric section: what does something
    "AltLeft": Key.LEFT_ALT,
    "AltRight": Key.RIGHT_ALT,
    "Backspace": Key.BACKSPACE,
    "CapsLock": Key.CAPS_LOCK,
    "ContextMenu": Key.APPLICATION,
    "ControlLeft": Key.LEFT_CONTROL,
    "ControlRight": Key.RIGHT_CONTROL,
    "Enter": Key.ENTER,
    "MetaLeft": Key.LEFT_GUI,
    "MetaRight": Key.RIGHT_GUI,
    "ShiftLeft": Key.LEFT_SHIFT,
    "ShiftRight": Key.RIGHT_SHIFT,
    "Space": Key.SPACE,
    "Tab": Key.TAB,
    # §3.1 Japanese and Korean keyboards
    "Convert": Key.INTERNATIONAL_4,
    "KanaMode": Key.INTERNATIONAL_2,
    "Lang1": Key.LANG_1,
    "Lang2": Key.LANG_2,
    "Lang3": Key.LANG_3,
    "Lang4": Key.LANG_4,
    "Lang5": Key.LANG_5,
    "NonConvert": Key.INTERNATIONAL_5,
    # §3.2 control pad and §3.3 arrow pad
    "Delete": Key.DELETE,
    "End": Key.END,
    "Help": Key.HELP,
    "Home": Key.HOME,
    "Insert": Key.INSERT,
    "PageDown": Key.PAGE_DOWN,
    "PageUp": Key.PAGE_UP,
    "ArrowDown": Key.DOWN_ARROW,
    "ArrowLeft": Key.LEFT_ARROW,
    "ArrowRight": Key.RIGHT_ARROW,
    "ArrowUp": Key.UP_ARROW,
    # §3.4 numeric keypad
    "NumLock": Key.NUM_LOCK,
    **{f"Numpad{digit}": Key[f"KEYPAD_{digit}"] for digit in range(10)},
    "NumpadAdd": Key.KEYPAD_ADD,
    "NumpadBackspace": Key.KEYPAD_BACKSPACE,
    "NumpadClear": Key.KEYPAD_CLEAR,
    "NumpadClearEntry": Key.KEYPAD_CLEAR_ENTRY,
    "NumpadComma": Key.KEYPAD_COMMA,
    "NumpadDecimal": Key.KEYPAD_DECIMAL,
    "NumpadDivide": Key.KEYPAD_DIVIDE,
    "NumpadEnter": Key.KEYPAD_ENTER,
    "NumpadEqual": Key.KEYPAD_EQUAL,
    "NumpadHash": Key.KEYPAD_HASH,
    "NumpadMemoryAdd": Key.KEYPAD_MEMORY_ADD,
    "NumpadMemoryClear": Key.KEYPAD_MEMORY_CLEAR,
    "NumpadMemoryRecall": Key.KEYPAD_MEMORY_RECALL,
    "NumpadMemoryStore": Key.KEYPAD_MEMORY_STORE,
    "NumpadMemorySubtract": Key.KEYPAD_MEMORY_SUBTRACT,
    "NumpadMultiply": Key.KEYPAD_MULTIPLY,
    "NumpadParenLeft": Key.KEYPAD_LEFT_PAREN,
    "NumpadParenRight": Key.KEYPAD_RIGHT_PAREN,
    "NumpadStar": Key.KEYPAD_MULTIPLY,  # a telephone's star; this page has one star only
    "NumpadSubtract": Key.KEYPAD_SUBTRACT,
    # §3.5 function section
    "Escape": Key.ESCAPE,
    **{f"F{number}": Key[f"F{number}"] for number in range(1, 25)},
    "PrintScreen": Key.PRINT_SCREEN,
    "ScrollLock": Key.SCROLL_LOCK,
    "Pause": Key.PAUSE,
    # §3.6 media section: the four that the keyboard page has as well
    "Power": Key.POWER,
    "AudioVolumeDown": Key.VOLUME_DOWN,
    "AudioVolumeMute": Key.MUTE,
    "AudioVolumeUp": Key.VOLUME_UP,
    # §3.7 legacy and special keys; from "Again" on, the left-hand block of Sun keyboards
    "Abort": Key.CANCEL,
    "Hiragana": Key.LANG_4,
    "Katakana": Key.LANG_3,
    "Again": Key.AGAIN,
    "Copy": Key.COPY,
    "Cut": Key.CUT,
    "Find": Key.FIND,
    "Open": Key.EXECUTE,
    "Paste": Key.PASTE,
    # The table also has 0xA3 "CrSel/Props", but Sun's Props key says 0x76, and Linux agrees.
    "Props": Key.MENU,
    "Select": Key.SELECT,
    "Undo": Key.UNDO,
    # Names that Firefox gave to these keys before it took the specification's
    "OSLeft": Key.LEFT_GUI,
    "OSRight": Key.RIGHT_GUI,
    "VolumeDown": Key.VOLUME_DOWN,
    "VolumeMute": Key.MUTE,
    "VolumeUp": Key.VOLUME_UP,
}

# Of several names for one key, the first is the one the specification uses today.
CODES: Mapping[str, Key] = MappingProxyType(_CODES)


class UnknownKeyError(KaputtError):
    """A key code that no key of a boot keyboard has."""

    code = "key_unknown"

    def __init__(self, key_code: str) -> None:
        nearest = get_close_matches(key_code[:_LONGEST_SHOWN], CODES, n=1)
        shown = key_code if len(key_code) <= _LONGEST_SHOWN else key_code[:_LONGEST_SHOWN] + "…"
        super().__init__(
            f"{shown!r} is not a key this keyboard has.",
            f"Did you mean {nearest[0]!r}?"
            if nearest
            else "Keys are named by KeyboardEvent.code, such as 'KeyA', 'Enter' or 'F2'.",
        )


_LONGEST_SHOWN = 40  # a sentence stays one line, whatever was sent


def key_for(code: str) -> Key:
    """The usage of the key that a browser calls `code`.

    Raises:
        UnknownKeyError: no key has that code; the error names the nearest one that exists.
    """
    try:
        return CODES[code]
    except KeyError:
        raise UnknownKeyError(code) from None
