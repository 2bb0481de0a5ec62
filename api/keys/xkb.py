"""libxkbcommon: what a key writes, said by the library that Linux desktops ask.

Only the functions needed here, by ctypes: nothing to build, and the same file on every
architecture. A library object may be used by one thread at a time; see `layouts`.

What the user of this machine likes is not asked (~/.XCompose, XKB_DEFAULT_*): the target has a
user of its own.

Debian: libxkbcommon0 (which brings xkb-data), and libx11-data for the Compose table.
Sources: xkbcommon/xkbcommon.h and xkbcommon/xkbcommon-compose.h of libxkbcommon 1.0 and later.
"""

from __future__ import annotations

import ctypes
import weakref
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p, create_string_buffer
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gadgetd.errors import KaputtError

SONAME = "libxkbcommon.so.0"
# The table of nearly every UTF-8 locale, C.UTF-8 among them (libX11's compose.dir).
COMPOSE_FILE = Path("/usr/share/X11/locale/en_US.UTF-8/Compose")
COMPOSE_LOCALE = b"en_US.UTF-8"

FIRST_CODE = 8  # xkb key codes are X11's, and X11 keeps 0 to 7 for itself
NO_ENVIRONMENT_NAMES = 1 << 1  # xkb_context_flags
LOG_CRITICAL = 10
KEYMAP_FORMAT_TEXT_V1 = COMPOSE_FORMAT_TEXT_V1 = 1
KEY_UP, KEY_DOWN = 0, 1
MODS_EFFECTIVE, LAYOUT_EFFECTIVE = 1 << 3, 1 << 7  # xkb_state_component
MOD_INVALID = 0xFFFFFFFF
NOTHING, COMPOSING, COMPOSED, CANCELLED = range(4)  # xkb_compose_status
FEED_IGNORED = 0  # xkb_compose_feed_result
LONGEST_TEXT_BYTES = 256


class LayoutsUnavailableError(KaputtError):
    """The library, or the descriptions of the layouts, are not installed."""

    code = "layouts_unavailable"

    def __init__(self, missing: str, package: str) -> None:
        super().__init__(
            f"Text cannot be typed, because {missing} is missing.", f"Install {package}."
        )


class _RuleNames(ctypes.Structure):
    _fields_ = tuple(
        (name, c_char_p) for name in ("rules", "model", "layout", "variant", "options")
    )


_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "xkb_context_new": (c_void_p, (c_int,)),
    "xkb_context_unref": (None, (c_void_p,)),
    "xkb_context_set_log_level": (None, (c_void_p, c_int)),
    "xkb_context_num_include_paths": (c_uint32, (c_void_p,)),
    "xkb_context_include_path_get": (c_char_p, (c_void_p, c_uint32)),
    "xkb_keymap_new_from_names": (c_void_p, (c_void_p, c_void_p, c_int)),
    "xkb_keymap_unref": (None, (c_void_p,)),
    "xkb_keymap_mod_get_index": (c_uint32, (c_void_p, c_char_p)),
    "xkb_state_new": (c_void_p, (c_void_p,)),
    "xkb_state_unref": (None, (c_void_p,)),
    "xkb_state_update_key": (c_int, (c_void_p, c_uint32, c_int)),
    "xkb_state_update_mask": (c_int, (c_void_p, *[c_uint32] * 6)),
    "xkb_state_serialize_mods": (c_uint32, (c_void_p, c_int)),
    "xkb_state_serialize_layout": (c_uint32, (c_void_p, c_int)),
    "xkb_state_key_get_one_sym": (c_uint32, (c_void_p, c_uint32)),
    "xkb_keysym_to_utf8": (c_int, (c_uint32, c_char_p, c_size_t)),
    "xkb_compose_table_new_from_buffer": (
        c_void_p,
        (c_void_p, c_char_p, c_size_t, c_char_p, c_int, c_int),
    ),
    "xkb_compose_table_unref": (None, (c_void_p,)),
    "xkb_compose_state_new": (c_void_p, (c_void_p, c_int)),
    "xkb_compose_state_unref": (None, (c_void_p,)),
    "xkb_compose_state_reset": (None, (c_void_p,)),
    "xkb_compose_state_feed": (c_int, (c_void_p, c_uint32)),
    "xkb_compose_state_get_status": (c_int, (c_void_p,)),
    "xkb_compose_state_get_utf8": (c_int, (c_void_p, c_char_p, c_size_t)),
}


@cache
def _library(soname: str = SONAME) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(soname)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise LayoutsUnavailableError(f"the library {soname}", "libxkbcommon0") from error
    return library


class Context:
    """The library with its search path; the source of keymaps and of the Compose table."""

    def __init__(self, soname: str = SONAME) -> None:
        self._library = _library(soname)
        self._pointer = self._library.xkb_context_new(NO_ENVIRONMENT_NAMES)
        if not self._pointer:
            raise LayoutsUnavailableError("the directory of the layouts", "xkb-data")
        weakref.finalize(self, self._library.xkb_context_unref, self._pointer)
        # It would write to stderr what it thinks of a layout; whoever compiles is told by None.
        self._library.xkb_context_set_log_level(self._pointer, LOG_CRITICAL)

    @property
    def include_paths(self) -> tuple[Path, ...]:
        """Where descriptions are looked for, the most important directory first."""
        count = self._library.xkb_context_num_include_paths(self._pointer)
        get = self._library.xkb_context_include_path_get
        return tuple(Path(get(self._pointer, index).decode()) for index in range(count))

    def compile(self, layout: str, variant: str) -> CompiledKeymap | None:
        """The layout on a PC keyboard, or `None` if its description has errors."""
        names = _RuleNames(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        pointer = self._library.xkb_keymap_new_from_names(self._pointer, byref(names), 0)
        return CompiledKeymap(self._library, pointer) if pointer else None

    def compose_table(self, file: Path = COMPOSE_FILE) -> ComposeTable | None:
        """The sequences that dead keys begin, or `None` where they are not installed."""
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return None
        pointer = self._library.xkb_compose_table_new_from_buffer(
            self._pointer, text, len(text), COMPOSE_LOCALE, COMPOSE_FORMAT_TEXT_V1, 0
        )
        return ComposeTable(self._library, pointer) if pointer else None


class CompiledKeymap:
    """All that a layout's description says, ready to be asked."""

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self._library, self._pointer = library, pointer
        weakref.finalize(self, library.xkb_keymap_unref, pointer)

    def state(self, *locked: str, group: int = 0) -> State:
        """A keyboard with no key down, in this group, and with these modifiers locked.

        Args:
            locked: such as "Lock", which is Caps Lock.
            group: which of several layouts, from 0.
        """
        mask = 0
        for name in locked:
            index = self._library.xkb_keymap_mod_get_index(self._pointer, name.encode())
            mask |= 0 if index == MOD_INVALID else 1 << index
        pointer = self._library.xkb_state_new(self._pointer)
        self._library.xkb_state_update_mask(pointer, 0, 0, mask, 0, 0, group)
        return State(self._library, pointer)


class State:
    """A keyboard at one moment: which modifiers are down or locked. Keys are event codes."""

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self._library, self._pointer = library, pointer
        weakref.finalize(self, library.xkb_state_unref, pointer)

    def press(self, code: int) -> None:
        """Put a key down."""
        self._library.xkb_state_update_key(self._pointer, code + FIRST_CODE, KEY_DOWN)

    def release(self, code: int) -> None:
        """Let a key go."""
        self._library.xkb_state_update_key(self._pointer, code + FIRST_CODE, KEY_UP)

    def symbol(self, code: int) -> int:
        """The key symbol that the key has now; 0 if none, or if it has several at once."""
        symbol: int = self._library.xkb_state_key_get_one_sym(self._pointer, code + FIRST_CODE)
        return symbol

    @property
    def modifiers(self) -> int:
        """The modifiers in effect, one bit each."""
        mask: int = self._library.xkb_state_serialize_mods(self._pointer, MODS_EFFECTIVE)
        return mask

    @property
    def group(self) -> int:
        """The group (the layout, if several are loaded) in effect, from 0."""
        index: int = self._library.xkb_state_serialize_layout(self._pointer, LAYOUT_EFFECTIVE)
        return index

    def character(self, symbol: int) -> str:
        """What the symbol alone writes; empty for keys that write nothing."""
        buffer = create_string_buffer(LONGEST_TEXT_BYTES)
        # A surrogate as a symbol is an error in the layout; nobody could type it anyway.
        self._library.xkb_keysym_to_utf8(symbol, buffer, LONGEST_TEXT_BYTES)
        return buffer.value.decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Composition:
    """What a sequence of symbols has come to.

    Attributes:
        status: `NOTHING` (the symbols stand for themselves), `COMPOSING`, `COMPOSED` or
            `CANCELLED` (nothing is written at all).
        text: what was composed.
    """

    status: int
    text: str = ""


UNCOMPOSED = {status: Composition(status) for status in (NOTHING, COMPOSING, CANCELLED)}


class ComposeTable:
    """Sequences of symbols that together write something else."""

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self._library, self._table = library, pointer
        self._state = library.xkb_compose_state_new(pointer, 0)
        self._buffer = create_string_buffer(LONGEST_TEXT_BYTES)
        weakref.finalize(self, library.xkb_compose_table_unref, pointer)
        weakref.finalize(self, library.xkb_compose_state_unref, self._state)

    def ignores(self, symbol: int) -> bool:
        """Whether the symbol leaves a sequence as it is, as Shift does."""
        self._library.xkb_compose_state_reset(self._state)
        return bool(self._library.xkb_compose_state_feed(self._state, symbol) == FEED_IGNORED)

    def compose(self, symbols: tuple[int, ...]) -> Composition:
        """What becomes of the symbols, typed one after the other from a fresh start."""
        self._library.xkb_compose_state_reset(self._state)
        for symbol in symbols:
            self._library.xkb_compose_state_feed(self._state, symbol)
        status = self._library.xkb_compose_state_get_status(self._state)
        if status != COMPOSED:
            return UNCOMPOSED[status]
        self._library.xkb_compose_state_get_utf8(self._state, self._buffer, LONGEST_TEXT_BYTES)
        return Composition(status, self._buffer.value.decode())
