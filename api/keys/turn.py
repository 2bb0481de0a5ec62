"""The turn: who types. Whoever pressed last has it, for half a minute."""

from __future__ import annotations

from collections.abc import Callable

from gadgetd.errors import KaputtError

TYPES_FOR_S = 30.0


class SeatTakenError(KaputtError):
    """Somebody else types, and the configuration wants them to be asked first."""

    code = "seat_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is typing.", "Take the keyboard if you need it now.")


class SeatLostError(KaputtError):
    """Somebody else has taken the keyboard."""

    code = "seat_lost"

    def __init__(self, name: str, held: str) -> None:
        let_go = f" Let go: {held}." if held else ""
        super().__init__(
            f"{name} has taken the keyboard.{let_go}", "Take it back if you need it now."
        )


class Turn:
    """Who pressed last, by the name of the seat."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._seat: str | None = None
        self._until_s = 0.0

    @property
    def seat(self) -> str | None:
        """Who types; None when nobody has for half a minute."""
        return self._seat if self.left_s > 0 else None

    @property
    def left_s(self) -> float:
        """How much of it is left, at most; 0 when it is nobody's."""
        return max(0.0, self._until_s - self._clock()) if self._seat is not None else 0.0

    def take(self, seat: str) -> None:
        """The seat types."""
        self._seat = seat
        self._until_s = self._clock() + TYPES_FOR_S

    def end(self, seat: str) -> None:
        """The seat does not type any more."""
        if self._seat == seat:
            self._seat = None
