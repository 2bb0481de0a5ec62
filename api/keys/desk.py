"""The desk: everybody who types has a seat of their own, and leaving it lets their keys go.

Here is known who is there, who types, and what holds for all of them: whether one may press while
another one types, and how much may be unanswered at once.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
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
# Each seat costs everybody something: all of them are in every status. A browser has one for each
# page, and a program for as long as its request lasts.
SEATS_MOST = 64
SEATS_A_HOLDER = 16
# What gadgetd may take for an answer, besides its patience with the target.
GADGETD_WITHIN_S = 2.0


NOT_TRIED = Delivery("undelivered", "What came before it did not get there, so it was not tried.")


class KeysWaitingError(KaputtError):
    """So much waits for the target that nothing more is taken."""

    code = "keys_waiting"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} keys wait for the target already; this one was not taken.",
            "Wait until the target takes keys again, or stop the text that is being typed.",
        )


class SeatsFullError(KaputtError):
    """There is no seat left."""

    code = "seats_full"

    def __init__(self, seats: int, whose: str) -> None:
        super().__init__(
            f"{seats} connections to the keyboard are open {whose}; there is no room for more.",
            "Close pages or programs that are not needed.",
        )


class OwnerUnknownError(KaputtError):
    """A text on behalf of a seat that is not there."""

    code = "owner_unknown"

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"There is no seat {owner!r} at the keyboard that could own a text; nothing was typed.",
            "Name the seat that WS /api/keys has told, or none.",
        )


def nobodys_text() -> str | None:
    """The owner of the text being typed, where none ever is."""
    return None


async def no_text_to_pause(name: str) -> None:
    """What pauses the text being typed, where none ever is."""


class Desk:
    """Where the seats are."""

    def __init__(
        self,
        gadget: Gadget,
        *,
        is_exclusive: bool = False,
        patience_ms: int = 1000,
        text_owner: TextOwner = nobodys_text,
        pause_text: Callable[[str], Awaitable[None]] = no_text_to_pause,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A desk without anybody.

        Args:
            is_exclusive: whether one who types has to be asked before another one may.
            patience_ms: how long gadgetd waits for the target with what somebody presses.
            text_owner: gives the seat whose text is being typed just now.
            pause_text: makes a text that is being typed wait, for whoever has this name.
        """
        self._gadget = gadget
        self._is_exclusive = is_exclusive
        self._answered_within_s = patience_ms / 1000 + GADGETD_WITHIN_S
        self._text_owner = text_owner
        self._pause_text = pause_text
        self._taking = asyncio.Lock()
        self._pausing: set[asyncio.Future[None]] = set()
        self._clock = clock
        self._numbers = itertools.count(1)
        self._seats: dict[str, Seat] = {}
        self._holders: dict[str, object] = {}
        self._turn = Turn(clock)
        self._turn_ends: asyncio.TimerHandle | None = None
        self._used_at_s = clock()
        self._place: tuple[int, int] | None = None
        self._told: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.revision = 0

    @asynccontextmanager
    async def seat(
        self, name: str = SOMEBODY, address: str = "", holder: object = None
    ) -> AsyncIterator[Seat]:
        """A seat for as long as the block lasts; leaving it lets go all that is held there.

        Args:
            holder: whose it is: one and the same for all who have signed in together.

        Raises:
            SeatsFullError: there are too many.
        """
        theirs = sum(each is holder for each in self._holders.values())
        if holder is not None and theirs >= SEATS_A_HOLDER:
            raise SeatsFullError(theirs, "with this login")
        if len(self._seats) >= SEATS_MOST:
            raise SeatsFullError(len(self._seats), "in all")
        seat = self._new(f"p{next(self._numbers)}", name, address)
        self._seats[seat.id] = seat
        self._holders[seat.id] = holder
        self.changed()
        try:
            yield seat
        finally:
            del self._seats[seat.id], self._holders[seat.id]
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

        When one does not get there, the rest is not tried: without its Control key, a chord is
        another key.

        Raises:
            KaputtError: a code no key has (then nothing was pressed), somebody else types, or
                gadgetd cannot be asked.
        """
        for change in changes:
            key_for(change.code)
        if take:
            await self.take(seat)
        told: list[Delivery] = []
        for change in changes:
            if told and told[-1].is_undelivered:
                told.append(NOT_TRIED)
            else:
                told.append(await seat.key(change))
        return told

    async def take(self, seat: Seat) -> None:
        """Have this seat type; who did is told, their keys are let go, and their text waits.

        Raises:
            KaputtError: gadgetd cannot be asked.
        """
        works: list[asyncio.Future[Any]] = [*self._yield_to(seat.id, seat.name)]
        if self._text_owner() != seat.id:
            pausing = asyncio.ensure_future(self._pause_text(seat.name))
            self._pausing.add(pausing)  # it goes on though whoever takes it may leave
            pausing.add_done_callback(self._pausing.discard)
            works.append(pausing)
        self.pressed(seat)
        self.changed()
        async with self._taking:  # of two who take it from each other, neither waits for the other
            await seat.wait_for(works)

    def check_owner(self, owner: str | None) -> None:
        """Raise an `OwnerUnknownError` when nobody is there who could own a text."""
        if owner is not None and owner not in self._seats:
            raise OwnerUnknownError(owner)

    async def admit_text(self, owner: str | None, name: str, take: bool = False) -> None:
        """Let a text be typed now; its owner types then.

        Args:
            owner: the seat on whose behalf; None for nobody who is here.
            name: who asks, to tell those whose place is taken.
            take: even if somebody else types.

        Raises:
            SeatTakenError: somebody else does, and that matters.
            KaputtError: gadgetd cannot be asked.
        """
        if take:
            for release in self._yield_to(owner, name):
                await release
        else:
            self._check_turn(owner)
        if owner in self._seats:
            self._turn.take(owner)
            self._mind_turn()
        self.changed()

    # --- what there is to know --------------------------------------------------------------------

    def documents(self) -> list[dict[str, Any]]:
        """Everybody who is there, for the status document."""
        return [
            {
                "id": seat.id,
                "name": seat.name,
                "address": seat.address,
                "held": len(seat.held),
                "is_typing": self._types(seat),
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
        self._check_turn(seat.id)

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

    def _types(self, seat: Seat) -> bool:
        return bool(seat.held) or seat.id in (self._turn.seat, self._text_owner())

    def _others_typing(self, seat_id: str | None) -> list[Seat]:
        return [each for each in self._seats.values() if each.id != seat_id and self._types(each)]

    def _check_turn(self, seat_id: str | None) -> None:
        if self._is_exclusive and (others := self._others_typing(seat_id)):
            raise SeatTakenError(others[0].name)

    def _yield_to(self, seat_id: str | None, name: str) -> list[asyncio.Task[Delivery]]:
        return [other.yield_to(name) for other in self._others_typing(seat_id)]

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
