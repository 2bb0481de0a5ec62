"""What the keys of a US keyboard write, by the kernel's event codes.

Typed out, so that what arrived is judged by something that the typing side does not use.

Source: Linux include/uapi/linux/input-event-codes.h; the keys of a US keyboard as printed on them.
"""

from __future__ import annotations

from collections.abc import Iterable

SHIFTS = (42, 54)
ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (15, "\t", "\t"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (28, "\n", "\n"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLAIN = {first + place: sign for first, signs, _ in ROWS for place, sign in enumerate(signs)}
SHIFTED = {first + place: sign for first, _, signs in ROWS for place, sign in enumerate(signs)}


def written(events: Iterable[tuple[int, bool]]) -> str:
    """The text that these key events (code, is it down) write; a key unknown here is U+FFFD."""
    text = ""
    held: set[int] = set()
    for code, is_down in events:
        if code in SHIFTS:
            (held.add if is_down else held.discard)(code)
        elif is_down:
            text += (SHIFTED if held else PLAIN).get(code, "\N{REPLACEMENT CHARACTER}")
    return text
