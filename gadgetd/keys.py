"""The keyboard's service: from keys that people hold to reports that the target has taken.

A report waits its turn while the previous one is uncollected, and only for a moment: a key that
arrives seconds late is worse than one that is refused. When the target stops collecting, what
waits is dropped, every key is let go of, and one empty report stays at the door until the target
takes it, so that nothing is stuck when it comes back.

When no target is there at all, or it is asleep, held keys stay held, because somebody's finger is
still on them: whoever holds Delete while the target is switched on means just that. A target that
has just configured us first gets an empty report and then what is held; and that again a little
later, because Linux throws away what a keyboard says in the first 50 ms after it has found a driver
(drivers/hid/usbhid/hid-core.c, usbhid_open).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from gadgetd.delivery import Delivery, Fate, Sending, undelivered
from gadgetd.failures import HostAbsentError, HostBusyError, NodeLostError
from gadgetd.hid.keyboard import REPORT_SIZE_BYTES, Keyboard, names_its_keys
from gadgetd.hid.usages import Key, Led, leds
from gadgetd.ports import KeyboardNode

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
REMIND_AFTER_S = (0.3, 1.0)
NO_KEYS = bytes(REPORT_SIZE_BYTES)

ABSENT = "The target is not attached."
ASLEEP = "The target is asleep."
NOT_COLLECTING = "The target is attached, but has stopped asking for keys."
WHEN_IT_WAKES_UP = Delivery(Fate.QUEUED, "The target is asleep, and gets it when it wakes up.")
STARTED_ANEW = "The target has just set our keyboard up anew."


class Keys:
    """One keyboard, any number of seats, one target."""

    def __init__(
        self,
        keyboard: Keyboard,
        changed: Callable[[], None],
        lost: Callable[[], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`changed` hears of every change of the status, `lost` that the node must be reopened."""
        self._keyboard = keyboard
        self._changed = changed
        self._lost = lost
        self._patience_s = patience_s
        self._node: KeyboardNode | None = None
        self._waiting: deque[Sending] = deque()
        self._deadline: asyncio.TimerHandle | None = None
        self._reminders: list[asyncio.TimerHandle] = []
        self._taken: Sending | None = None  # the last report taken; None: the target may hold any
        self._shown = NO_KEYS  # the last report, taken or waiting, that names its keys
        self._trouble = ABSENT
        self._lights: frozenset[Led] = frozenset()

    # --- the seats' side --------------------------------------------------------------------------
    # Who has a `patience_s` waits so much longer, once the kernel has the report, to hear whether
    # the target has collected it.

    async def press(self, seat: str, key: Key, patience_s: float = 0.0) -> Delivery:
        """The seat holds the key from now on."""
        if self._trouble == NOT_COLLECTING:
            # Not remembered as held: it would come out of nowhere once the target goes on.
            return undelivered(NOT_COLLECTING)
        return await self._push(self._keyboard.press(seat, key)).outcome(patience_s)

    async def release(self, seat: str, key: Key, patience_s: float = 0.0) -> Delivery:
        """The seat lets go of the key."""
        return await self._push(self._keyboard.release(seat, key)).outcome(patience_s)

    async def release_seat(self, seat: str, patience_s: float = 0.0) -> Delivery:
        """The seat lets go of all it holds."""
        return await self._push(self._keyboard.release_seat(seat)).outcome(patience_s)

    def leave(self, seat: str) -> None:
        """The seat is gone, and nobody waits for an answer; its keys are released all the same."""
        self._push(self._keyboard.release_seat(seat))

    async def release_all(self) -> Delivery:
        """Everybody lets go of everything."""
        return await self._push(self._keyboard.release_all()).outcome(0)

    # --- the target's side ------------------------------------------------------------------------

    def plug(self, node: KeyboardNode) -> None:
        """Reports go to this node from now on."""
        self.unplug()
        self._node = node

    def unplug(self) -> None:
        """There is no node any more. What is held stays held."""
        self.target_gone()
        if self._node is not None:
            self._node.close()
            self._node = None

    def target_configured(self) -> None:
        """A target has set us up; it may remember keys from before, and it takes reports now."""
        if self._node is None:
            return
        self._drop(STARTED_ANEW)
        self._trouble = ""
        self._forget(undelivered(STARTED_ANEW))
        self._loop.add_reader(self._node.fileno(), self._read_lights)
        self._push(self._keyboard.report())
        self._reminders = [self._loop.call_later(s, self._remind) for s in REMIND_AFTER_S]
        self._changed()

    def target_gone(self) -> None:
        """No target has us set up any more."""
        if self._node is not None:
            self._loop.remove_reader(self._node.fileno())
        self._stop_sending(ABSENT)
        self._lights = frozenset()
        self._changed()

    def target_asleep(self) -> None:
        """The target has us set up still. What it is sent now, it would get when it wakes up."""
        self._forget(WHEN_IT_WAKES_UP)
        self._stop_sending(ASLEEP)
        self._changed()

    # --- what there is to know --------------------------------------------------------------------

    @property
    def held(self) -> tuple[Key, ...]:
        """The keys that are down."""
        return self._keyboard.held

    @property
    def lights(self) -> frozenset[Led]:
        """The lock lights, as the target last set them."""
        return self._lights

    @property
    def has_node(self) -> bool:
        """Whether there is somewhere to send reports to."""
        return self._node is not None

    @property
    def is_target_absent(self) -> bool:
        """Whether no target has us set up, as far as the keyboard can tell."""
        return self._trouble == ABSENT

    @property
    def trouble(self) -> str:
        """Why keys do not reach the target now; empty when they do."""
        return self._trouble

    # --- reports on their way ---------------------------------------------------------------------

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def _push(self, report: bytes) -> Sending:
        """Send the report after those that wait."""
        last = Sending(report)
        if self._trouble in (NOT_COLLECTING, ASLEEP):
            # For the first, the empty report is at the door already, and nothing is held any more.
            # The second would find in the morning what was pressed at night.
            last.end(undelivered(self._trouble))
            return last
        if self._taken is None and not self._waiting and any(report):
            # The target may still hold keys that nobody holds any more.
            self._waiting.append(Sending(NO_KEYS))
            self._shown = NO_KEYS
        farewell = self._keyboard.farewell(self._shown)
        if farewell is not None:
            self._waiting.append(Sending(farewell))
            self._shown = farewell
        elif names_its_keys(report):
            self._shown = report
        if self._taken is not None and self._taken.report == report and not self._waiting:
            return self._taken  # a picture that the target has already
        self._waiting.append(last)
        self._flush()
        self._changed()
        return last

    def _flush(self) -> None:
        while self._waiting:
            if self._node is None:
                return self._drop(ABSENT)
            try:
                self._node.send(self._waiting[0].report)
            except HostBusyError:
                return self._wait_for_room(self._node)
            except HostAbsentError:
                return self.target_gone()
            except NodeLostError as error:
                log.warning("%s", error)
                self.unplug()
                return self._lost()
            self._note_room()
            self._taken = self._waiting.popleft()
            self._taken.queue()
            self._stop_waiting()
            if self._trouble:
                log.info("The target collects keys again.")
                self._trouble = ""
                self._loop.add_reader(self._node.fileno(), self._read_lights)
                self._changed()
        if self._node is not None and self._taken is not None and not self._taken.is_collected:
            self._loop.add_writer(self._node.fileno(), self._find_room)

    def _find_room(self) -> None:
        assert self._node is not None
        self._loop.remove_writer(self._node.fileno())
        self._note_room()
        self._flush()

    def _note_room(self) -> None:
        """There is room for a report, so the one before has been collected."""
        if self._taken is not None:
            self._taken.collect()

    def _remind(self) -> None:
        """Tell the target once more what is held: the same picture again is no news to it."""
        if self._keyboard.held and not self._waiting and not self._trouble:
            self._waiting.append(Sending(self._keyboard.report()))
            self._flush()

    def _wait_for_room(self, node: KeyboardNode) -> None:
        self._loop.add_writer(node.fileno(), self._find_room)
        if self._deadline is None and self._trouble != NOT_COLLECTING:
            self._deadline = self._loop.call_later(self._patience_s, self._lose_patience)

    def _lose_patience(self) -> None:
        stuck = self._waiting[0]
        # A target that has gone makes no room either, but says so to whoever writes.
        self._flush()
        if not self._waiting or self._waiting[0] is not stuck:
            return
        log.warning("%s All keys are released.", NOT_COLLECTING)
        self._drop(NOT_COLLECTING)
        self._trouble = NOT_COLLECTING
        self._waiting.append(Sending(self._keyboard.release_all()))
        self._shown = NO_KEYS
        # No deadline this time: a key-up is tried until it is taken, or the target is gone.
        assert self._node is not None
        self._loop.add_writer(self._node.fileno(), self._find_room)
        self._changed()

    def _stop_sending(self, why: str) -> None:
        self._drop(why)
        self._trouble = why
        self._forget(undelivered(why))

    def _forget(self, delivery: Delivery) -> None:
        """Nobody knows any more what the target holds; this became of the last report taken."""
        if self._taken is not None:
            self._taken.end(delivery)
            self._taken = None

    def _drop(self, sentence: str) -> None:
        """Give up what waits."""
        self._stop_waiting()
        while self._reminders:
            self._reminders.pop().cancel()
        while self._waiting:
            self._waiting.popleft().end(undelivered(sentence))

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._node is not None:
            self._loop.remove_writer(self._node.fileno())

    def _read_lights(self) -> None:
        assert self._node is not None
        try:
            report = self._node.receive()
        except (HostAbsentError, NodeLostError):
            # The node stays readable while nobody is there: waiting for it would never rest.
            self._loop.remove_reader(self._node.fileno())
            return
        if report is not None:
            self._lights = leds(report)
            self._changed()
