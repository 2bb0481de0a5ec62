"""What becomes of a report: the kernel has taken it, the target has collected it, or neither.

A report that the kernel has taken may still be lost: an unplugged cable takes it along. It has been
collected when there is room for another one and nothing has happened to the target in between.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """How far it has got, spelt as on the wire."""

    UNDELIVERED = "undelivered"
    QUEUED = "queued"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a key, and if it has not got to the target, why."""

    fate: Fate
    sentence: str

    @property
    def is_queued(self) -> bool:
        """Whether it is in the hands of the kernel at least."""
        return self.fate is not Fate.UNDELIVERED


QUEUED = Delivery(Fate.QUEUED, "The target's driver gets it with its next poll.")
DELIVERED = Delivery(Fate.DELIVERED, "")


def undelivered(why: str) -> Delivery:
    """It did not get there."""
    return Delivery(Fate.UNDELIVERED, why)


def _promise() -> asyncio.Future[Delivery]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Sending:
    """A report on its way, and who wants to know how far it has got."""

    report: bytes = field(repr=False)  # what is typed may be a password
    is_collected: bool = False
    _first: asyncio.Future[Delivery] = field(default_factory=_promise)
    _last: asyncio.Future[Delivery] = field(default_factory=_promise)

    def queue(self) -> None:
        """The kernel has taken it."""
        if not self._first.done():
            self._first.set_result(QUEUED)

    def collect(self) -> None:
        """There is room for another one."""
        if not self.is_collected:
            self.is_collected = True
            # Whatever has made the room is news of the same moment, and may be on its way to us:
            # a target that sets us up anew makes room too, by dropping the report.
            asyncio.get_running_loop().call_soon(self.end, DELIVERED)

    def end(self, delivery: Delivery) -> None:
        """Nothing more is going to be known; what was said first stays."""
        for promise in (self._first, self._last):
            if not promise.done():
                promise.set_result(delivery)

    async def outcome(self, patience_s: float) -> Delivery:
        """How far it has got: at least taken or given up, and collected if that takes no longer.

        Args:
            patience_s: how long to wait for the target after the kernel has taken it.
        """
        # Others may wait for the same: whoever stops waiting must not cancel it for them.
        first = await asyncio.shield(self._first)
        if first.is_queued and patience_s > 0:
            await asyncio.wait([self._last], timeout=patience_s)
            if self._last.done():
                return self._last.result()
        return first
