"""The desk: everybody who types has a seat of their own, and leaving it lets their keys go.

Here is known who is there, who types, and what holds for all of them: whether one may press while
another one types, and how much may be unanswered at once.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from api.keys.changes import Delivery, KeyChange, MouseChange
from api.keys.names import SOMEBODY
from api.keys.seat import Seat
from api.keys.turn import SeatTakenError, Turn
from api.ports import Gadget, TextOwner
from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import key_for

# gadgetd ends a connection that has 512 requests unanswered, and with it everybody's seats.
ANSWERS_OWED_LONGEST = 400
ANSWERS_OWED_A_SEAT = 128
# What gadgetd may take for an answer, besides its patience with the target.
GADGETD_WITHIN_S = 2.0


class KeysWaitingError(KaputtError):
    """So much waits for the target that nothing more is taken."""

    code = "keys_waiting"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} keys wait for the target already; this one was not taken.",
            "Wait until the target takes keys again, or stop the text that is being typed.",
        )


def nobodys_text() -> str | None:
    """The owner of the text being typed, where none ever is."""
    return None


class Desk:
    """Where the seats are."""

    def __init__(
        self,
        gadget: Gadget,
        *,
        is_exclusive: bool = False,
        patience_ms: int = 1000,
        text_owner: TextOwner = nobodys_text,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A desk without anybody.

        Args:
            is_exclusive: whether one who types has to be asked before another one may.
            patience_ms: how long gadgetd waits for the target with what somebody presses.
            text_owner: gives the seat whose text is being typed just now.
        """
        self._gadget = gadget
        self._is_exclusive = is_exclusive
        self._answered_within_s = patience_ms / 1000 + GADGETD_WITHIN_S
        self._text_owner = text_owner
        self._clock = clock
        self._numbers = itertools.count(1)
        self._seats: dict[str, Seat] = {}
        self._turn = Turn(clock)
        self._turn_ends: asyncio.TimerHandle | None = None
        self._used_at_s = clock()
        self._place: tuple[int, int] | None = None
        self._told: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.revision = 0

    @asynccontextmanager
    async def seat(self, name: str = SOMEBODY, address: str = "") -> AsyncIterator[Seat]:
        """A seat for as long as the block lasts; leaving it lets go all that is held there."""
        seat = self._new(f"p{next(self._numbers)}", name, address)
        self._seats[seat.id] = seat
        self.changed()
        try:
            yield seat
        finally:
            del self._seats[seat.id]
            self._turn.end(seat.id)
            self.changed()
            await seat.leave()

    def hidden_seat(self) -> Seat:
        """A seat that nobody is told of: for what no person does. It is to be left."""
        return self._new("", SOMEBODY, "")

    async def strike(
        self, seat: Seat, changes: Sequence[KeyChange], take: bool = False
    ) -> list[Delivery]:
        """Press and let go keys, one after the other; with `take` in anybody else's place.

        Raises:
            KaputtError: a code no key has (then nothing was pressed), somebody else types, or
                gadgetd cannot be asked.
        """
        for change in changes:
            key_for(change.code)
        if take:
            await self.take(seat)
        return [await seat.key(change) for change in changes]

    async def take(self, seat: Seat) -> None:
        """Have this seat type; who did is told, and their keys are let go.

        Raises:
            KaputtError: gadgetd cannot be asked.
        """
        others = [other for other in self._seats.values() if self._types(other, but=seat)]
        releases = [other.yield_to(seat.name) for other in others]
        self.pressed(seat)
        self.changed()
        await seat.wait_for(releases)

    # --- what there is to know --------------------------------------------------------------------

    def documents(self) -> list[dict[str, Any]]:
        """Everybody who is there, for the status document."""
        owner = self._text_owner()
        return [
            {
                "id": seat.id,
                "name": seat.name,
                "address": seat.address,
                "held": len(seat.held),
                "is_typing": seat.id == owner or self._types(seat),
                "since": seat.since.isoformat(timespec="seconds"),
            }
            for seat in self._seats.values()
        ]

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is another than `seen`, and give it."""
        while self.revision == seen:
            await self._news.wait()
        return self.revision

    @property
    def idle_s(self) -> float:
        """How long nobody has used keyboard or mouse; who holds something uses it."""
        if any(seat.held for seat in self._seats.values()):
            return 0.0
        return self._clock() - self._used_at_s

    @property
    def place(self) -> tuple[int, int] | None:
        """Where the absolute mouse was put last."""
        return self._place

    # --- what holds for all seats -----------------------------------------------------------------

    def check_room(self, seat: Seat) -> None:
        """Raise a `KeysWaitingError` when too much is unanswered already."""
        if seat.load >= ANSWERS_OWED_A_SEAT:
            raise KeysWaitingError(seat.load)
        everybodys = sum(each.load for each in self._seats.values())
        if everybodys >= ANSWERS_OWED_LONGEST:
            raise KeysWaitingError(everybodys)

    def check_turn(self, seat: Seat) -> None:
        """Raise a `SeatTakenError` when another one types, and that matters."""
        if self._is_exclusive:
            for other in self._seats.values():
                if self._types(other, but=seat):
                    raise SeatTakenError(other.name)

    def pressed(self, seat: Seat) -> None:
        """The seat presses something: it types."""
        if seat.id in self._seats:
            self._turn.take(seat.id)
            self._mind_turn()

    def used(self, motion: MouseChange | None = None) -> None:
        """Somebody does something; the mouse goes there."""
        self._used_at_s = self._clock()
        if motion is not None and motion.x is not None and motion.y is not None:
            self._place = motion.x, motion.y

    def has_text(self, seat: Seat) -> bool:
        """Whether text of this seat's is being typed just now."""
        return bool(seat.id) and self._text_owner() == seat.id

    def changed(self) -> None:
        """Tell whoever waits, if what is known is another thing now."""
        told = self.documents()
        if told != self._told:
            self._told = told
            self.revision += 1
            news, self._news = self._news, asyncio.Event()
            news.set()

    def _types(self, seat: Seat, but: Seat | None = None) -> bool:
        return seat is not but and (bool(seat.held) or self._turn.seat == seat.id)

    def _mind_turn(self) -> None:
        """See to it that the end of the turn is told, though nothing happens then."""
        if self._turn_ends is None and self._turn.left_s > 0:
            loop = asyncio.get_running_loop()
            self._turn_ends = loop.call_later(self._turn.left_s, self._look_at_turn)

    def _look_at_turn(self) -> None:
        self._turn_ends = None
        self.changed()
        self._mind_turn()

    def _new(self, seat_id: str, name: str, address: str) -> Seat:
        return Seat(
            self._gadget,
            self,
            seat_id=seat_id,
            name=name,
            address=address,
            answered_within_s=self._answered_within_s,
        )
