"""An outbox that a source can write through: reports that are made when there is room for one.

What waits in a queue is an object for each report, with promises about it. That is right for what
people do with their fingers, and too slow for text: there each report is written straight from the
descriptor's event, and what is known about it is a count.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from gadgetd.delivery import Delivery
from gadgetd.failures import HostBusyError
from gadgetd.outbox import Outbox

log = logging.getLogger(__name__)

# What makes room after so long may be a target that has set us up anew and dropped what it had
# not collected. It resets us first, and that takes 10 ms at least (USB 2.0 §7.1.7.5); once it has
# set us up, the controller says so in the moment in which there is room.
UNUSUAL_S = 0.009
AT_A_TIME = 6  # reports, each waited for at most a millisecond
# Linux throws away what a keyboard says in the first 50 ms after it has begun to listen
# (drivers/hid/usbhid/hid-core.c, usbhid_open).
SETTLED_AFTER_S = 0.1


class Source(Protocol):
    """Reports that are asked for when there is room for one, as many as there are."""

    def next_report(self) -> bytes | None:
        """What to send now; None: nothing until it says `pull`."""

    def took(self) -> None:
        """The kernel has taken the report."""

    def has_room(self) -> None:
        """All that the kernel has taken has been collected."""


class Feed(Outbox):
    """An outbox, and at times the source of what goes through it."""

    def __init__(self, **arguments: Any) -> None:
        """Takes what an `Outbox` takes."""
        super().__init__(**arguments)
        self._source: Source | None = None
        self._is_pumping = False  # whether the source's next report waits for room
        self._last: bytes | None = None  # the source's last report, if the kernel has taken it
        self._waits_since = 0.0
        self._collects_since: float | None = None
        self._look_again: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None

    @property
    def settles_in_s(self) -> float:
        """How long a target that has just begun to collect may still throw away what it gets."""
        if self._collects_since is None:
            return 0.0
        return self._collects_since + SETTLED_AFTER_S - self._loop.time()

    def feed_from(self, source: Source) -> None:
        """Let the source write for itself, after what waits, each time that there is room.

        Its reports wait for as long as it takes, and nothing else may be sent until `take_back`.
        """
        if not self._waiting:
            self._cancel_deadline()
        self._source = source
        self._last = None
        self._waits_since = self._loop.time()
        self._look_again = self._loop.call_later(self._patience_s, self._look)
        self.pull()

    def pull(self) -> None:
        """The source has something to send."""
        if self._source is None or self._waiting or self._is_pumping or self._soon is not None:
            return
        self._waits_since = self._loop.time()
        self._pump()

    def take_back(self) -> None:
        """The source writes no more. Nobody knows what it has left the target with."""
        self._source = None
        if self._look_again is not None:
            self._look_again.cancel()
            self._look_again = None
        self._stop_pumping()

    # --- on its way -------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Write the source's next report, and come back when there is room for another one."""
        assert self._source is not None
        assert self._node is not None
        report = self._source.next_report()
        if report is None:
            return self._stop_pumping()
        try:
            if not self._write(self._node, report):
                return
        except HostBusyError:
            self._last = None
        else:
            self._note_room()
            self._taken = None
            self._last = report
            self._waits_since = self._loop.time()
            self._source.took()
            self._recover(self._node)
        if not self._is_pumping:
            # From now on it stays in place from one report to the next.
            self._is_pumping = True
            self._loop.add_writer(self._node.fileno(), self._find_room_for_source)

    def _find_room_for_source(self) -> None:
        if self._loop.time() - self._waits_since < UNUSUAL_S:
            return self._go_on_for_a_while()
        self._stop_pumping()
        self._soon = self._loop.call_soon(self._go_on)

    def _go_on_for_a_while(self) -> None:
        """Write several reports in one go, if there is room for them soon enough.

        The event loop has its turn after a few milliseconds: everybody else has to wait for the end
        of the text anyway, but news of the target, and who wants to stop it, have not.
        """
        for _ in range(AT_A_TIME):
            self._go_on()
            if not self._is_pumping or self._node is None or not self._node.has_room_soon():
                return

    def _go_on(self) -> None:
        assert self._source is not None
        assert self._node is not None
        self._soon = None
        self._note_room()
        self._begin_to_settle()
        self._recover(self._node)
        self._source.has_room()
        self._pump()

    def _stop_pumping(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._is_pumping and self._node is not None:
            self._loop.remove_writer(self._node.fileno())
        self._is_pumping = False

    def _look(self) -> None:
        """See whether the source's last report has waited for too long.

        This is one timer for a whole text, because one for each report would cost more than
        writing the report.
        """
        now = self._loop.time()
        waits_until = self._waits_since + self._patience_s
        if self._is_pumping and waits_until <= now:
            self._poke()
        if self._source is not None:
            is_due = not self._is_pumping or waits_until <= now
            then = now + self._patience_s if is_due else waits_until
            self._look_again = self._loop.call_at(then, self._look)

    def _poke(self) -> None:
        """A target that has gone makes no room either, but says so to whoever writes."""
        assert self._source is not None
        assert self._node is not None
        if self._last is None:
            self._pump()
            if self._is_pumping and self._last is None:
                self._stall()
            return
        try:
            # The same picture once more is no news to a target that is there after all.
            if self._write(self._node, self._last):
                self._waits_since = self._loop.time()
        except HostBusyError:
            self._stall()

    def _stall(self) -> None:
        if not self._trouble:
            log.info("%s What is being typed waits.", self._stuck)
            self._trouble = self._stuck
            self._changed()

    # --- what an outbox does, and what that means for a source ------------------------------------

    def _sent_all(self) -> None:
        if self._source is None:
            return super()._sent_all()
        self._waits_since = self._loop.time()
        self._pump()

    def _note_room(self) -> None:
        if self._taken is not None:
            self._begin_to_settle()
        super()._note_room()

    def _begin_to_settle(self) -> None:
        if self._collects_since is None:
            self._collects_since = self._loop.time()

    def _stop_waiting(self) -> None:
        self._stop_pumping()
        super()._stop_waiting()

    def _stop(self, why: str, last: Delivery) -> None:
        self._collects_since = None
        super()._stop(why, last)
