"""Reports on their way through one HID function's node: keys have one such way, each mouse another.

A report waits its turn while the previous one is uncollected, and only for a moment: what arrives
seconds late is worse than what is refused. When the target stops collecting, what waits is dropped,
and one report that lets everything go stays at the door until the target takes it. So it is also if
nothing waits, and just the last report is left uncollected: the kernel does not give it back, but
what it says is over as soon as it is heard.

Whose reports they are decides what is in them and what is done when they do not get through; here
is known how far each has got, and why none gets further.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from gadgetd.delivery import Delivery, Fate, Sending, undelivered
from gadgetd.failures import HostAbsentError, HostBusyError, NodeLostError
from gadgetd.ports import KeyboardNode

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
# After so long a silence nobody knows whether the target still asks. Hosts do not sleep sooner.
SILENCE_S = 5.0

ABSENT = "The target is not attached."
ASLEEP = "The target is asleep."
WOKEN = "The target is asleep; it has been asked to wake up."
STARTED_ANEW = "The target has just set our USB device up anew."
WHEN_IT_WAKES_UP = Delivery(Fate.QUEUED, "The target is asleep, and gets it when it wakes up.")


class Outbox:
    """One node, what waits for it, and what is known of what it has taken."""

    def __init__(
        self,
        *,
        changed: Callable[[], None],
        lost: Callable[[], None],
        stopped: Callable[[str], None],
        gave_up: Callable[[], bytes],
        heard: Callable[[bytes], None] | None = None,
        stuck: str,
        patience_s: float = PATIENCE_S,
        is_state: bool = False,
    ) -> None:
        """An outbox without a node.

        Args:
            changed: hears that `trouble` has changed.
            lost: hears that the node is dead and must be opened anew; it is unplugged already.
            stopped: hears that all that waited has been dropped, and why: the target has gone,
                fallen asleep, or set us up anew. Nobody knows any more what it holds.
            gave_up: hears that the target does not collect what is `uncollected`. It forgets what
                is held, and gives the report that lets everything go; that one is tried until it
                is taken.
            heard: gets the target's output reports; without it they are not read.
            stuck: what `trouble` says of a target that is there and does not collect.
            patience_s: how long a report may wait for its turn, and then to be collected.
            is_state: whether a report says how things are, so that a target may ask for the last
                one again. Those of a mouse say what happens, and it must not happen twice.
        """
        self._changed = changed
        self._lost = lost
        self._stopped = stopped
        self._gave_up = gave_up
        self._heard = heard
        self._stuck = stuck
        self._patience_s = patience_s
        self._is_state = is_state
        self._node: KeyboardNode | None = None
        self._waiting: deque[Sending] = deque()
        self._taken: Sending | None = None
        self._collected: Sending | None = None  # the last one that has made room
        self._trouble = ABSENT
        self._deadline: asyncio.TimerHandle | None = None
        self._collected_at: float | None = None  # when it did so last; None: not since it is there

    # --- what there is to know --------------------------------------------------------------------

    @property
    def has_node(self) -> bool:
        """Whether there is somewhere to send reports to."""
        return self._node is not None

    @property
    def trouble(self) -> str:
        """Why reports do not reach the target now; empty when they do."""
        return self._trouble

    @property
    def is_stuck(self) -> bool:
        """Whether the target is there and does not collect; then everything has been let go of."""
        return self._trouble == self._stuck

    @property
    def is_closed(self) -> bool:
        """Whether nothing is sent because the target is stuck or asleep.

        To the first, the report that lets everything go is at the door already; the second would
        find in the morning what was pressed at night.
        """
        return self.is_stuck or self._trouble == ASLEEP

    @property
    def taken(self) -> Sending | None:
        """The last report that the kernel has taken; None: the target may hold anything."""
        return self._taken

    @property
    def newest(self) -> Sending | None:
        """The last of those that wait. Its `report` may be replaced for as long as it waits."""
        return self._waiting[-1] if self._waiting else None

    @property
    def uncollected(self) -> list[Sending]:
        """What the target has not collected, as far as that is known."""
        taken = [self._taken] if self._taken and not self._taken.is_collected else []
        return [*taken, *self._waiting]

    @property
    def is_reachable(self) -> bool:
        """Whether it is worth trying to send: there is a node, and the target is not asleep."""
        return self._node is not None and self._trouble != ASLEEP

    @property
    def has_been_silent(self) -> bool:
        """Whether the target has had nothing to collect for so long that it may ask no more.

        What the kernel takes now, the target may find in the morning. So send something first that
        is no news, and see whether it asks.
        """
        if self._collected_at is None or self.uncollected:
            return False
        return self._loop.time() - self._collected_at > SILENCE_S

    # --- the sender's side ------------------------------------------------------------------------

    def send(self, *reports: bytes) -> Sending:
        """Send these after those that wait, unless closed; gives what becomes of the last."""
        sendings = [Sending(report) for report in reports]
        if self.is_closed:
            for sending in sendings:
                sending.end(undelivered(self._trouble))
        else:
            if not self._waiting:
                self._cancel_deadline()  # that of the last one; these have their own
            self._waiting.extend(sendings)
            self._flush()
        return sendings[-1]

    # --- the target's side ------------------------------------------------------------------------

    def plug(self, node: KeyboardNode) -> None:
        """Reports go to this node from now on."""
        self.unplug()
        self._node = node

    def unplug(self) -> None:
        """There is no node any more."""
        self.target_gone()
        if self._node is not None:
            self._node.close()
            self._node = None

    def target_configured(self) -> bool:
        """A target has set us up, and takes reports now.

        It may remember things from before: the sender should let go of all that first.

        Returns:
            Whether there is a node to send to.
        """
        if self._node is None:
            return False
        self._stop(STARTED_ANEW, undelivered(STARTED_ANEW))
        self._trouble = ""
        self._listen(self._node)
        return True

    def target_gone(self) -> None:
        """No target has us set up any more."""
        if self._node is not None:
            self._loop.remove_reader(self._node.fileno())
        self._stop(ABSENT, undelivered(ABSENT))

    def target_asleep(self) -> None:
        """The target has us set up still. What it is sent now, it would get when it wakes up."""
        self._stop(ASLEEP, WHEN_IT_WAKES_UP)

    # --- reports on their way ---------------------------------------------------------------------

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def _flush(self) -> None:
        while self._waiting:
            if self._node is None:
                return self._drop(ABSENT)
            try:
                is_taken = self._write(self._node, self._waiting[0].report)
            except HostBusyError:
                return self._wait_for_room(self._node)
            if not is_taken:
                return
            self._note_room()
            self._taken = self._waiting.popleft()
            self._taken.queue()
            self._stop_waiting()
            self._recover(self._node)
        self._sent_all()

    def _sent_all(self) -> None:
        """Nothing waits. Is the last report collected?"""
        if self._node is not None and self._taken is not None and not self._taken.is_collected:
            self._loop.add_writer(self._node.fileno(), self._find_room)
            # One that has never asked may not have got so far, and has been told nothing yet.
            if self._collected_at is not None:
                self._be_patient()

    def _find_room(self) -> None:
        assert self._node is not None
        self._loop.remove_writer(self._node.fileno())
        self._note_room()
        self._flush()

    def _note_room(self) -> None:
        """There is room for a report, so the one before has been collected."""
        if self._taken is not None and not self._taken.is_collected:
            self._taken.collect()
            self._collected = self._taken
            self._collected_at = self._loop.time()
            self._cancel_deadline()

    def _write(self, node: KeyboardNode, report: bytes) -> bool:
        """Write it; if False, it cannot be written, and all is done that is to be done then.

        Raises:
            HostBusyError: there is no room.
        """
        try:
            node.send(report)
        except HostAbsentError:
            self.target_gone()
            return False
        except NodeLostError as error:
            log.warning("%s", error)
            self.unplug()
            self._lost()
            return False
        if self._is_state:
            node.preload(report)
        return True

    def _recover(self, node: KeyboardNode) -> None:
        if self._trouble:
            log.info("The target collects reports again.")
            self._trouble = ""
            self._listen(node)
            self._changed()

    # --- when they get no further -----------------------------------------------------------------

    def _wait_for_room(self, node: KeyboardNode) -> None:
        self._loop.add_writer(node.fileno(), self._find_room)
        self._be_patient()

    def _be_patient(self) -> None:
        if self._deadline is None and not self.is_stuck:
            self._deadline = self._loop.call_later(self._patience_s, self._lose_patience)

    def _lose_patience(self) -> None:
        self._deadline = None
        if not self._waiting:
            if not self._is_state or self._taken is None:
                return self.give_up()
            # The same once more is no news, and so can always be written.
            self._waiting.append(Sending(self._taken.report))
        first = self._waiting[0]
        # A target that has gone makes no room either, but says so to whoever writes.
        self._flush()
        if self._waiting and self._waiting[0] is first:
            self.give_up()

    def give_up(self) -> None:
        """The target does not collect: let go of everything, and say so."""
        log.warning("%s All that was held is released.", self._stuck)
        self._trouble = self._stuck
        everything_up = Sending(self._gave_up())
        self._drop(self._stuck)
        self._waiting.append(everything_up)
        # No deadline this time: it is tried until it is taken, or the target is gone.
        self._flush()
        self._changed()

    def _stop(self, why: str, last: Delivery) -> None:
        """Nothing gets through any more; `last` is what has become of the last report taken."""
        self._drop(why)
        self._trouble = why
        self._collected_at = None
        # The room behind the one before may have come about in just this way, a moment ago.
        for sending in (self._collected, self._taken):
            if sending is not None:
                sending.end(last)
        self._collected = self._taken = None
        self._stopped(why)

    def _drop(self, sentence: str) -> None:
        """Give up what waits."""
        self._stop_waiting()
        while self._waiting:
            self._waiting.popleft().end(undelivered(sentence))

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_waiting(self) -> None:
        self._cancel_deadline()
        if self._node is not None:
            self._loop.remove_writer(self._node.fileno())

    # --- what the target says ---------------------------------------------------------------------

    def _listen(self, node: KeyboardNode) -> None:
        if self._heard is not None:
            self._loop.add_reader(node.fileno(), self._hear)

    def _hear(self) -> None:
        assert self._node is not None
        assert self._heard is not None
        try:
            report = self._node.receive()
        except (HostAbsentError, NodeLostError):
            # The node stays readable while nobody is there: waiting for it would never rest.
            self._loop.remove_reader(self._node.fileno())
            return
        if report is not None:
            self._heard(report)
