"""A mouse: who holds which buttons, what is left of a motion, and the bytes that say so.

Buttons are pictures like keys, and belong to seats like keys: a button is down for as long as one
seat holds it. Motion is not a picture: two motions that wait can become one, and one that is too
long for a report becomes several.

Sources: USB HID 1.11 Appendix B.2 (the first three bytes of the relative mouse) and §5.10 (values
out of range); `reports` for the rest of the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from gadgetd.hid.reports import PLACE_LARGEST, STEP_LARGEST
from gadgetd.hid.usages import Button

RELATIVE_REPORT = struct.Struct("<Bbbbb")  # buttons, X, Y, wheel, horizontal wheel
ABSOLUTE_REPORT = struct.Struct("<BHHbb")

NO_PLACE = (PLACE_LARGEST + 1, PLACE_LARGEST + 1)  # beyond both edges: it says nothing

# Further than any screen is wide; what has added up to more than this is at its edge already.
FARTHEST = 32767


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a mouse goes, and how its wheels turn.

    Attributes:
        dx, dy: counts to the right and down, for a relative mouse.
        wheel, pan: notches away from the user, and to the right.
        place: from the left and the upper edge, 0 to `PLACE_LARGEST`, for an absolute mouse.
    """

    dx: int = 0
    dy: int = 0
    wheel: int = 0
    pan: int = 0
    place: tuple[int, int] | None = None

    def __bool__(self) -> bool:
        return self != Motion()

    def then(self, later: Motion) -> Motion:
        """Both motions as one: distances add up, and of two places the later one counts."""
        return Motion(
            _limited(self.dx + later.dx, FARTHEST),
            _limited(self.dy + later.dy, FARTHEST),
            _limited(self.wheel + later.wheel, FARTHEST),
            _limited(self.pan + later.pan, FARTHEST),
            later.place or self.place,
        )

    def step(self) -> tuple[Motion, Motion]:
        """As much of it as one report can say, and the rest.

        A long way is cut into equal steps, so that the pointer goes straight.
        """
        step_count = max(1, -(-max(abs(self.dx), abs(self.dy)) // STEP_LARGEST))
        step = Motion(
            _part(self.dx, step_count),
            _part(self.dy, step_count),
            _limited(self.wheel, STEP_LARGEST),
            _limited(self.pan, STEP_LARGEST),
            self.place,
        )
        rest = Motion(
            self.dx - step.dx, self.dy - step.dy, self.wheel - step.wheel, self.pan - step.pan
        )
        return step, rest


def _limited(number: int, largest: int) -> int:
    return max(-largest, min(largest, number))


def _part(distance: int, step_count: int) -> int:
    """The first of so many equal steps; fractions of a count are left to the later ones."""
    size = abs(distance) // step_count
    return size if distance >= 0 else -size


class Buttons:
    """The buttons held down right now. Writes nowhere, waits never."""

    def __init__(self) -> None:
        self._holders: dict[Button, set[str]] = {}  # remembers the order in which they went down

    def press(self, seat: str, button: Button) -> None:
        """`seat` holds `button` from now on; pressing a held button again changes nothing."""
        self._holders.setdefault(button, set()).add(seat)

    def release(self, seat: str, button: Button) -> None:
        """`seat` lets go of `button`; letting go of what it does not hold changes nothing."""
        seats = self._holders.get(button, set())
        seats.discard(seat)
        if not seats:
            self._holders.pop(button, None)

    def is_held_by(self, seat: str, button: Button) -> bool:
        """Whether `seat` is one of those who hold `button`."""
        return seat in self._holders.get(button, set())

    def release_seat(self, seat: str) -> None:
        """`seat` lets go of all it holds."""
        for button in self.held:
            self.release(seat, button)

    def release_all(self) -> None:
        """Every seat lets go of everything."""
        self._holders.clear()

    @property
    def held(self) -> tuple[Button, ...]:
        """The buttons that are down, in the order in which they went down."""
        return tuple(self._holders)

    @property
    def bits(self) -> int:
        """The first byte of a report: bit 0 is the left button."""
        return sum(1 << (button - Button.LEFT) for button in self._holders)


Drawing = Callable[[int, Motion], bytes]


def relative(bits: int, step: Motion) -> bytes:
    """Five bytes of the relative mouse; the step fits into one report."""
    return RELATIVE_REPORT.pack(bits, step.dx, step.dy, step.wheel, step.pan)


def absolute(bits: int, step: Motion) -> bytes:
    """Seven bytes of the absolute mouse; without a place, they say of places nothing at all."""
    return ABSOLUTE_REPORT.pack(bits, *(step.place or NO_PLACE), step.wheel, step.pan)
