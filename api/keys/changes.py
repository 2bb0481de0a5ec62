"""Changes: what somebody does with keyboard or mouse, and what became of it.

Motion may be merged while nobody can take it: a place replaces the place before, ways and turns
of the wheel add up. Presses are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

MICE = ("absolute", "relative")
FURTHEST = 32767  # both kinds of mouse say where, or how far, in 16 bits at most
FASTEST_WHEEL = 127

Pressed = str | tuple[str, str]
"""What can be held down: a key by its code, or a button as (mouse, button)."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key going down or up."""

    code: str
    is_down: bool


@dataclass(frozen=True, slots=True)
class MouseChange:
    """A mouse being moved, and then one of its buttons going down or up.

    Attributes:
        mouse: one of `MICE`.
        x, y: the place, 0 to 32767, of the absolute mouse.
        dx, dy: the way, -32767 to 32767, of the relative one.
        wheel, pan: -127 to 127 notches; up and to the right are positive.
        button: None if it is motion only.
    """

    mouse: str
    x: int | None = None
    y: int | None = None
    dx: int = 0
    dy: int = 0
    wheel: int = 0
    pan: int = 0
    button: str | None = None
    is_down: bool = False

    def after(self, motion: MouseChange) -> MouseChange:
        """Both in one, for a `motion` of the same mouse that came before this."""
        return replace(
            self,
            x=motion.x if self.x is None else self.x,
            y=motion.y if self.y is None else self.y,
            dx=within(motion.dx + self.dx, FURTHEST),
            dy=within(motion.dy + self.dy, FURTHEST),
            wheel=within(motion.wheel + self.wheel, FASTEST_WHEEL),
            pan=within(motion.pan + self.pan, FASTEST_WHEEL),
        )

    def arguments(self) -> dict[str, Any]:
        """As gadgetd wants to be told; what says nothing is left out."""
        told: dict[str, Any] = {"mouse": self.mouse}
        if self.x is not None:
            told |= {"x": self.x, "y": self.y}
        told |= {name: turned for name in ("wheel", "pan") if (turned := getattr(self, name))}
        if self.button is not None:
            told |= {"button": self.button, "down": self.is_down}
        if self.dx or self.dy or len(told) == 1:  # there and back again is a way, too
            told |= {"dx": self.dx, "dy": self.dy}
        return told


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far something got: "delivered", "queued", or "undelivered" and why."""

    delivery: str
    sentence: str

    @property
    def is_undelivered(self) -> bool:
        """Whether it did not get there."""
        return self.delivery == "undelivered"


def delivery_of(answer: dict[str, Any]) -> Delivery:
    """gadgetd's answer in our words."""
    return Delivery(str(answer["delivery"]), str(answer.get("sentence") or ""))


def chord(codes: Sequence[str]) -> list[KeyChange]:
    """All keys down in their order, then up in the reverse one."""
    downs = [KeyChange(code, True) for code in codes]
    return downs + [KeyChange(code, False) for code in reversed(codes)]


def words(held: Iterable[Pressed]) -> str:
    """What is held, for people."""
    return ", ".join(each if isinstance(each, str) else f"{each[1]} mouse button" for each in held)


def within(number: int, furthest: int) -> int:
    """The number, or the last one in its direction that can be said."""
    return max(-furthest, min(furthest, number))
