"""The keyboard's service: from keys that people hold to reports that the target has taken.

When the target stops collecting, every key is let go of, so that nothing is stuck when it comes
back; `releases` counts how often that had to be done, because no seat has asked for it.

When no target is there at all, or it is asleep, held keys stay held, because somebody's finger is
still on them: whoever holds Delete while the target is switched on means just that. A target that
has just configured us first gets an empty report and then what is held; and that again a little
later, because Linux throws away what a keyboard says in the first 50 ms after it has found a driver
(drivers/hid/usbhid/hid-core.c, usbhid_open).

While a text is being typed the target sees nothing of what people hold. It is remembered, and shown
when the text has ended; then the keys that were pressed meanwhile get their turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gadgetd.backlog import LET_GO_MEANWHILE, Act, Backlog, already_up, never
from gadgetd.delivery import Delivery, Sending
from gadgetd.feed import Feed
from gadgetd.hid.keyboard import NO_KEYS, Keyboard, names_its_keys
from gadgetd.hid.usages import Key, Led, leds
from gadgetd.outbox import ABSENT, ASLEEP, PATIENCE_S, WOKEN
from gadgetd.ports import KeyboardNode
from gadgetd.typist import Reason, Typed, Typist

REMIND_AFTER_S = (0.3, 1.0)

NOT_COLLECTING = "The target is attached, but has stopped asking for keys."
WITHOUT_ITS_TEXT = "The text before it was interrupted."


class Keys:
    """One keyboard, any number of seats, one target."""

    def __init__(
        self,
        keyboard: Keyboard,
        changed: Callable[[], None],
        lost: Callable[[], None],
        patience_s: float = PATIENCE_S,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """A keyboard that is plugged in nowhere.

        Args:
            keyboard: what is held by whom.
            changed: hears of every change of the status.
            lost: hears that the node must be reopened.
            patience_s: how long a key may wait for the target.
            wake: asks the target to wake up, if it sleeps; may be called often.
        """
        self._keyboard = keyboard
        self._changed = changed
        self._wake = wake
        self._patience_s = patience_s
        self._outbox = Feed(
            changed=changed,
            lost=lost,
            stopped=self._stopped,
            gave_up=self._let_everything_go,
            heard=self._heard,
            stuck=NOT_COLLECTING,
            patience_s=patience_s,
            is_state=True,
        )
        self._typist = Typist(self._outbox, lambda: self._lights, self._text_over, patience_s)
        self._backlog = Backlog()
        self._reminders: list[asyncio.TimerHandle] = []
        self._shown = NO_KEYS  # the last report, taken or waiting, that names its keys
        self._lights: frozenset[Led] = frozenset()
        self.releases = 0

    # --- the seats' side --------------------------------------------------------------------------
    # Who has a `patience_s` waits so much longer, once the kernel has the report, to hear whether
    # the target has collected it.

    async def press(
        self, seat: str, key: Key, patience_s: float = 0.0, after_text: bool = False
    ) -> Delivery:
        """The seat holds the key from now on, or, `after_text`, when the text has ended."""
        if not self._typist.is_typing:
            sending = self._press(seat, key)
        elif key in self._keyboard.held_by(seat) and not self._backlog.has(seat, key):
            sending = already_up()  # until the text has ended, and then it is down
        else:
            limit_s = None if after_text else self._patience_s
            sending = await self._backlog.join(seat, key, True, limit_s)
        return await sending.outcome(patience_s)

    async def release(self, seat: str, key: Key, patience_s: float = 0.0) -> Delivery:
        """The seat lets go of the key."""
        if self._backlog.has(seat, key):
            sending = await self._backlog.join(seat, key, False, None)
        else:
            sending = self._show(self._keyboard.release(seat, key))
        return await sending.outcome(patience_s)

    async def release_seat(self, seat: str, patience_s: float = 0.0) -> Delivery:
        """The seat lets go of all it holds, and wants nothing any more that waits."""
        self._backlog.drop(LET_GO_MEANWHILE, seat)
        return await self._show(self._keyboard.release_seat(seat)).outcome(patience_s)

    def leave(self, seat: str) -> None:
        """The seat is gone, and nobody waits for an answer; its keys are released all the same."""
        self._backlog.drop(LET_GO_MEANWHILE, seat)
        self._keyboard.release_seat(seat)
        self._typist.leave(seat)
        self._show(self._keyboard.report())

    async def release_all(self) -> Delivery:
        """Everybody lets go of everything, and nobody types."""
        self._backlog.drop(LET_GO_MEANWHILE)
        self._keyboard.release_all()
        self._typist.stop_all()
        return await self._push(self._keyboard.report()).outcome(0)

    def typing_begin(self, seat: str) -> None:
        """The seat takes the keyboard for text; everybody else's keys wait from now on.

        Raises:
            TypingBusyError: another seat has it.
        """
        if self.trouble == ASLEEP:
            self._wake()
        self._typist.begin(seat)
        self._changed()

    async def type(
        self,
        seat: str,
        downs: list[bytes],
        delay_s: float = 0.0,
        lights: frozenset[Led] | None = None,
    ) -> Typed:
        """Type strokes, as `Typist.type` says; it is over when they have been collected."""
        return await self._typist.type(seat, downs, delay_s, lights)

    def typing_end(self, seat: str) -> None:
        """The seat gives the keyboard back, with its text done or not."""
        self._typist.stop(seat)

    # --- the target's side ------------------------------------------------------------------------

    def plug(self, node: KeyboardNode) -> None:
        """Reports go to this node from now on."""
        node.preload(self.at_rest)
        self._outbox.plug(node)

    def unplug(self) -> None:
        """There is no node any more. What is held stays held."""
        self._outbox.unplug()

    def target_configured(self) -> None:
        """A target has set us up; it may remember keys from before, and it takes reports now."""
        if not self._outbox.target_configured():
            return
        self._push(self._keyboard.report())
        loop = asyncio.get_running_loop()
        self._reminders = [loop.call_later(s, self._remind) for s in REMIND_AFTER_S]
        self._changed()

    def target_gone(self) -> None:
        """No target has us set up any more."""
        self._outbox.target_gone()

    def target_asleep(self) -> None:
        """The target has us set up still. What it is sent now, it would get when it wakes up."""
        self._outbox.target_asleep()

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
    def is_typing(self) -> bool:
        """Whether a text is being typed."""
        return self._typist.is_typing

    @property
    def has_node(self) -> bool:
        """Whether there is somewhere to send reports to."""
        return self._outbox.has_node

    @property
    def at_rest(self) -> bytes:
        """The report with which nothing is down."""
        return NO_KEYS

    @property
    def is_target_absent(self) -> bool:
        """Whether no target has us set up, as far as the keyboard can tell."""
        return self._outbox.trouble == ABSENT

    @property
    def trouble(self) -> str:
        """Why keys do not reach the target now; empty when they do."""
        return self._outbox.trouble

    # --- reports on their way ---------------------------------------------------------------------

    def _press(self, seat: str, key: Key) -> Sending:
        if self._outbox.is_stuck:
            # Not remembered as held: it would come out of nowhere once the target goes on.
            self._wake()
            return never(NOT_COLLECTING)
        sending = self._push(self._keyboard.press(seat, key))
        if self.trouble == ASLEEP:
            self._wake()
            return never(WOKEN)
        return sending

    def _show(self, picture: bytes) -> Sending:
        """Show what is held now, unless a text is being typed: then nothing is down anyway."""
        if not self._typist.is_typing:
            return self._push(picture)
        self._changed()
        return already_up()

    def _push(self, picture: bytes) -> Sending:
        """Show the picture to the target, after those that wait."""
        if self._outbox.is_closed:
            return self._outbox.send(picture)
        taken, newest = self._outbox.taken, self._outbox.newest
        reports = []
        if taken is None and newest is None and any(picture):
            # The target may still hold keys that nobody holds any more.
            self._shown = NO_KEYS
            reports.append(NO_KEYS)
        elif taken is not None and self._outbox.has_been_silent and any(picture):
            reports.append(taken.report)
        farewell = self._keyboard.farewell(self._shown)
        if farewell is not None:
            self._shown = farewell
            reports.append(farewell)
        elif names_its_keys(picture):
            self._shown = picture
        if taken is not None and taken.report == picture and newest is None and not farewell:
            return taken  # a picture that the target has already
        sending = self._outbox.send(*reports, picture)
        self._changed()
        return sending

    def _remind(self) -> None:
        """Tell the target once more what is held: the same picture again is no news to it."""
        is_quiet = self._outbox.newest is None and not self._typist.is_typing
        if self.held and is_quiet and not self.trouble:
            self._outbox.send(self._keyboard.report())

    def _text_over(self, reason: Reason) -> Sending | None:
        """Let go of what the text may have left down, and show what is held now."""
        self._changed()
        if reason is Reason.INTERRUPTED:
            # What was to come after this text is not to come instead of it.
            self._backlog.drop(WITHOUT_ITS_TEXT)
            return None
        if self._outbox.is_stuck:
            self._outbox.give_up()
            self._backlog.take(self._do)
            return None
        self._shown = NO_KEYS
        closing = self._outbox.send(NO_KEYS)
        if self.held:
            self._push(self._keyboard.report())
        self._backlog.take(self._do)
        return closing

    def _do(self, act: Act) -> Sending:
        if act.is_down:
            return self._press(act.seat, act.key)
        return self._push(self._keyboard.release(act.seat, act.key))

    # --- what the outbox tells --------------------------------------------------------------------

    def _stopped(self, why: str) -> None:
        self._forget_reminders()
        if why == ABSENT:
            self._lights = frozenset()
        self._typist.interrupt(why)
        self._changed()

    def _let_everything_go(self) -> bytes:
        if any(any(sending.report) for sending in self._outbox.uncollected):
            # Few controllers tell a target that is asleep from one that does not ask. But who has
            # just been sent to sleep with a key is not woken up by that key's going up.
            self._wake()
        self._forget_reminders()
        self._shown = NO_KEYS
        self.releases += 1
        return self._keyboard.release_all()

    def _forget_reminders(self) -> None:
        while self._reminders:
            self._reminders.pop().cancel()

    def _heard(self, report: bytes) -> None:
        self._lights = leds(report)
        self._changed()
