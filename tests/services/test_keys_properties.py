"""Whatever happens to the cable, the host and the seats: what is down is what somebody holds.

The account next to the keyboard is the plainest one: who pressed what and has not let go. The
service may cut it short in one way only: when a host has not collected a report for as long as the
patience lasts, all keys are let go of, and the status says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from gadgetd.delivery import Delivery, Fate
from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.usages import Key
from gadgetd.keys import NOT_COLLECTING, REMIND_AFTER_S, Keys
from tests.services.usb import DEAF_S, POLL_INTERVAL_S, World

PATIENCE_S = 1.0
REOPENED_AFTER_S = 0.5
# A few reports may have to go one after the other.
SHOWN_WITHIN_S = 20 * POLL_INTERVAL_S
SLOTS = 6

SEATS = st.sampled_from(["s1", "s2", "s3"])
PLAIN = [Key.A, Key.B, Key.C, Key.D, Key.E, Key.F, Key.G, Key.H, Key.I]
KEYS = st.sampled_from([*PLAIN, Key.LEFT_SHIFT, Key.RIGHT_ALT])
MOMENTS = st.sampled_from([0.0, 0.001, 0.005, 0.02, 0.1, 0.3, 0.7, 1.2, 3.0, 6.0])
WAITS = st.sampled_from([0.0, 0.02, 0.5])
LAGS = st.sampled_from([0.0, 0.0, 0.001, 0.02])


def shows(report: bytes, key: Key) -> bool:
    """Whether the picture has the key down, or too many keys to tell."""
    if key.is_modifier:
        return bool(report[0] >> (key - Key.LEFT_CONTROL) & 1)
    return key in report[2:] or Key.ERROR_ROLL_OVER in report[2:]


class Typing(RuleBasedStateMachine):
    """People, a keyboard, and a target that does what targets do."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.target = self.world.target
        self.failures: list[BaseException] = []
        self.world.set_exception_handler(self._fail)
        self._patched = mock.patch.object(hidg, "os", self.target)
        self._patched.start()
        self.holds: set[tuple[str, Key]] = set()
        self.answers: list[asyncio.Task[Delivery]] = []
        self.disturbed_at = 0.0
        self.secrets = 0  # what has happened to the target without our being told at once
        self.state = self.told = ""
        self.tells_sleep = True
        self.keys = Keys(Keyboard(), self._changed, self._lost, patience_s=PATIENCE_S)

    @initialize(
        forgets=st.booleans(),
        is_deaf=st.booleans(),
        is_sticky=st.booleans(),
        sleep=st.booleans(),
        is_there=st.booleans(),
    )
    def begin(
        self, forgets: bool, is_deaf: bool, is_sticky: bool, sleep: bool, is_there: bool
    ) -> None:
        self.target.forgets = forgets
        self.target.is_deaf_at_first = is_deaf
        self.target.is_sticky = is_sticky
        self.tells_sleep = sleep
        self.world.do(self._plug)
        if is_there:
            self.the_host_sets_us_up(0.0)

    # --- people -----------------------------------------------------------------------------------

    @rule(seat=SEATS, key=KEYS, wait_s=WAITS)
    def press(self, seat: str, key: Key, wait_s: float = 0.0) -> None:
        if self.keys.trouble != NOT_COLLECTING:  # see `a_host_is_called_deaf_only_when_it_is`
            self.holds.add((seat, key))
        seen, secrets = len(self.target.collected), self.secrets
        is_told = bool(self.told)
        answer = self._ask(lambda: self.keys.press(seat, key, wait_s))

        def check(answer: asyncio.Task[Delivery]) -> None:
            if not is_told or self.secrets != secrets:
                return  # nobody could know
            if answer.result().fate is Fate.DELIVERED:
                # The picture may be one that the target had already.
                assert any(
                    shows(report, key) for report in self.target.collected[seen and seen - 1 :]
                )

        answer.add_done_callback(check)

    @rule(seat=SEATS, keys=st.sampled_from([PLAIN[::-1], PLAIN[:3], PLAIN[1:]]))
    def press_many(self, seat: str, keys: list[Key]) -> None:
        for key in keys:
            self.press(seat, key)

    @precondition(lambda self: self.is_calm)
    @rule(seat=SEATS, key=st.sampled_from(PLAIN))
    def let_one_of_too_many_go(self, seat: str, key: Key) -> None:
        self.press_many(seat, PLAIN)
        self.world.pass_time(SHOWN_WITHIN_S)
        self.release(seat, key)
        self.world.pass_time(2 * SHOWN_WITHIN_S)

    @rule(seat=SEATS, key=KEYS)
    def release(self, seat: str, key: Key) -> None:
        self.holds.discard((seat, key))
        self._ask(lambda: self.keys.release(seat, key))

    @rule(seat=SEATS, key=KEYS)
    def type(self, seat: str, key: Key) -> None:
        self.press(seat, key)
        self.release(seat, key)

    @rule(seat=SEATS)
    def release_seat(self, seat: str) -> None:
        self.holds = {held for held in self.holds if held[0] != seat}
        self._ask(lambda: self.keys.release_seat(seat))

    @rule(seat=SEATS)
    def leave(self, seat: str) -> None:
        self.holds = {held for held in self.holds if held[0] != seat}
        self._disturb()
        self.world.do(lambda: self.keys.leave(seat))

    # --- the world --------------------------------------------------------------------------------

    @rule(duration_s=MOMENTS)
    def more_time_passes(self, duration_s: float) -> None:
        self.world.pass_time(duration_s)

    @rule(duration_s=MOMENTS)
    def time_passes(self, duration_s: float) -> None:
        self.world.pass_time(duration_s)

    @rule(is_polling=st.booleans())
    def the_host_polls(self, is_polling: bool) -> None:
        self._disturb()
        self.target.poll(is_polling)
        self.world.pass_time(0)

    @precondition(lambda self: not self.is_calm or self.target.changed_at < self.world.time())
    @rule(lag_s=LAGS)
    def the_host_sets_us_up(self, lag_s: float) -> None:
        self._disturb()
        self.target.configure()
        self._tell("configured", lag_s)

    @precondition(lambda self: self.is_calm)
    @rule(lag_s=LAGS, state=st.sampled_from(["not attached", "default"]))
    def the_host_goes(self, lag_s: float, state: str) -> None:
        self.target.disconnect()
        self._tell(state, lag_s)

    @precondition(lambda self: self.is_calm)
    @rule()
    def the_gadget_is_unbound_and_nobody_says_so(self) -> None:
        self.secrets += 1
        self._disturb()
        self.target.disconnect()
        self.world.pass_time(0)

    @precondition(lambda self: self.target.is_configured and not self.target.is_asleep)
    @rule(lag_s=LAGS)
    def the_host_falls_asleep(self, lag_s: float) -> None:
        self._disturb()
        self.target.sleep(True)
        if self.tells_sleep:
            self._tell("suspended", lag_s)

    @precondition(lambda self: self.target.is_asleep)
    @rule(lag_s=LAGS)
    def the_host_wakes_up(self, lag_s: float) -> None:
        self._disturb()
        self.target.sleep(False)
        if self.tells_sleep:
            self._tell("configured", lag_s)

    @precondition(lambda self: self.is_calm)
    @rule()
    def the_node_dies(self) -> None:
        self._disturb()
        self.target.kill_nodes()
        self.world.pass_time(0)

    @rule()
    def the_node_is_opened_anew(self) -> None:
        self._disturb()
        self.world.do(self._plug)

    # --- what is always so ------------------------------------------------------------------------

    @invariant()
    def nothing_has_failed_in_the_background(self) -> None:
        if self.failures:
            raise self.failures[0]

    @invariant()
    def what_is_held_is_what_somebody_holds(self) -> None:
        assert set(self.keys.held) == {key for _, key in self.holds}

    @invariant()
    def a_host_is_called_deaf_only_when_it_is(self) -> None:
        is_there = self.told == "configured" and self.target.is_configured and self.target.open
        if self.keys.trouble == NOT_COLLECTING and is_there and not self.target.dead:
            assert self.target.in_flight is not None

    @invariant()
    def what_is_down_at_a_host_that_has_had_time_is_what_is_held(self) -> None:
        patience_s = SHOWN_WITHIN_S
        if self.target.is_deaf_at_first:
            patience_s += DEAF_S + REMIND_AFTER_S[0]
        if not self.is_calm or self.world.time() - self.disturbed_at < patience_s:
            return
        held = {key for _, key in self.holds}
        down = self.target.keys_down
        assert down <= held, "a key is down that nobody holds"
        if len([key for key in held if not key.is_modifier]) <= SLOTS:
            assert down == held, "a key is not down that somebody holds"
        else:
            assert {key for key in held if key.is_modifier} <= down

    @property
    def is_calm(self) -> bool:
        """Whether the target takes keys, and we can know it."""
        has_node = bool(self.target.open - self.target.dead)
        return self.target.is_well and self.told == "configured" and has_node

    def teardown(self) -> None:
        """Whatever has happened: once the target is well, everybody's keys are right."""
        try:
            if not self.target.open or self.target.dead:
                self.world.do(self._plug)
            self.target.poll(True)
            if not self.target.is_configured:
                self.target.configure()
            self.target.sleep(False)
            self._tell("configured", 0)
            self.world.pass_time(PATIENCE_S + REMIND_AFTER_S[-1] + SHOWN_WITHIN_S)
            self.what_is_held_is_what_somebody_holds()
            self.what_is_down_at_a_host_that_has_had_time_is_what_is_held()
            for seat in {seat for seat, _ in self.holds}:
                self.leave(seat)
            self.world.pass_time(SHOWN_WITHIN_S)
            assert self.target.keys_down == set()
            assert not self.keys.trouble
            assert all(answer.done() for answer in self.answers)
            assert len(self.target.open) == 1
            self.nothing_has_failed_in_the_background()
        finally:
            self.world.do(self.keys.unplug)
            self._patched.stop()
            self.world.close()

    # --- how it is done ---------------------------------------------------------------------------

    def _ask(self, what: Callable[[], Coroutine[None, None, Delivery]]) -> asyncio.Task[Delivery]:
        self._disturb()
        self.answers.append(self.world.create_task(what()))
        self.world.pass_time(0)
        return self.answers[-1]

    def _fail(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failures.append(context.get("exception") or AssertionError(context["message"]))

    def _disturb(self) -> None:
        self.disturbed_at = self.world.time()

    def _changed(self) -> None:
        if self.keys.trouble == NOT_COLLECTING and self.holds:
            # The one way in which held keys end without their owner: it has to be deserved.
            assert self.target.in_flight is not None
            assert self.world.time() - self.target.in_flight_since >= PATIENCE_S - 1e-3
            self.holds.clear()

    def _lost(self) -> None:
        self.world.call_later(REOPENED_AFTER_S, self._plug)

    def _plug(self) -> None:
        self._disturb()
        self.keys.plug(HidgNode(self.target.open_node()))
        self._hear()

    def _tell(self, state: str, lag_s: float) -> None:
        """The controller's state is told, perhaps a little after the fact; then it is as it is."""
        self._disturb()
        self.state = state
        self.told = ""
        if lag_s:
            self.secrets += 1
        self.world.call_later(lag_s, self._hear)
        self.world.pass_time(0)

    def _hear(self) -> None:
        self._disturb()
        self.told = state = self.state
        if state == "configured":
            self.keys.target_configured()
        elif state == "suspended":
            self.keys.target_asleep()
        elif state:
            self.keys.target_gone()


TestTyping = Typing.TestCase
TestTyping.settings = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
