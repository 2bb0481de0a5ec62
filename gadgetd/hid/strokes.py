"""Strokes: how text looks to a keyboard, and the reports that it becomes.

A stroke is a list of keyboard usages: the last is the key, those before are held around it. It goes
down as one picture and up as another, that of a keyboard on which nothing is held. All keys of a
picture arrive at once, so Shift is never late, and the next stroke is never taken for a repetition.

What is typed may be a password: no error in here says what was in it.

Source: USB HID 1.11 Appendix B.1 (the picture), Appendix C (no more than six keys at once).
"""

from __future__ import annotations

from gadgetd.errors import KaputtError
from gadgetd.hid.keyboard import SLOT_COUNT, Keyboard
from gadgetd.hid.usages import Key

STROKES_AT_ONCE = 1024
STROKE_KEYS = 8

_USAGES = frozenset(key.value for key in Key if key > Key.ERROR_UNDEFINED)


class StrokeError(KaputtError):
    """Something among the strokes is not one."""

    code = "stroke_unknown"

    def __init__(self, sentence: str) -> None:
        super().__init__(
            sentence,
            f"A stroke is a list of 1 to {STROKE_KEYS} different keyboard usages, at most"
            f" {SLOT_COUNT} of them no modifiers.",
        )


def pictures(strokes: object) -> list[bytes]:
    """The eight bytes that say "down", for each stroke.

    Args:
        strokes: 1 to 1024 lists of usages (whole numbers of the Keyboard/Keypad page).

    Raises:
        StrokeError: it is something else.
    """
    if not isinstance(strokes, list) or not 1 <= len(strokes) <= STROKES_AT_ONCE:
        raise StrokeError(f"There have to be 1 to {STROKES_AT_ONCE} strokes in a list.")
    # A text repeats its strokes, and the board is slow: each is looked at once.
    known: dict[tuple[object, ...], bytes | None] = {}
    found: list[bytes] = []
    for number, stroke in enumerate(strokes, 1):
        try:
            name = tuple(stroke)
            picture = known[name] if name in known else known.setdefault(name, _picture(stroke))
        except TypeError:  # nothing that can be looked through, or something with lists in it
            picture = None
        if picture is None:
            raise StrokeError(f"Number {number} of the strokes is not one.")
        found.append(picture)
    return found


def _picture(stroke: object) -> bytes | None:
    if not isinstance(stroke, list) or not 1 <= len(stroke) <= STROKE_KEYS:
        return None
    keyboard = Keyboard()
    for usage in stroke:
        # In Python a truth value is a number; in JSON it is not.
        if type(usage) is not int or usage not in _USAGES:
            return None
        keyboard.press("", Key(usage))
    plain = [key for key in keyboard.held if not key.is_modifier]
    if len(keyboard.held) < len(stroke) or len(plain) > SLOT_COUNT:
        return None
    return keyboard.report()
