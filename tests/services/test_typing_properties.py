"""Whatever happens while text is typed: its strokes arrive in order, none twice, none in between.

Each stroke has a number, which can be read from what the host has noticed. What is typed and what
people press have no key in common, so whatever is down is somebody's, and whose it is can be told.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
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

from gadgetd.delivery import Delivery
from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.failures import TypingBusyError, TypingNotBegunError
from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.strokes import pictures
from gadgetd.hid.usages import Key, Led
from gadgetd.keys import Keys
from gadgetd.typist import Reason, Typed
from tests.services.usb import DEAF_S, POLL_INTERVAL_S, World

PATIENCE_S = 1.0
REOPENED_AFTER_S = 0.5
RESET_S = 0.010  # at least (USB 2.0 §7.1.7.5)
SHOWN_WITHIN_S = 20 * POLL_INTERVAL_S

SEATS = st.sampled_from(["s1", "s2"])
LIVE = [Key.A, Key.B, Key.C, Key.LEFT_SHIFT]
KEYS = st.sampled_from(LIVE)
MOMENTS = st.sampled_from([0.0, 0.001, 0.005, 0.02, 0.1, 0.3, 0.7, 1.2, 3.0])
LAGS = st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.02])
LIGHTS = st.sampled_from([None, None, frozenset(), frozenset({Led.CAPS_LOCK})])

# A stroke's number has two digits: a key that is held and a key that is struck.
HIGH, LOW, BASE = 0x1E, 0x46, 24


def stroke(number: int) -> list[int]:
    high, low = divmod(number, BASE)
    return [0xE6, HIGH + high, LOW + low]


def number_in(report: bytes) -> int | None:
    """The number of the stroke that is down in this picture; None if none is."""
    keys = [usage for usage in report[2:] if usage]
    if not any(usage >= HIGH for usage in keys):
        return None
    high, low = keys
    assert report[0] == 0x40, "something else is down together with a stroke"
    return (high - HIGH) * BASE + low - LOW


@dataclass(eq=False)
class Order:
    """Some strokes that somebody wanted typed."""

    numbers: range
    answer: asyncio.Task[Typed]
    sureness: int  # how often we have been left in the dark until then


class Texts(RuleBasedStateMachine):
    """Two seats, each with fingers and a text, and a target that does what targets do."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.target = self.world.target
        self.failures: list[BaseException] = []
        self.world.set_exception_handler(self._fail)
        self._patched = mock.patch.object(hidg, "os", self.target)
        self._patched.start()
        self.fingers: set[tuple[str, Key]] = set()
        self.orders: list[Order] = []
        self.answers: list[asyncio.Task[Delivery]] = []
        self.next_number = 0
        self.is_frank = True  # whether all that happens to the target is told at once
        self.secrets = 0  # what has happened to the target without our being told at once
        self.stops = self.interruptions = 0
        self.cuts: list[tuple[int, int]] = []  # so many pictures, and no stroke below this after
        self.disturbed_at = 0.0
        self.state = self.told = ""
        self.keys = Keys(Keyboard(), self._changed, self._lost, patience_s=PATIENCE_S)

    @initialize(
        forgets=st.booleans(), is_deaf=st.booleans(), is_sticky=st.booleans(), frank=st.booleans()
    )
    def begin(self, forgets: bool, is_deaf: bool, is_sticky: bool, frank: bool) -> None:
        self.is_frank = frank
        self.target.forgets = forgets
        self.target.is_deaf_at_first = is_deaf
        self.target.is_sticky = is_sticky
        self.world.do(self._plug)
        self.the_host_sets_us_up(0.0)

    # --- people -----------------------------------------------------------------------------------

    @rule(seat=SEATS)
    def take_the_keyboard(self, seat: str) -> None:
        def act() -> None:
            try:
                self.keys.typing_begin(seat)
            except TypingBusyError:
                assert self.keys.is_typing

        self._disturb()
        self.world.do(act)

    @rule(seat=SEATS, count=st.sampled_from([1, 2, 5, 30]), lights=LIGHTS, is_slow=st.booleans())
    def type(self, seat: str, count: int, lights: frozenset[Led] | None, is_slow: bool) -> None:
        if self.next_number + count > BASE * BASE:
            return
        numbers = range(self.next_number, self.next_number + count)
        self.next_number += count
        self._disturb()
        downs = pictures([stroke(number) for number in numbers])
        delay_s = 0.02 if is_slow else 0.0
        task = self.world.create_task(self.keys.type(seat, downs, delay_s, lights))
        self.orders.append(Order(numbers, task, self.secrets))
        self.world.pass_time(0)

    @rule(seat=SEATS, count=st.sampled_from([5, 30]))
    def begin_and_type(self, seat: str, count: int) -> None:
        self.take_the_keyboard(seat)
        self.type(seat, count, None, False)
        self.type(seat, count, None, False)
        self.world.pass_time(0.1)

    @precondition(lambda self: self.target.is_well and self.told == "configured")
    @rule(
        seat=SEATS,
        after=st.integers(min_value=0, max_value=40),
        how=st.sampled_from(["sets us up", "goes", "sleeps", "dies", "stops", "stops unpolled"]),
    )
    def a_text_is_cut_short(self, seat: str, after: int, how: str) -> None:
        self.the_host_polls(True)
        self.take_the_keyboard(seat)
        self.type(seat, 10, None, False)
        self.type(seat, 10, None, False)
        self.world.pass_time(after * POLL_INTERVAL_S / 2)
        match how:
            case "sets us up":
                self.the_host_sets_us_up(0.0)
            case "goes":
                self.the_host_goes(0.0)
            case "sleeps":
                self.the_host_falls_asleep(0.0)
            case "dies":
                self.the_node_dies()
            case "stops":
                self.give_the_keyboard_back(seat)
            case "stops unpolled":
                self.the_host_polls(False)
                self.give_the_keyboard_back(seat)

    @rule(seat=SEATS)
    def give_the_keyboard_back(self, seat: str) -> None:
        self.stops += 1
        self._disturb()
        self.world.do(lambda: self.keys.typing_end(seat))

    @rule(seat=SEATS, key=KEYS, after_text=st.booleans())
    def press(self, seat: str, key: Key, after_text: bool) -> None:
        self.fingers.add((seat, key))
        self._ask(self.keys.press(seat, key, 0.0, after_text))

    @rule(seat=SEATS, key=KEYS)
    def release(self, seat: str, key: Key) -> None:
        self.fingers.discard((seat, key))
        self._ask(self.keys.release(seat, key))

    @rule(seat=SEATS)
    def release_seat(self, seat: str) -> None:
        self.fingers = {finger for finger in self.fingers if finger[0] != seat}
        self._ask(self.keys.release_seat(seat))

    @rule(seat=SEATS)
    def leave(self, seat: str) -> None:
        self.fingers = {finger for finger in self.fingers if finger[0] != seat}
        self.stops += 1
        self._disturb()
        self.world.do(lambda: self.keys.leave(seat))

    # --- the world --------------------------------------------------------------------------------

    @rule(duration_s=MOMENTS)
    def time_passes(self, duration_s: float) -> None:
        self.world.pass_time(duration_s)

    @rule(duration_s=MOMENTS)
    def more_time_passes(self, duration_s: float) -> None:
        self.world.pass_time(duration_s)

    @rule(is_polling=st.booleans())
    def the_host_polls(self, is_polling: bool) -> None:
        self._disturb()
        self.target.poll(is_polling)
        self.world.pass_time(0)

    @rule(lamps=st.sampled_from([0b000, 0b010, 0b100]))
    def the_host_sets_its_lights(self, lamps: int) -> None:
        self.target.light(lamps)
        self.world.pass_time(0)

    @rule(lag_s=LAGS)
    def the_host_sets_us_up(self, lag_s: float) -> None:
        was_polling = self.target.is_polling
        self.target.poll(False)
        self.world.pass_time(RESET_S)
        self.target.poll(was_polling)
        self.target.configure()
        self._cut()
        self._tell("configured", lag_s)

    @precondition(lambda self: self.target.is_well)
    @rule(lag_s=LAGS)
    def the_host_goes(self, lag_s: float) -> None:
        self.target.disconnect()
        self._cut()
        self._tell("not attached", lag_s)

    @precondition(lambda self: self.target.is_configured and not self.target.is_asleep)
    @rule(lag_s=LAGS)
    def the_host_falls_asleep(self, lag_s: float) -> None:
        self.target.sleep(True)
        self._tell("suspended", lag_s)

    @precondition(lambda self: self.target.is_asleep)
    @rule(lag_s=LAGS)
    def the_host_wakes_up(self, lag_s: float) -> None:
        self.target.sleep(False)
        self._tell("configured", lag_s)

    @precondition(lambda self: self.target.is_well and not self.is_frank)
    @rule()
    def the_gadget_is_unbound_and_nobody_says_so(self) -> None:
        self.secrets += 1
        self.interruptions += 1
        self._disturb()
        self.target.disconnect()
        self.world.pass_time(0)

    @precondition(lambda self: self.target.is_well)
    @rule()
    def the_node_dies(self) -> None:
        self.interruptions += 1
        self._disturb()
        self.target.kill_nodes()
        self.world.pass_time(0)

    # --- what is always so ------------------------------------------------------------------------

    @invariant()
    def nothing_has_failed_in_the_background(self) -> None:
        if self.failures:
            raise self.failures[0]

    @invariant()
    def strokes_arrive_in_order_and_none_twice(self) -> None:
        seen = self._strokes_seen()
        assert all(before < after for before, after in itertools.pairwise(seen))

    @invariant()
    def each_stroke_is_let_go_of_before_anything_else_goes_down(self) -> None:
        pictures_seen = [report for report, _ in itertools.groupby(self.target.noticed)]
        for before, after in itertools.pairwise(pictures_seen):
            if number_in(before) is not None and not self.secrets:
                assert not any(after)

    @invariant()
    def nobodys_keys_come_in_between(self) -> None:
        downs = [report for report in self.target.noticed if any(report)]
        for before, between, after in zip(downs, downs[1:], downs[2:], strict=False):
            ends = number_in(before), number_in(after)
            if number_in(between) is None and not self.secrets:
                assert not any(set(ends) <= set(order.numbers) for order in self.orders)

    @invariant()
    def no_text_goes_on_at_a_target_that_was_away(self) -> None:
        for count, number in self.cuts:
            later = (number_in(report) for report in self.target.noticed[count:])
            assert self.secrets or all(seen is None or seen >= number for seen in later)

    @invariant()
    def nothing_is_down_that_nobody_holds(self) -> None:
        held = set(self.keys.held)
        assert held <= {key for _, key in self.fingers}
        settled_s = SHOWN_WITHIN_S + (DEAF_S + 1.0 if self.target.is_deaf_at_first else 0)
        is_calm = self.target.is_well and self.told == "configured" and not self.keys.trouble
        has_node = bool(self.target.open - self.target.dead)
        is_settled = self.world.time() - self.disturbed_at >= settled_s
        if is_calm and has_node and is_settled and not self.keys.is_typing:
            assert self.target.keys_down == held

    # --- at the end -------------------------------------------------------------------------------

    def teardown(self) -> None:
        """The target is well again: what is still to be typed is typed, and everybody goes."""
        try:
            if self.target.dead or not self.target.is_configured or self.target.is_asleep:
                self.world.pass_time(2 * PATIENCE_S)
                self.world.do(self._plug)
                self.the_host_sets_us_up(0.0)
            self.target.poll(True)
            self.world.pass_time(30 * PATIENCE_S)
            assert all(order.answer.done() for order in self.orders)
            for seat in ("s1", "s2"):
                self.leave(seat)
            self.world.pass_time(2 * PATIENCE_S)
            assert self.target.keys_down == set()
            assert not self.keys.trouble
            assert not self.keys.held
            assert all(answer.done() for answer in self.answers)
            self.nothing_has_failed_in_the_background()
            self.strokes_arrive_in_order_and_none_twice()
            for order in self.orders:
                self._judge(order)
        finally:
            self.world.do(self.keys.unplug)
            self._patched.stop()
            self.world.close()

    def _judge(self, order: Order) -> None:
        seen = [number for number in self._strokes_seen() if number in order.numbers]
        assert self.secrets or seen == list(order.numbers[: len(seen)])
        if isinstance(order.answer.exception(), TypingNotBegunError):
            assert seen == []
            return
        typed = order.answer.result()
        match typed.reason:
            case Reason.DONE:
                assert (typed.typed, typed.unsure) == (len(order.numbers), 0)
            case Reason.STOPPED:
                assert self.stops
            case Reason.INTERRUPTED:
                assert self.interruptions
        if not self.secrets:
            assert typed.typed <= len(seen) <= typed.typed + typed.unsure

    # --- how it is done ---------------------------------------------------------------------------

    def _strokes_seen(self) -> list[int]:
        """The numbers of the strokes that went down at the host."""
        seen = [number_in(report) for report, _ in itertools.groupby(self.target.noticed)]
        return [number for number in seen if number is not None]

    def _ask(self, what: Coroutine[Any, Any, Delivery]) -> None:
        self._disturb()
        self.answers.append(self.world.create_task(what))
        self.world.pass_time(0)

    def _fail(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failures.append(context.get("exception") or AssertionError(context["message"]))

    def _cut(self) -> None:
        # What was down may be over with that, or with the next picture, whatever is in it.
        self.target.noticed.append(bytes(8))
        self.cuts.append((len(self.target.noticed), self.next_number))

    def _disturb(self) -> None:
        self.disturbed_at = self.world.time()

    def _changed(self) -> None:
        self._disturb()

    def _lost(self) -> None:
        self.world.call_later(REOPENED_AFTER_S, self._plug)

    def _plug(self) -> None:
        self._disturb()
        self.interruptions += 1
        self.keys.plug(HidgNode(self.target.open_node()))
        self._hear()

    def _tell(self, state: str, lag_s: float) -> None:
        """The controller's state is told, perhaps a little after the fact; then it is as it is."""
        self._disturb()
        self.interruptions += 1
        self.state = state
        self.told = ""
        if self.is_frank:
            lag_s = 0.0
        if lag_s:
            self.secrets += 1
        self.world.call_later(lag_s, self._hear)
        self.world.pass_time(0)

    def _hear(self) -> None:
        self._disturb()
        self.told = state = self.state
        acts: dict[str, Callable[[], None]] = {
            "configured": self.keys.target_configured,
            "suspended": self.keys.target_asleep,
            "not attached": self.keys.target_gone,
        }
        if state:
            acts[state]()


TestTexts = Texts.TestCase
TestTexts.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
