"""Runs on the board: a Linux desktop at the end of the cable. Keys come in, text goes out.

text_reader.py VENDOR PRODUCT LAYOUT VARIANT

The kernel's key events of our keyboard go through libxkbcommon and its Compose table as a toolkit
sends them. A line `ready`, then an object for every few keys: {"text": "abb", "struck": "ab"}.
`text` has what the kernel's auto-repeat of a key that stays down has written, as on a console;
`struck` is what the same keys write where nothing repeats. {"lost": true} means that this program
was too slow for the kernel, and what it says is worthless.

It shares nothing with the product. Lock lights that are on at the start count as locked.

Source: libxkbcommon, xkbcommon.h and xkbcommon-compose.h; Linux include/uapi/linux/input.h.
"""

import ctypes
import fcntl
import json
import os
import select
import sys
from ctypes import c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import Any

from evdev_watch import EV_KEY, EVENT, keyboards, opened

EV_SYN, SYN_DROPPED = 0, 3
EVIOCGLED = 0x80084519
UP, DOWN, REPEAT = 0, 1, 2
IGNORED = 0
COMPOSING, COMPOSED, CANCELLED = 1, 2, 3
# The lock a light stands for, as a bit of X11's real modifiers: Mod2 and Lock.
LOCK_OF_LIGHT = {0: 1 << 4, 1: 1 << 1}
X11_OFFSET = 8
LOCALE = b"en_US.UTF-8"

xkb = ctypes.CDLL("libxkbcommon.so.0")


class Names(ctypes.Structure):
    """struct xkb_rule_names."""

    _fields_ = [(name, c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


def function(name: str, result: Any, *arguments: Any) -> Any:
    """A function of the library, with its types."""
    return ctypes.CFUNCTYPE(result, *arguments)((f"xkb_{name}", xkb))


context_new = function("context_new", c_void_p, c_int)
keymap_new = function("keymap_new_from_names", c_void_p, c_void_p, ctypes.POINTER(Names), c_int)
state_new = function("state_new", c_void_p, c_void_p)
update_key = function("state_update_key", c_int, c_void_p, c_uint32, c_int)
update_mask = function("state_update_mask", c_int, c_void_p, *[c_uint32] * 6)
one_symbol = function("state_key_get_one_sym", c_uint32, c_void_p, c_uint32)
key_text = function("state_key_get_utf8", c_int, c_void_p, c_uint32, c_char_p, c_size_t)
key_repeats = function("keymap_key_repeats", c_int, c_void_p, c_uint32)
table_new = function("compose_table_new_from_locale", c_void_p, c_void_p, c_char_p, c_int)
compose_new = function("compose_state_new", c_void_p, c_void_p, c_int)
compose_reset = function("compose_state_reset", None, c_void_p)
compose_feed = function("compose_state_feed", c_int, c_void_p, c_uint32)
compose_status = function("compose_state_get_status", c_int, c_void_p)
compose_text = function("compose_state_get_utf8", c_int, c_void_p, c_char_p, c_size_t)


class Desktop:
    """One layout in use."""

    def __init__(self, layout: str, variant: str, lights: int) -> None:
        context = context_new(0)
        names = Names(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        self._keymap = keymap_new(context, ctypes.byref(names), 0)
        if not self._keymap:
            sys.exit(f"{layout}({variant}) does not compile")
        self._state = state_new(self._keymap)
        locked = sum(lock for light, lock in LOCK_OF_LIGHT.items() if lights >> light & 1)
        update_mask(self._state, 0, 0, locked, 0, 0, 0)
        self._compose = compose_new(table_new(context, LOCALE, 0), 0)
        self._buffer = ctypes.create_string_buffer(256)

    def hear(self, code: int, value: int) -> str:
        """What one key event writes."""
        key = code + X11_OFFSET
        if value == UP:
            update_key(self._state, key, UP)
            return ""
        if value == REPEAT and not key_repeats(self._keymap, key):
            return ""
        # What a key writes is decided by what was down before it.
        symbol = one_symbol(self._state, key)
        alone = self._text(key_text, self._state, key)
        if value == DOWN:
            update_key(self._state, key, DOWN)
        if compose_feed(self._compose, symbol) == IGNORED:
            return alone
        status = compose_status(self._compose)
        if status == COMPOSING:
            return ""
        if status in (COMPOSED, CANCELLED):
            text = self._text(compose_text, self._compose) if status == COMPOSED else ""
            compose_reset(self._compose)
            return text
        return alone

    def _text(self, get: Any, *place: Any) -> str:
        get(*place, self._buffer, 256)
        return self._buffer.value.decode()


def read(descriptor: int, console: Desktop, desktop: Desktop) -> None:
    """Tell what is written until the device goes."""
    while True:
        select.select([descriptor], [], [])
        text = struck = ""
        for _, _, kind, code, value in EVENT.iter_unpack(os.read(descriptor, EVENT.size * 64)):
            if (kind, code) == (EV_SYN, SYN_DROPPED):
                print(json.dumps({"lost": True}), flush=True)
            elif kind == EV_KEY:
                text += console.hear(code, value)
                if value != REPEAT:
                    struck += desktop.hear(code, value)
        if text or struck:
            print(json.dumps({"text": text, "struck": struck}), flush=True)


def main() -> None:
    """Read for ever; the caller ends this process."""
    vendor, product, layout, variant = sys.argv[1:5]
    # The kernel keeps 64 events for a reader, and a burst of keys fills that within milliseconds.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    desktops: list[Desktop] = []
    while True:
        nodes = keyboards(vendor, product)
        if not nodes:
            select.select([], [], [], 0.05)
            continue
        descriptor = opened(nodes[0])
        lights = int.from_bytes(fcntl.ioctl(descriptor, EVIOCGLED, bytes(8)), sys.byteorder)
        desktops = desktops or [Desktop(layout, variant, lights) for _ in range(2)]
        print(json.dumps("ready"), flush=True)
        try:
            read(descriptor, *desktops)
        except OSError:  # it was unplugged
            os.close(descriptor)


if __name__ == "__main__":
    main()
