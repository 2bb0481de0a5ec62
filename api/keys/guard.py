"""The guard: a key that nobody types with, so that a target that hears late repeats nothing else.

A key goes down at the target with one report and up with the next. If the next one comes late,
because the target stopped asking, or because the board was slow, the target repeats the key: Linux
after 250 ms, and "a" becomes "aaaa". But it repeats only the key that was pressed last. So every
stroke that writes something is followed, in the same report, by a key without any meaning. Linux
knows it as KEY_UNKNOWN, which no layout has anything on.

Only where Linux runs on the target: what other systems make of such a key, nobody has told us. And
not behind a dead key: there it would be taken for the letter that the accent is to go on.

Sources: drivers/input/input.c (one key repeats), drivers/hid/hid-input.c (KEY_UNKNOWN), and
docs/decisions/0009.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.keys.plan import Step, Stroke
from gadgetd.hid.usages import Key

GUARD = Key.KEYPAD_BINARY
MOST_KEYS = 5  # beside the guard; a report has room for six


def guarded(steps: Iterable[Step], switch: Stroke | None) -> list[Stroke]:
    """The strokes of some characters, with the guard behind each last one.

    Args:
        steps: the characters.
        switch: the chord that switches the target's layout; it writes nothing.
    """
    strokes: list[Stroke] = []
    for step in steps:
        strokes += step.strokes
        if step.strokes and step.strokes[-1] != switch:
            strokes[-1] = behind(strokes[-1])
    return strokes


def behind(stroke: Stroke) -> Stroke:
    """The stroke with the guard as its last key, if there is room for it and need of it."""
    if stroke.key.is_modifier or len(stroke.held) >= MOST_KEYS:
        return stroke
    return Stroke((*stroke.held, stroke.key), GUARD)
