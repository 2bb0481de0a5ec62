"""Batches: as much of a plan as is handed to gadgetd at once, and how far into it one has got.

A batch holds whole characters. It knows where each began, so from a number of strokes it can say
which character comes next, where that stands, and whether a part of it has been typed already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from api.keys.plan import Step, Stroke
from api.keys.text import Position

LARGEST_STROKES = 1024  # gadgetd takes no more in one request
AIM_S = 0.4  # what a batch should take: progress is seen, and little is unsure if all breaks
FIRST_S = 0.008  # one stroke, until it has been measured: two reports, at a common interval
SMALLEST_STROKES = 48  # or fewer when each takes long; each request costs as much as many strokes


@dataclass(frozen=True)
class Batch:
    """Some characters of a plan.

    Attributes:
        steps: the characters.
        strokes: of all of them.
    """

    steps: tuple[Step, ...]
    strokes: tuple[Stroke, ...] = field(repr=False)

    def done(self, typed: int) -> tuple[int, int]:
        """How many characters that many strokes have typed, and how many strokes of the next."""
        characters, left = 0, typed
        for step in self.steps:
            if len(step.strokes) > left:
                break
            left -= len(step.strokes)
            characters += 1
        return characters, left

    def position_of(self, stroke: int) -> Position:
        """Where the character stands that this one of the strokes is a part of."""
        characters, _ = self.done(stroke)
        return self.steps[characters].position


class Pace:
    """How many strokes make a batch: measured, because every target asks at its own interval."""

    def __init__(self, delay_ms: int) -> None:
        self._stroke_s = FIRST_S + delay_ms / 1000
        self._smallest = max(1, min(SMALLEST_STROKES, int(AIM_S / self._stroke_s)))
        self.size = max(self._smallest, int(AIM_S / self._stroke_s))

    def took(self, strokes: int, seconds: float) -> None:
        """Learn from a batch that was typed whole."""
        wanted = int(strokes * AIM_S / max(seconds, 0.001))
        self.size = max(self._smallest, min(wanted, 2 * self.size, LARGEST_STROKES))


class Feed:
    """Batches of a plan's steps, as large as asked for."""

    def __init__(self, steps: Iterator[Step]) -> None:
        self._steps = steps
        self._next = next(steps, None)

    def take(self, size: int) -> Batch | None:
        """At least one character, and about so many strokes; None at the end."""
        steps: list[Step] = []
        strokes: list[Stroke] = []
        while self._next is not None:
            room = min(size, LARGEST_STROKES) - len(strokes)
            # A character left out has no strokes: many of them are no reason for a huge batch.
            if steps and (len(self._next.strokes) > room or len(steps) >= LARGEST_STROKES):
                break
            steps.append(self._next)
            strokes += self._next.strokes
            self._next = next(self._steps, None)
        return Batch(tuple(steps), tuple(strokes)) if steps else None

    @property
    def position(self) -> Position | None:
        """Where the next batch begins; None at the end."""
        return None if self._next is None else self._next.position
