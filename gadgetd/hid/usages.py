"""Usages: the numbers HID gives to keys, to the lights on a keyboard and to the parts of a mouse.

A usage says which key it is by its place, never which character it makes: that is the target's
business, by its own layout. So `Key.Q` is the key right of Tab, also where it is labelled A.

Sources: HID Usage Tables 1.21 §10 (Keyboard/Keypad page), §11 (LED page), §4 (Generic Desktop),
§12 (Button page), §15 (Consumer page).
The names are the table's, put in a programmer's spelling; a key the table names after two things
has the name that is on it today (0x28 is ENTER, 0x65 APPLICATION).
"""

from __future__ import annotations

from enum import IntEnum


class Page(IntEnum):
    """Usage pages: which table a usage number is looked up in (§3, Table 3.1)."""

    GENERIC_DESKTOP = 0x01
    KEYBOARD = 0x07
    LEDS = 0x08
    BUTTONS = 0x09
    CONSUMER = 0x0C


class Desktop(IntEnum):
    """Usages of the Generic Desktop page: what a device is, and which way it moves (§4)."""

    POINTER = 0x01
    MOUSE = 0x02
    KEYBOARD = 0x06
    X = 0x30
    Y = 0x31
    WHEEL = 0x38


class Consumer(IntEnum):
    """Usages of the Consumer page: the wheel that turns sideways (§15)."""

    AC_PAN = 0x0238


class Button(IntEnum):
    """Usages of the Button page, which numbers buttons and names none (§12).

    The names are those of the first five buttons on hosts: Linux calls the last two BTN_SIDE and
    BTN_EXTRA, Windows XBUTTON1 and XBUTTON2, and both take them for back and forward.
    """

    LEFT = 1
    RIGHT = 2
    MIDDLE = 3
    BACK = 4
    FORWARD = 5


class Led(IntEnum):
    """Usages of the LED page that a boot keyboard has, in the order of their bits (§11)."""

    NUM_LOCK = 0x01
    CAPS_LOCK = 0x02
    SCROLL_LOCK = 0x03
    COMPOSE = 0x04
    KANA = 0x05


class Key(IntEnum):
    """Usages of the Keyboard/Keypad page (§10). Reserved numbers are left out."""

    NONE = 0x00
    ERROR_ROLL_OVER = 0x01
    POST_FAIL = 0x02
    ERROR_UNDEFINED = 0x03

    A = 0x04
    B = 0x05
    C = 0x06
    D = 0x07
    E = 0x08
    F = 0x09
    G = 0x0A
    H = 0x0B
    I = 0x0C  # noqa: E741  # the key is called I
    J = 0x0D
    K = 0x0E
    L = 0x0F
    M = 0x10
    N = 0x11
    O = 0x12  # noqa: E741  # the key is called O
    P = 0x13
    Q = 0x14
    R = 0x15
    S = 0x16
    T = 0x17
    U = 0x18
    V = 0x19
    W = 0x1A
    X = 0x1B
    Y = 0x1C
    Z = 0x1D

    DIGIT_1 = 0x1E
    DIGIT_2 = 0x1F
    DIGIT_3 = 0x20
    DIGIT_4 = 0x21
    DIGIT_5 = 0x22
    DIGIT_6 = 0x23
    DIGIT_7 = 0x24
    DIGIT_8 = 0x25
    DIGIT_9 = 0x26
    DIGIT_0 = 0x27

    ENTER = 0x28
    ESCAPE = 0x29
    BACKSPACE = 0x2A
    TAB = 0x2B
    SPACE = 0x2C
    MINUS = 0x2D
    EQUAL = 0x2E
    LEFT_BRACKET = 0x2F
    RIGHT_BRACKET = 0x30
    BACKSLASH = 0x31
    NON_US_HASH = 0x32  # the same place as BACKSLASH on keyboards with a tall Enter
    SEMICOLON = 0x33
    APOSTROPHE = 0x34
    GRAVE = 0x35
    COMMA = 0x36
    PERIOD = 0x37
    SLASH = 0x38
    CAPS_LOCK = 0x39

    F1 = 0x3A
    F2 = 0x3B
    F3 = 0x3C
    F4 = 0x3D
    F5 = 0x3E
    F6 = 0x3F
    F7 = 0x40
    F8 = 0x41
    F9 = 0x42
    F10 = 0x43
    F11 = 0x44
    F12 = 0x45

    PRINT_SCREEN = 0x46
    SCROLL_LOCK = 0x47
    PAUSE = 0x48
    INSERT = 0x49
    HOME = 0x4A
    PAGE_UP = 0x4B
    DELETE = 0x4C
    END = 0x4D
    PAGE_DOWN = 0x4E
    RIGHT_ARROW = 0x4F
    LEFT_ARROW = 0x50
    DOWN_ARROW = 0x51
    UP_ARROW = 0x52

    NUM_LOCK = 0x53
    KEYPAD_DIVIDE = 0x54
    KEYPAD_MULTIPLY = 0x55
    KEYPAD_SUBTRACT = 0x56
    KEYPAD_ADD = 0x57
    KEYPAD_ENTER = 0x58
    KEYPAD_1 = 0x59
    KEYPAD_2 = 0x5A
    KEYPAD_3 = 0x5B
    KEYPAD_4 = 0x5C
    KEYPAD_5 = 0x5D
    KEYPAD_6 = 0x5E
    KEYPAD_7 = 0x5F
    KEYPAD_8 = 0x60
    KEYPAD_9 = 0x61
    KEYPAD_0 = 0x62
    KEYPAD_DECIMAL = 0x63

    NON_US_BACKSLASH = 0x64  # between left Shift and Z
    APPLICATION = 0x65
    POWER = 0x66
    KEYPAD_EQUAL = 0x67

    F13 = 0x68
    F14 = 0x69
    F15 = 0x6A
    F16 = 0x6B
    F17 = 0x6C
    F18 = 0x6D
    F19 = 0x6E
    F20 = 0x6F
    F21 = 0x70
    F22 = 0x71
    F23 = 0x72
    F24 = 0x73

    EXECUTE = 0x74
    HELP = 0x75
    MENU = 0x76
    SELECT = 0x77
    STOP = 0x78
    AGAIN = 0x79
    UNDO = 0x7A
    CUT = 0x7B
    COPY = 0x7C
    PASTE = 0x7D
    FIND = 0x7E
    MUTE = 0x7F
    VOLUME_UP = 0x80
    VOLUME_DOWN = 0x81
    LOCKING_CAPS_LOCK = 0x82
    LOCKING_NUM_LOCK = 0x83
    LOCKING_SCROLL_LOCK = 0x84
    KEYPAD_COMMA = 0x85
    KEYPAD_EQUAL_SIGN = 0x86  # the AS/400 keyboard's; everyone else's is KEYPAD_EQUAL

    INTERNATIONAL_1 = 0x87
    INTERNATIONAL_2 = 0x88
    INTERNATIONAL_3 = 0x89
    INTERNATIONAL_4 = 0x8A
    INTERNATIONAL_5 = 0x8B
    INTERNATIONAL_6 = 0x8C
    INTERNATIONAL_7 = 0x8D
    INTERNATIONAL_8 = 0x8E
    INTERNATIONAL_9 = 0x8F
    LANG_1 = 0x90
    LANG_2 = 0x91
    LANG_3 = 0x92
    LANG_4 = 0x93
    LANG_5 = 0x94
    LANG_6 = 0x95
    LANG_7 = 0x96
    LANG_8 = 0x97
    LANG_9 = 0x98

    ALTERNATE_ERASE = 0x99
    SYS_REQ = 0x9A
    CANCEL = 0x9B
    CLEAR = 0x9C
    PRIOR = 0x9D
    RETURN = 0x9E
    SEPARATOR = 0x9F
    OUT = 0xA0
    OPER = 0xA1
    CLEAR_AGAIN = 0xA2
    CR_SEL = 0xA3
    EX_SEL = 0xA4

    KEYPAD_00 = 0xB0
    KEYPAD_000 = 0xB1
    THOUSANDS_SEPARATOR = 0xB2
    DECIMAL_SEPARATOR = 0xB3
    CURRENCY_UNIT = 0xB4
    CURRENCY_SUB_UNIT = 0xB5
    KEYPAD_LEFT_PAREN = 0xB6
    KEYPAD_RIGHT_PAREN = 0xB7
    KEYPAD_LEFT_BRACE = 0xB8
    KEYPAD_RIGHT_BRACE = 0xB9
    KEYPAD_TAB = 0xBA
    KEYPAD_BACKSPACE = 0xBB
    KEYPAD_A = 0xBC
    KEYPAD_B = 0xBD
    KEYPAD_C = 0xBE
    KEYPAD_D = 0xBF
    KEYPAD_E = 0xC0
    KEYPAD_F = 0xC1
    KEYPAD_XOR = 0xC2
    KEYPAD_CARET = 0xC3
    KEYPAD_PERCENT = 0xC4
    KEYPAD_LESS = 0xC5
    KEYPAD_GREATER = 0xC6
    KEYPAD_AMPERSAND = 0xC7
    KEYPAD_DOUBLE_AMPERSAND = 0xC8
    KEYPAD_BAR = 0xC9
    KEYPAD_DOUBLE_BAR = 0xCA
    KEYPAD_COLON = 0xCB
    KEYPAD_HASH = 0xCC
    KEYPAD_SPACE = 0xCD
    KEYPAD_AT = 0xCE
    KEYPAD_EXCLAMATION = 0xCF
    KEYPAD_MEMORY_STORE = 0xD0
    KEYPAD_MEMORY_RECALL = 0xD1
    KEYPAD_MEMORY_CLEAR = 0xD2
    KEYPAD_MEMORY_ADD = 0xD3
    KEYPAD_MEMORY_SUBTRACT = 0xD4
    KEYPAD_MEMORY_MULTIPLY = 0xD5
    KEYPAD_MEMORY_DIVIDE = 0xD6
    KEYPAD_PLUS_MINUS = 0xD7
    KEYPAD_CLEAR = 0xD8
    KEYPAD_CLEAR_ENTRY = 0xD9
    KEYPAD_BINARY = 0xDA
    KEYPAD_OCTAL = 0xDB
    KEYPAD_DECIMAL_BASE = 0xDC
    KEYPAD_HEXADECIMAL = 0xDD

    LEFT_CONTROL = 0xE0
    LEFT_SHIFT = 0xE1
    LEFT_ALT = 0xE2
    LEFT_GUI = 0xE3
    RIGHT_CONTROL = 0xE4
    RIGHT_SHIFT = 0xE5
    RIGHT_ALT = 0xE6
    RIGHT_GUI = 0xE7

    @property
    def is_modifier(self) -> bool:
        """Whether the key has a bit of its own in byte 0 of a report, and no slot."""
        return Key.LEFT_CONTROL <= self <= Key.RIGHT_GUI


def leds(report: bytes) -> frozenset[Led]:
    """The lights that an output report turns on (HID 1.11 Appendix B.1: bit 0 is Num Lock).

    Bits beyond the fifth are padding, and so are bytes after the first; no byte, no lights.
    """
    bits = report[0] if report else 0
    return frozenset(led for led in Led if bits >> (led - Led.NUM_LOCK) & 1)
