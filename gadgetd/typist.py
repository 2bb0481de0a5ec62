"""The typist: text as strokes, typed as fast as the target takes them.

Whoever types has the keyboard to themselves until they say that they are done. A stroke is written
in the moment in which there is room for it, straight from the event of the descriptor, because at a
target that polls quickly each detour would show in the rate.

A target that merely does not poll loses nothing: text waits for as long as it takes. A target that
has gone, fallen asleep or set us up anew may have lost something or be another one by now: it gets
nothing more of this text, and whoever types is told how far it has got. A stroke counts as typed
when the target has collected both its reports. (Where the kernel's driver takes a report into a
buffer of its own, as dummy_hcd does with one, that is one report too early.)
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gadgetd.delivery import Fate, Sending
from gadgetd.failures import TypingBusyError, TypingNotBegunError
from gadgetd.feed import Feed
from gadgetd.hid.keyboard import NO_KEYS
from gadgetd.hid.usages import Led

# So long a key may stay down in a text. Systems repeat one from 250 ms on, or later; the rest of a
# delay comes while no key is down.
LONGEST_HOLD_S = 0.05
REPEATS_AFTER_S = 0.2

LOCKS = frozenset({Led.NUM_LOCK, Led.CAPS_LOCK})

STOPPED = "Typing was stopped."
OTHER_LIGHTS = "Caps Lock or Num Lock was switched at the target while text was being typed."


class Reason(StrEnum):
    """Why typing ended before its text, spelt as on the wire."""

    DONE = ""
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    LIGHTS = "lights"


@dataclass(frozen=True, slots=True)
class Typed:
    """How far some strokes have got.

    Attributes:
        typed: so many have wholly arrived.
        unsure: of so many more, part may have arrived: 0 or 1.
        reason: why not all have; empty when they have.
        held_long: which of them stayed down at the target for so long that it may have repeated
            them, because it stopped asking in between; counted from 0.
        closing: what lets go of the one that is unsure, where it could still become sure.
    """

    typed: int
    unsure: int = 0
    reason: Reason = Reason.DONE
    sentence: str = ""
    held_long: tuple[int, ...] = ()
    closing: Sending | None = None


def _promise() -> asyncio.Future[Typed]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Strokes:
    """One request's worth of text.

    Attributes:
        downs: the picture of each stroke's keys held down; NO_KEYS comes after each.
        written: so many reports the kernel has taken, two for each stroke.
        collected: so many of them the target has collected.
        down_since: when it collected the last one that puts keys down.
        held_long: see `Typed`.
    """

    downs: list[bytes] = field(repr=False)  # may be a password
    delay_s: float
    lights: frozenset[Led] | None
    outcome: asyncio.Future[Typed] = field(default_factory=_promise)
    written: int = 0
    collected: int = 0
    down_since: float = 0.0
    held_long: list[int] = field(default_factory=list)

    def collect(self, now: float) -> None:
        """The target has collected all that was written."""
        self.collected = self.written
        if self.collected & 1:
            self.down_since = now
        elif now - self.down_since > REPEATS_AFTER_S:
            self.held_long.append(self.collected // 2 - 1)

    @property
    def is_key_down(self) -> bool:
        """Whether the target has been left with keys down."""
        return bool(self.collected & 1)

    @property
    def is_done(self) -> bool:
        """Whether all has been collected."""
        return self.collected == 2 * len(self.downs)

    def end(self, reason: Reason, sentence: str, closing: Sending | None = None) -> None:
        """Tell how far it has got."""
        typed = self.collected // 2
        unsure = int(self.written > 2 * typed)
        if not self.outcome.done():
            self.outcome.set_result(
                Typed(
                    typed,
                    unsure,
                    reason,
                    sentence,
                    tuple(self.held_long),
                    closing if unsure else None,
                )
            )


class Typist:
    """Who types, what is still to be typed, and how far it has got. A `feed.Source`."""

    def __init__(
        self,
        outbox: Feed,
        lights: Callable[[], frozenset[Led]],
        over: Callable[[Reason], Sending | None],
        patience_s: float,
    ) -> None:
        """A typist with nothing to type.

        Args:
            outbox: where the reports go.
            lights: tells the lock lights, as the target last set them.
            over: hears that the keyboard is everybody's again, leaves no key of the text down, and
                gives the report that does so; None if nothing gets through.
            patience_s: how long somebody who stops the text waits to hear what became of it.
        """
        self._outbox = outbox
        self._patience_s = patience_s
        self._lights = lights
        self._over = over
        self._seat: str | None = None
        self._ended: dict[str, tuple[Reason, str]] = {}
        self._queue: deque[Strokes] = deque()
        self._is_open = False  # whether the target has been shown an empty keyboard first
        self._is_settled = False
        self._rest: asyncio.TimerHandle | None = None

    # --- the seats' side --------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        """Whether the keyboard is taken for text."""
        return self._seat is not None

    def begin(self, seat: str) -> None:
        """The seat takes the keyboard.

        Raises:
            TypingBusyError: another seat has it.
        """
        if self._seat not in (None, seat):
            raise TypingBusyError()
        self._ended.pop(seat, None)
        if self._seat is None:
            self._seat = seat
            self._is_open = self._is_settled = False
            if self._outbox.is_reachable:
                self._outbox.feed_from(self)
            else:
                self.interrupt(self._outbox.trouble)

    async def type(
        self, seat: str, downs: list[bytes], delay_s: float, lights: frozenset[Led] | None
    ) -> Typed:
        """Type strokes after those that wait.

        Args:
            downs: the picture of each stroke's keys held down.
            delay_s: how much longer each stroke is to take.
            lights: what Caps Lock and Num Lock have to be; None: whatever they are.

        Raises:
            TypingNotBegunError: the seat has not begun.
        """
        if seat in self._ended:
            reason, sentence = self._ended[seat]
            return Typed(0, 0, reason, sentence)
        if seat != self._seat:
            raise TypingNotBegunError()
        strokes = Strokes(downs, delay_s, None if lights is None else lights & LOCKS)
        self._queue.append(strokes)
        if len(self._queue) == 1:
            self._outbox.pull()
        typed = await strokes.outcome
        if typed.closing is not None:
            # The stroke that was being typed is let go of like any other, and that is news.
            closed = await typed.closing.outcome(self._patience_s)
            if closed.fate is Fate.DELIVERED:
                return replace(typed, typed=typed.typed + 1, unsure=0)
        return typed

    def stop(self, seat: str) -> None:
        """The seat is done, or wants to be."""
        if seat == self._seat:
            self._end(Reason.STOPPED, STOPPED)

    def stop_all(self) -> None:
        """Nobody types any more."""
        if self._seat is not None:
            self.stop(self._seat)

    def leave(self, seat: str) -> None:
        """The seat is gone."""
        self.stop(seat)
        self._ended.pop(seat, None)

    # --- the target's side ------------------------------------------------------------------------

    def interrupt(self, why: str) -> None:
        """The target is not what it was."""
        if self._seat is not None:
            self._end(Reason.INTERRUPTED, why)

    # --- the outbox's side ------------------------------------------------------------------------

    def next_report(self) -> bytes | None:
        """What to write now; None: nothing."""
        if not self._is_open:
            return NO_KEYS
        if self._rest is not None or not self._queue:
            return None
        strokes = self._queue[0]
        if strokes.written & 1:
            return NO_KEYS
        if strokes.lights is not None and self._lights() & LOCKS != strokes.lights:
            self._halt(Reason.LIGHTS, OTHER_LIGHTS)
            return None
        return strokes.downs[strokes.written >> 1]

    def took(self) -> None:
        """The kernel has taken it."""
        if self._is_open:
            self._queue[0].written += 1
        self._is_open = True

    def has_room(self) -> None:
        """The target has collected all that the kernel has taken."""
        if not self._is_settled and self._is_open:
            self._is_settled = True
            return self._pause(self._outbox.settles_in_s)
        strokes = self._queue[0] if self._queue else None
        if strokes is None or strokes.collected == strokes.written:
            return
        strokes.collect(asyncio.get_running_loop().time())
        if strokes.delay_s:
            hold_s = min(strokes.delay_s / 2, LONGEST_HOLD_S)
            self._pause(hold_s if strokes.is_key_down else strokes.delay_s - hold_s)
        elif strokes.is_done:
            self._finish()

    # --- how it goes on, and ends -----------------------------------------------------------------

    def _pause(self, duration_s: float) -> None:
        if duration_s > 0:
            self._rest = asyncio.get_running_loop().call_later(duration_s, self._go_on)

    def _go_on(self) -> None:
        self._rest = None
        if self._queue and self._queue[0].is_done:
            self._finish()
        self._outbox.pull()

    def _finish(self) -> None:
        self._queue.popleft().end(Reason.DONE, "")

    def _halt(self, reason: Reason, sentence: str) -> None:
        """The seat may want the rest typed in another way, and keeps the keyboard for that."""
        assert self._seat is not None
        self._ended[self._seat] = (reason, sentence)
        self._give_up(self._ended[self._seat], None)

    def _end(self, reason: Reason, sentence: str) -> None:
        """The keyboard is everybody's again."""
        seat, self._seat = self._seat, None
        assert seat is not None
        # Why it ended first stays the reason.
        why = self._ended.setdefault(seat, (reason, sentence))
        self._outbox.take_back()
        closing = self._over(reason)
        self._give_up(why, closing)

    def _give_up(self, why: tuple[Reason, str], closing: Sending | None) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        while self._queue:
            self._queue.popleft().end(*why, closing)
