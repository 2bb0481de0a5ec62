"""Live keys that wait for the end of a text, so that none of them comes in between.

A release waits only behind the press that it belongs to; what is let go of otherwise is let go of
at once. A press that nobody wants to wait any longer for takes its release along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gadgetd.delivery import Delivery, Fate, Sending, undelivered
from gadgetd.hid.usages import Key

WAITED_IN_VAIN = "Text is being typed; stop it to press keys."
LET_GO_MEANWHILE = "It was let go of before the text had ended."
UP_ALREADY = Delivery(Fate.QUEUED, "Text is being typed; the key is not down at the target.")


def _promise() -> asyncio.Future[Sending]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Act:
    """A key that is to go down or up, and what becomes of it."""

    seat: str
    key: Key
    is_down: bool
    sending: asyncio.Future[Sending] = field(default_factory=_promise)
    deadline: asyncio.TimerHandle | None = None

    def end(self, sending: Sending) -> None:
        """It has got its turn, or never will."""
        if self.deadline is not None:
            self.deadline.cancel()
        if not self.sending.done():
            self.sending.set_result(sending)


class Backlog:
    """The keys that wait, in their order."""

    def __init__(self) -> None:
        self._acts: deque[Act] = deque()

    def has(self, seat: str, key: Key) -> bool:
        """Whether something of this seat and key waits."""
        return any((act.seat, act.key) == (seat, key) for act in self._acts)

    def join(
        self, seat: str, key: Key, is_down: bool, patience_s: float | None
    ) -> asyncio.Future[Sending]:
        """Wait; gives what becomes of it.

        Args:
            seat: whose key it is.
            key: which key.
            is_down: whether it is pressed; if not, its press waits too.
            patience_s: how long; None: until the text has ended.
        """
        act = Act(seat, key, is_down)
        if patience_s is not None:
            loop = asyncio.get_running_loop()
            act.deadline = loop.call_later(patience_s, self._lose_patience, act)
        self._acts.append(act)
        return act.sending

    def take(self, do: Callable[[Act], Sending]) -> None:
        """All get their turn."""
        while self._acts:
            act = self._acts.popleft()
            act.end(do(act))

    def drop(self, sentence: str, seat: str | None = None) -> None:
        """None of them gets its turn, or none of this seat's."""
        kept = [act for act in self._acts if seat is not None and act.seat != seat]
        for act in self._acts:
            if act not in kept:
                act.end(never(sentence))
        self._acts = deque(kept)

    def _lose_patience(self, act: Act) -> None:
        act.end(never(WAITED_IN_VAIN))
        acts = list(self._acts)
        behind = acts[acts.index(act) + 1 :]
        self._acts.remove(act)
        mates = [other for other in behind if (other.seat, other.key) == (act.seat, act.key)]
        if mates and not mates[0].is_down:
            self._acts.remove(mates[0])
            mates[0].end(already_up())


def never(sentence: str) -> Sending:
    """What becomes of a key that does not get its turn."""
    return _ended(undelivered(sentence))


def already_up() -> Sending:
    """What becomes of a key that is let go of while nothing is down at the target."""
    return _ended(UP_ALREADY)


def _ended(delivery: Delivery) -> Sending:
    sending = Sending(b"")
    sending.end(delivery)
    return sending
