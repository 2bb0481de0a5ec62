"""The desk: everybody who types has a seat of their own, and leaving it lets their keys go.

A seat is gadgetd's; this side opens it with the first key and opens another one when the
connection to gadgetd was lost in between. What was held then has been let go by gadgetd, and it is
not pressed again behind anybody's back: whoever held it is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.ports import Gadget
from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import key_for

log = logging.getLogger(__name__)

LEAVE_WITHIN_S = 2.0


class KeysReleasedError(KaputtError):
    """Keys were let go without their owner having let them go."""

    code = "keys_released"

    def __init__(self, held: Iterable[str], because: str) -> None:
        super().__init__(
            f"{because}, so these keys were let go: {', '.join(held)}.",
            "Press them again if they are still meant to be down.",
        )


@dataclass(frozen=True)
class Stroke:
    """One key going down or up."""

    code: str
    is_down: bool


@dataclass(frozen=True)
class Delivery:
    """What became of a stroke: "queued" for the target, or "undelivered" and why."""

    code: str | None
    is_down: bool
    delivery: str
    sentence: str


def chord(codes: Sequence[str]) -> list[Stroke]:
    """All keys down in their order, then up in the reverse one."""
    downs = [Stroke(code, True) for code in codes]
    return downs + [Stroke(code, False) for code in reversed(codes)]


class Seat:
    """One person's keys."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget
        self._name: str | None = None
        self._generation: int | None = None
        self._held: dict[str, None] = {}  # a set that remembers the order keys went down
        self._lost: dict[str, None] = {}  # let go by gadgetd, and nobody told yet

    @property
    def held(self) -> tuple[str, ...]:
        """The keys held here, in the order they went down."""
        return tuple(self._held)

    async def stroke(self, stroke: Stroke) -> Delivery:
        """Press or let go one key.

        Raises:
            KaputtError: no key has this code, or gadgetd cannot be asked.
        """
        key_for(stroke.code)
        name = await self._opened()
        # Counted before gadgetd answers: if the answer is lost, the key may be down all the same.
        if stroke.is_down:
            self._held[stroke.code] = None
        else:
            self._held.pop(stroke.code, None)
        answer = await self._gadget.call("key", seat=name, code=stroke.code, down=stroke.is_down)
        return delivery_of(answer, stroke.code, stroke.is_down)

    async def release(self) -> Delivery:
        """Let go everything held here."""
        name = await self._opened()
        self._held.clear()
        return delivery_of(await self._gadget.call("release", seat=name), None, False)

    async def interrupted(self) -> KeysReleasedError:
        """Wait until held keys were lost with the connection to gadgetd."""
        while True:
            revision = self._gadget.revision
            if self._held and not self._is_open():
                self._lose()
            if self._lost:
                lost, self._lost = self._lost, {}
                return KeysReleasedError(lost, "The connection to the keyboard broke")
            await self._gadget.next_change(revision)

    async def leave(self) -> None:
        """Let everything go and give the seat back."""
        if self._name is None or not self._is_open():
            return  # gadgetd let go of everything when it lost the connection
        name, self._name = self._name, None
        self._held.clear()
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._gadget.call("seat_close", seat=name)
        except (KaputtError, TimeoutError) as error:
            log.warning("seat %s could not be given back: %s", name, error)

    async def _opened(self) -> str:
        """The seat's name with gadgetd, after having opened it if need be."""
        if self._name is None or not self._is_open():
            self._lose()
            self._name = None
            generation = self._gadget.generation
            answer = await self._gadget.call("seat_open")
            self._name, self._generation = str(answer["seat"]), generation
        return self._name

    def _is_open(self) -> bool:
        return self._gadget.status is not None and self._gadget.generation == self._generation

    def _lose(self) -> None:
        self._lost.update(self._held)
        self._held.clear()


class Desk:
    """Where the seats are."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[Seat]:
        """A seat for as long as the block lasts; leaving it lets go every key held there."""
        seat = Seat(self._gadget)
        try:
            yield seat
        finally:
            await seat.leave()

    async def strike(self, strokes: Sequence[Stroke]) -> list[Delivery]:
        """Strike keys and leave: what is still down at the end is let go.

        Raises:
            KaputtError: a code no key has (then nothing was pressed), or gadgetd cannot be asked.
        """
        for stroke in strokes:
            key_for(stroke.code)
        async with self.seat() as seat:
            return [await seat.stroke(stroke) for stroke in strokes]


def delivery_of(answer: dict[str, Any], code: str | None, is_down: bool) -> Delivery:
    """gadgetd's answer in our words."""
    return Delivery(code, is_down, str(answer["delivery"]), str(answer.get("sentence") or ""))
