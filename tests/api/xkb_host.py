"""A Linux desktop at the other end of the keyboard: it gets keys and writes text.

Its own binding of libxkbcommon and its own use of it, as a toolkit does it (the library's
"quick guide" and the description of xkb_compose_state_feed). It shares nothing with the product
but the usages: which event code a usage becomes is taken from the kernel's names, and the Compose
table is the one the library itself finds for the locale.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from ctypes import c_char_p, c_int, c_size_t, c_uint32, c_void_p

from linuxpy.input.raw import Key as EvdevKey

from api.keys.plan import Stroke
from gadgetd.hid.keycodes import CODES
from gadgetd.hid.usages import Key, Led
from tests.facts.kernel_keys import EXPECTED

EVENT_CODES: dict[Key, int] = {
    usage: EvdevKey[EXPECTED[code]].value
    for code, usage in CODES.items()
    if EXPECTED[code] != "KEY_UNKNOWN"
}
# Usages that Linux knows no key for (drivers/hid/hid-input.c, hid_keyboard: "unk").
EVENT_CODES[Key.KEYPAD_BINARY] = EvdevKey.KEY_UNKNOWN.value

UP, DOWN = 0, 1
IGNORED = 0
COMPOSING, COMPOSED, CANCELLED = 1, 2, 3

xkb = ctypes.CDLL("libxkbcommon.so.0")


class Names(ctypes.Structure):
    _fields_ = [(name, c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


# Pointers of our own, so that no prototype is shared with the product's binding.
P = ctypes.CFUNCTYPE
context_new = P(c_void_p, c_int)(("xkb_context_new", xkb))
keymap_new = P(c_void_p, c_void_p, ctypes.POINTER(Names), c_int)(("xkb_keymap_new_from_names", xkb))
keymap_unref = P(None, c_void_p)(("xkb_keymap_unref", xkb))
state_new = P(c_void_p, c_void_p)(("xkb_state_new", xkb))
state_unref = P(None, c_void_p)(("xkb_state_unref", xkb))
update_key = P(c_int, c_void_p, c_uint32, c_int)(("xkb_state_update_key", xkb))
update_mask = P(c_int, c_void_p, *[c_uint32] * 6)(("xkb_state_update_mask", xkb))
led_is_on = P(c_int, c_void_p, c_char_p)(("xkb_state_led_name_is_active", xkb))
mods = P(c_uint32, c_void_p, c_int)(("xkb_state_serialize_mods", xkb))
layout_index = P(c_uint32, c_void_p, c_int)(("xkb_state_serialize_layout", xkb))
one_symbol = P(c_uint32, c_void_p, c_uint32)(("xkb_state_key_get_one_sym", xkb))
key_text = P(c_int, c_void_p, c_uint32, c_char_p, c_size_t)(("xkb_state_key_get_utf8", xkb))
table_new = P(c_void_p, c_void_p, c_char_p, c_int)(("xkb_compose_table_new_from_locale", xkb))
compose_new = P(c_void_p, c_void_p, c_int)(("xkb_compose_state_new", xkb))
compose_reset = P(None, c_void_p)(("xkb_compose_state_reset", xkb))
compose_feed = P(c_int, c_void_p, c_uint32)(("xkb_compose_state_feed", xkb))
compose_status = P(c_int, c_void_p)(("xkb_compose_state_get_status", xkb))
compose_text = P(c_int, c_void_p, c_char_p, c_size_t)(("xkb_compose_state_get_utf8", xkb))

LOCKS = {Led.CAPS_LOCK: 1 << 1, Led.NUM_LOCK: 1 << 4}  # X11's Lock and Mod2
LIGHTS = {Led.CAPS_LOCK: b"Caps Lock", Led.NUM_LOCK: b"Num Lock"}
DEPRESSED = 1


class Desktop:
    """What all layouts share: the library's context and the user's Compose table."""

    def __init__(self, locale: str = "en_US.UTF-8") -> None:
        self.context = context_new(0)
        self.compose = compose_new(table_new(self.context, locale.encode(), 0), 0)
        self._compiled: tuple[tuple[str, ...], int] | None = None  # the last one

    def keyboard(
        self,
        layout: str,
        variant: str = "",
        lights: frozenset[Led] = frozenset(),
        options: str = "",
    ) -> Keyboard:
        return Keyboard(self, self._keymap(layout, variant, options), lights)

    def _keymap(self, *asked: str) -> int:
        if self._compiled is None or self._compiled[0] != asked:
            if self._compiled is not None:
                keymap_unref(self._compiled[1])
            layout, variant, options = (name.encode() for name in asked)
            names = Names(b"evdev", b"pc105", layout, variant, options)
            keymap = keymap_new(self.context, ctypes.byref(names), 0)
            assert keymap, f"{asked} does not compile"
            self._compiled = asked, keymap
        return self._compiled[1]


class Keyboard:
    """One layout in use; keys go down and up, text comes out."""

    def __init__(self, desktop: Desktop, keymap: int, lights: frozenset[Led]) -> None:
        self._compose = desktop.compose
        self._state = state_new(keymap)
        update_mask(self._state, 0, 0, sum(LOCKS[light] for light in lights), 0, 0, 0)
        self._buffer = ctypes.create_string_buffer(256)
        compose_reset(self._compose)

    def close(self) -> None:
        state_unref(self._state)

    @property
    def lights(self) -> frozenset[Led]:
        return frozenset(led for led, name in LIGHTS.items() if led_is_on(self._state, name) == 1)

    @property
    def is_at_rest(self) -> bool:
        """No modifier is down, and no dead key waits for another."""
        return not mods(self._state, DEPRESSED) and compose_status(self._compose) != COMPOSING

    def press_caps_lock(self) -> None:
        """Somebody presses it at the target's own keyboard."""
        self.type([Stroke((), Key.CAPS_LOCK)])

    def press_num_lock(self) -> None:
        self.type([Stroke((), Key.NUM_LOCK)])

    def forget_accent(self) -> None:
        """What Space and Backspace do to an accent that waits for its letter."""
        compose_reset(self._compose)

    @property
    def is_in_first_layout(self) -> bool:
        return int(layout_index(self._state, 1 << 7)) == 0  # the effective one

    def type(self, strokes: Iterable[Stroke], *, is_reversed: bool = False) -> str:
        """All keys of each stroke down, then up; `is_reversed` changes the order of those held."""
        text = ""
        for stroke in strokes:
            held = stroke.held[::-1] if is_reversed else stroke.held
            down = [EVENT_CODES[key] + 8 for key in (*held, stroke.key)]
            for code in down:
                text += self._press(code)
            for code in reversed(down):
                update_key(self._state, code, UP)
        return text

    def _press(self, code: int) -> str:
        # What a key writes is decided by what was down before it.
        symbol = one_symbol(self._state, code)
        length = key_text(self._state, code, self._buffer, 256)
        alone = self._buffer.raw[:length].decode() if length > 0 else ""
        update_key(self._state, code, DOWN)
        if compose_feed(self._compose, symbol) == IGNORED:
            return alone
        match compose_status(self._compose):
            case status if status == COMPOSING:
                return ""
            case status if status == COMPOSED:
                compose_text(self._compose, self._buffer, 256)
                compose_reset(self._compose)
                return self._buffer.value.decode()
            case status if status == CANCELLED:
                compose_reset(self._compose)
                return ""
            case _:
                return alone
