"""Whatever people do with a mouse: no way is lost, no click is moved, and no button stays down.

The account next to the mouse is the plainest one: how far it has been moved before each click, and
who has pressed what and has not let go.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.hid.mouse import Motion
from gadgetd.hid.usages import Button
from gadgetd.mice import Kind, Mouse, Step
from tests.services.usb import POLL_INTERVAL_S, World

PATIENCE_S = 1.0
# All that thirty acts can leave to be sent.
SHOWN_WITHIN_S = 60 * POLL_INTERVAL_S
SEATS = st.sampled_from(["s1", "s2", "s3"])
BUTTONS = st.sampled_from(Button)
WAYS = st.integers(-400, 400)
MOMENTS = st.sampled_from([0.0, 0.001, 0.008, 0.05, 0.3, 0.7])


class Table:
    """A mouse and the target it lies in front of."""

    def __init__(self) -> None:
        self.failures: list[BaseException] = []
        self.world = World()
        self.world.set_exception_handler(self._fail)
        self.target = self.world.target
        self._patched = mock.patch.object(hidg, "os", self.target)
        self._patched.start()
        self.mouse = Mouse(
            Kind.RELATIVE,
            changed=lambda: None,
            lost=lambda: None,
            wake=lambda: None,
            patience_s=PATIENCE_S,
        )

    def plug(self) -> None:
        self.mouse.plug(HidgNode(self.target.open_node()))

    def follow(self, step: Step) -> None:
        self.world.create_task(step.outcome(0))

    def _fail(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failures.append(context.get("exception") or AssertionError(context["message"]))

    def clear(self) -> None:
        self.world.do(self.mouse.unplug)
        self._patched.stop()
        self.world.close()
        assert not self.failures, self.failures[0]


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), WAYS, WAYS),
        st.tuples(st.just("press"), SEATS, BUTTONS),
        st.tuples(st.just("release"), SEATS, BUTTONS),
        st.tuples(st.just("leave"), SEATS, st.none()),
        st.tuples(st.just("time"), MOMENTS, st.none()),
        st.tuples(st.just("poll"), st.booleans(), st.none()),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_however_slow_the_host_every_click_is_where_it_was_made(acts: list[Any]) -> None:
    table = Table()
    mouse, world = table.mouse, table.world
    world.do(table.plug)
    table.target.configure()
    world.do(mouse.target_configured)
    world.pass_time(SHOWN_WITHIN_S)
    table.target.collected.clear()

    holds: set[tuple[str, Button]] = set()
    at, wanted, bits = (0, 0), [], 0
    idle_s = 0.0

    def note() -> None:
        nonlocal bits
        now = sum(1 << (button - 1) for button in {button for _, button in holds})
        if now != bits:
            wanted.append((now, at))
        bits = now

    for act, first, second in acts:
        if act == "move":
            world.do(lambda x=first, y=second: table.follow(mouse.move(Motion(x, y))))
            at = at[0] + first, at[1] + second
        elif act == "press":
            world.do(lambda s=first, b=second: table.follow(mouse.press(s, b)))
            holds.add((first, second))
        elif act == "release":
            world.do(lambda s=first, b=second: table.follow(mouse.release(s, b)))
            holds.discard((first, second))
        elif act == "leave":
            world.do(lambda s=first: mouse.leave(s))
            holds = {held for held in holds if held[0] != first}
        elif act == "poll":
            table.target.poll(first)
        elif idle_s + first < PATIENCE_S - 0.1:
            world.pass_time(first)
        idle_s = 0.0 if table.target.is_polling else idle_s + (first if act == "time" else 0.0)
        note()
    table.target.poll(True)
    world.pass_time(60.0)

    seen, place, down = [], (0, 0), 0
    for report in table.target.collected:
        now, dx, dy, _, _ = struct.unpack("<Bbbbb", report)
        if now != down:
            assert (dx, dy) == (0, 0), "a click and a motion in one report"
            seen.append((now, place))
        down = now
        place = place[0] + dx, place[1] + dy
    table.clear()
    assert seen == wanted
    assert place == at


class Desk(RuleBasedStateMachine):
    """People, a mouse, and a target that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.mouse, self.world, self.target = self.table.mouse, self.table.world, self.table.target
        self.pressed: set[tuple[str, Button]] = set()
        self.disturbed_at = 0.0
        self.world.do(self.table.plug)

    @initialize(forgets=st.booleans())
    def begin(self, forgets: bool) -> None:
        self.target.forgets = forgets
        self.the_host_sets_us_up()

    @rule(seat=SEATS, button=BUTTONS)
    def press(self, seat: str, button: Button) -> None:
        self.pressed.add((seat, button))
        self._do(lambda: self.table.follow(self.mouse.press(seat, button)))

    @rule(seat=SEATS, button=BUTTONS)
    def release(self, seat: str, button: Button) -> None:
        self.pressed.discard((seat, button))
        self._do(lambda: self.table.follow(self.mouse.release(seat, button)))

    @rule(seat=SEATS)
    def leave(self, seat: str) -> None:
        self.pressed = {held for held in self.pressed if held[0] != seat}
        self._do(lambda: self.mouse.leave(seat))

    @rule(dx=st.integers(-100, 100))
    def move(self, dx: int) -> None:
        self._do(lambda: self.table.follow(self.mouse.move(Motion(dx=dx))))

    @rule(duration_s=st.sampled_from([0.001, 0.02, 0.5, 1.2]))
    def time_passes(self, duration_s: float) -> None:
        self.world.pass_time(duration_s)

    @rule(is_polling=st.booleans())
    def the_host_polls(self, is_polling: bool) -> None:
        self._do(lambda: self.target.poll(is_polling))

    @rule()
    def the_host_sets_us_up(self) -> None:
        self._do(self.target.configure)
        self._do(self.mouse.target_configured)

    @rule()
    def the_host_goes(self) -> None:
        self._do(self.target.disconnect)
        self._do(self.mouse.target_gone)

    @rule()
    def the_host_goes_and_nobody_says_so(self) -> None:
        self._do(self.target.disconnect)

    @precondition(lambda self: self.target.is_configured)
    @rule()
    def the_host_sleeps_and_wakes_up(self) -> None:
        self._do(lambda: self.target.sleep(True))
        self._do(self.mouse.target_asleep)
        self._do(lambda: self.target.sleep(False))
        self._do(self.mouse.target_configured)

    @rule()
    def the_node_dies_and_is_opened_anew(self) -> None:
        self._do(self.target.kill_nodes)
        self._do(self.table.plug)
        if self.target.is_configured:
            self._do(self.mouse.target_configured)

    @invariant()
    def nothing_has_failed_in_the_background(self) -> None:
        assert not self.table.failures, self.table.failures[0]

    @invariant()
    def nobody_holds_what_nobody_has_pressed(self) -> None:
        assert set(self.mouse.held) <= {button for _, button in self.pressed}

    @invariant()
    def a_button_is_down_at_a_calm_host_if_and_only_if_it_is_held(self) -> None:
        is_calm = self.target.is_well and not self.mouse.trouble
        if is_calm and self.world.time() - self.disturbed_at >= SHOWN_WITHIN_S:
            assert self.target.modifiers == sum(1 << (button - 1) for button in self.mouse.held)

    def teardown(self) -> None:
        """Once the target is well and everybody has gone, no button is down."""
        self.the_host_polls(True)
        self.the_host_sets_us_up()
        for seat in ("s1", "s2", "s3"):
            self.leave(seat)
        self.world.pass_time(SHOWN_WITHIN_S)
        assert self.target.modifiers == 0
        assert self.mouse.held == ()
        assert not self.mouse.trouble
        self.table.clear()

    def _do(self, act: Any) -> None:
        self.disturbed_at = self.world.time()
        self.world.do(act)


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
