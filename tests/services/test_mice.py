"""From motions and clicks to reports that the target has taken, and what happens if it does not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from unittest import mock

import pytest

from gadgetd.delivery import Delivery, Fate
from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.failures import MouseMissingError
from gadgetd.hid.mouse import Motion
from gadgetd.hid.usages import Button
from gadgetd.mice import Kind, Mice, Mouse, Step
from tests.services.usb import POLL_INTERVAL_S, World

PATIENCE_S = 1.0
NOWHERE = (32768, 32768)


class Scene:
    """One mouse at a target that has set it up and has nothing left to collect."""

    def __init__(self, kind: Kind) -> None:
        self.world = World()
        self.target = self.world.target
        self.wakings: list[None] = []
        self.losses: list[None] = []
        self.mice = Mice(
            {kind: True},
            changed=lambda: None,
            lost=lambda: self.losses.append(None),
            wake=lambda: self.wakings.append(None),
            patience_s=PATIENCE_S,
        )
        self.mouse: Mouse = self.mice.get(kind)
        self._format = "<Bbbbb" if kind is Kind.RELATIVE else "<BHHbb"

    def set_up(self) -> None:
        self.mouse.plug(HidgNode(self.target.open_node()))
        self.target.configure()
        self.mouse.target_configured()

    def do(self, *acts: Callable[[], object]) -> None:
        for act in acts:
            self.world.call_soon(act)
        self.world.pass_time(0)

    def begin(self, act: Callable[[], Step], wait_s: float = 0.0) -> Callable[[], Delivery]:
        """Begin something; gives a way to ask what became of it."""
        answer = self.world.create_future()

        async def follow() -> None:
            answer.set_result(await act().outcome(wait_s))

        self.world.create_task(follow())
        self.world.pass_time(0)
        return answer.result

    def move(self, wait_s: float = 0.0, **motion: object) -> Callable[[], Delivery]:
        return self.begin(lambda: self.mouse.move(Motion(**motion)), wait_s)  # type: ignore[arg-type]

    def press(self, button: Button = Button.LEFT, seat: str = "s1") -> Callable[[], Delivery]:
        return self.begin(lambda: self.mouse.press(seat, button))

    def release(self, button: Button = Button.LEFT, seat: str = "s1") -> Callable[[], Delivery]:
        return self.begin(lambda: self.mouse.release(seat, button))

    def later(self, reports: int = 40) -> None:
        """So much later that this many reports can have gone."""
        self.world.pass_time(reports * POLL_INTERVAL_S)

    @property
    def arrived(self) -> list[tuple[int, ...]]:
        """The reports that the target has collected: buttons, X, Y, wheel, pan."""
        reports = [struct.unpack(self._format, report) for report in self.target.collected]
        self.target.collected.clear()
        return reports


def playing(kind: Kind) -> Iterator[Scene]:
    here = Scene(kind)
    with mock.patch.object(hidg, "os", here.target):
        here.do(here.set_up)
        here.later()
        yield here
        here.do(here.mouse.unplug)
    here.world.close()


@pytest.fixture
def relative() -> Iterator[Scene]:
    yield from playing(Kind.RELATIVE)


@pytest.fixture
def absolute() -> Iterator[Scene]:
    yield from playing(Kind.ABSOLUTE)


def test_a_target_that_has_just_set_us_up_is_told_that_no_button_is_down(relative: Scene) -> None:
    assert relative.arrived == [(0, 0, 0, 0, 0)]


def test_as_long_as_nobody_has_pointed_anywhere_the_absolute_mouse_says_no_place(
    absolute: Scene,
) -> None:
    assert absolute.arrived == [(0, *NOWHERE, 0, 0)]


def test_a_motion_arrives_and_is_known_to_have_arrived(relative: Scene) -> None:
    answer = relative.move(0.1, dx=3, dy=-4, wheel=1, pan=-1)
    relative.later()
    assert answer().fate is Fate.DELIVERED
    assert relative.arrived[1:] == [(0, 3, -4, 1, -1)]


def test_who_does_not_wait_hears_that_a_motion_is_queued(relative: Scene) -> None:
    assert relative.move(dx=1)().fate is Fate.QUEUED


def test_a_long_motion_is_several_reports_and_is_answered_with_the_last(relative: Scene) -> None:
    answer = relative.move(0.5, dx=-254, dy=127)
    relative.later()
    assert answer().fate is Fate.DELIVERED
    assert relative.arrived[1:] == [(0, -127, 63, 0, 0), (0, -127, 64, 0, 0)]


def test_a_place_arrives_and_stays_the_place_of_clicks_and_wheels(absolute: Scene) -> None:
    absolute.move(place=(100, 32767))
    absolute.press()
    absolute.move(wheel=-1)
    absolute.later()
    assert absolute.arrived[1:] == [
        (0, 100, 32767, 0, 0),
        (1, 100, 32767, 0, 0),
        (1, 100, 32767, -1, 0),
    ]


def test_while_the_host_is_slow_distances_add_up(relative: Scene) -> None:
    for _ in range(10):
        relative.move(dx=5, wheel=1)
    relative.later()
    # The first goes at once, the second waits for it, and the others wait for a place to wait in.
    assert relative.arrived[1:] == [(0, 5, 0, 1, 0), (0, 5, 0, 1, 0), (0, 40, 0, 8, 0)]


def test_while_the_host_is_slow_only_the_newest_place_counts(absolute: Scene) -> None:
    for x in range(10):
        absolute.move(place=(x, 0))
    absolute.later()
    assert [x for _, x, *_ in absolute.arrived[1:]] == [0, 1, 9]


def test_everybody_whose_motion_became_part_of_another_hears_what_became_of_it(
    relative: Scene,
) -> None:
    answers = [relative.move(0.5, dx=100) for _ in range(5)]
    relative.later()
    assert {answer().fate for answer in answers} == {Fate.DELIVERED}


def test_motions_do_not_join_across_a_click(relative: Scene) -> None:
    relative.move(dx=1)
    relative.move(dx=1)
    for _ in range(2):
        relative.move(dx=10)
        relative.press()
        relative.move(dx=20)
        relative.release()
    relative.later()
    moved = 0
    clicks = []
    bits = 0
    for report in relative.arrived[1:]:
        if report[0] != bits:
            assert report[1:] == (0, 0, 0, 0), "a click is not a motion too"
            clicks.append((report[0], moved))
        bits = report[0]
        moved += report[1]
    assert clicks == [(1, 12), (0, 32), (1, 42), (0, 62)]


def test_every_click_of_a_fast_finger_arrives(relative: Scene) -> None:
    relative.target.poll(False)
    for _ in range(10):
        relative.press()
        relative.release()
    relative.target.poll(True)
    relative.later()
    assert [report[0] for report in relative.arrived[1:]] == [1, 0] * 10


def test_a_button_that_two_hold_goes_up_with_the_second(relative: Scene) -> None:
    relative.press(seat="s1")
    relative.press(seat="s2")
    relative.do(lambda: relative.mice.leave("s1"))
    relative.later()
    assert relative.mouse.held == (Button.LEFT,)
    assert relative.arrived[-1][0] == 1
    relative.release(seat="s2")
    relative.later()
    assert relative.arrived[-1][0] == 0


def test_a_seat_that_leaves_lets_go_of_its_own_buttons_only(relative: Scene) -> None:
    relative.press(Button.LEFT, "s1")
    relative.press(Button.RIGHT, "s2")
    relative.press(Button.FORWARD, "s1")
    relative.do(lambda: relative.mice.leave("s1"))
    relative.later()
    assert relative.arrived[-1][0] == 0b00010
    assert relative.mouse.held == (Button.RIGHT,)


def test_a_seat_that_holds_nothing_leaves_without_a_word(relative: Scene) -> None:
    relative.do(lambda: relative.mice.leave("s9"))
    relative.later()
    assert len(relative.arrived) == 1


def test_letting_go_of_what_is_not_held_is_no_news(relative: Scene) -> None:
    assert relative.release()().is_queued
    relative.later()
    assert len(relative.arrived) == 1


def test_releasing_all_releases_every_seat(relative: Scene) -> None:
    relative.press(Button.LEFT, "s1")
    relative.press(Button.RIGHT, "s2")
    answer = relative.begin(relative.mouse.release_all)
    relative.later()
    assert answer().is_queued
    assert relative.arrived[-1][0] == 0


def test_a_host_that_does_not_ask_costs_every_button_and_is_told_so_first_when_it_asks(
    absolute: Scene,
) -> None:
    absolute.move(place=(7, 8))
    absolute.later()
    absolute.target.poll(False)
    first = absolute.press()
    second = absolute.move(place=(9, 9))
    assert first().is_queued  # the kernel has it
    absolute.world.pass_time(PATIENCE_S)
    assert second().fate is Fate.UNDELIVERED
    assert second().sentence == "The target is attached, but does not ask for the absolute mouse."
    assert absolute.mouse.trouble == second().sentence
    assert absolute.mouse.held == ()
    absolute.arrived  # noqa: B018  # forgets them
    absolute.target.poll(True)
    absolute.later()
    # What the kernel had is out of our hands; then the buttons go up, and nothing has moved.
    assert absolute.arrived == [(1, 7, 8, 0, 0), (0, 7, 8, 0, 0)]
    assert absolute.mouse.trouble == ""


def test_while_the_host_does_not_ask_nothing_is_begun(relative: Scene) -> None:
    relative.target.poll(False)
    relative.move(dx=1)
    relative.move(dx=1)
    relative.world.pass_time(PATIENCE_S)
    assert relative.press()().fate is Fate.UNDELIVERED
    assert relative.move(dx=9)().fate is Fate.UNDELIVERED
    assert relative.mouse.held == ()
    relative.target.poll(True)
    relative.later()
    assert relative.arrived[1:] == [(0, 1, 0, 0, 0), (0, 0, 0, 0, 0)]


def test_patience_is_for_each_report_and_not_for_the_whole_way(relative: Scene) -> None:
    answer = relative.move(0.0, dx=32767)
    relative.world.pass_time(2 * PATIENCE_S)
    relative.later(100)
    assert answer().is_queued
    assert sum(report[1] for report in relative.arrived) == 32767


def test_when_the_target_goes_a_drag_has_ended(relative: Scene) -> None:
    relative.press()
    relative.later()
    relative.do(relative.target.disconnect, relative.mouse.target_gone)
    assert relative.mouse.held == ()
    assert relative.press()().sentence == "The target is not attached."
    assert relative.mouse.held == ()
    relative.do(relative.target.configure, relative.mouse.target_configured)
    relative.later()
    assert relative.arrived[-1] == (0, 0, 0, 0, 0)


def test_a_target_set_up_anew_does_not_see_the_absolute_mouse_jump(absolute: Scene) -> None:
    absolute.move(place=(10, 20))
    absolute.later()
    absolute.do(absolute.target.configure, absolute.mouse.target_configured)
    absolute.later()
    assert absolute.arrived[-2:] == [(0, 10, 20, 0, 0), (0, 10, 20, 0, 0)]


def test_a_place_that_never_got_there_is_not_gone_back_to(absolute: Scene) -> None:
    absolute.move(place=(10, 20))
    absolute.later()
    absolute.target.poll(False)
    absolute.move(place=(11, 21))  # in the hands of the kernel
    absolute.move(place=(30, 40))  # and this one never
    absolute.world.pass_time(PATIENCE_S)
    absolute.target.poll(True)
    absolute.later()
    assert absolute.arrived[-1] == (0, 11, 21, 0, 0)


def test_a_sleeping_target_is_asked_to_wake_up_by_a_button_but_not_by_a_motion(
    relative: Scene,
) -> None:
    relative.do(lambda: relative.target.sleep(True), relative.mouse.target_asleep)
    assert relative.move(dx=1)().sentence == "The target is asleep."
    assert relative.wakings == []
    assert relative.press()() == Delivery(
        Fate.UNDELIVERED, "The target is asleep; it has been asked to wake up."
    )
    assert len(relative.wakings) == 1
    relative.do(lambda: relative.target.sleep(False), relative.mouse.target_configured)
    relative.later()
    assert {report[0] for report in relative.arrived} == {0}, "nothing stale arrives"


def test_a_target_that_does_not_ask_may_sleep_and_a_click_asks_it_to_wake_up(
    relative: Scene,
) -> None:
    # Hardly a controller tells that its host has suspended it: it looks as if it did not poll.
    relative.target.poll(False)
    relative.move(dx=1)
    relative.move(dx=1)
    relative.world.pass_time(PATIENCE_S)
    assert relative.wakings == [], "motion does not wake anybody up"
    relative.press()
    assert len(relative.wakings) == 1
    relative.target.poll(True)
    relative.later()
    relative.target.poll(False)
    relative.press()  # the kernel has it, and nobody collects it
    relative.world.pass_time(PATIENCE_S)
    assert len(relative.wakings) == 2
    relative.target.poll(True)
    relative.later()
    relative.release()
    relative.world.pass_time(2 * PATIENCE_S)
    assert len(relative.wakings) == 2, "who is awake is left alone"


def test_a_click_that_waits_behind_another_at_a_sleeping_target_asks_it_too(
    relative: Scene,
) -> None:
    relative.target.poll(False)
    relative.move(dx=1)
    relative.press()
    relative.world.pass_time(PATIENCE_S)
    assert len(relative.wakings) == 1


def test_a_target_that_a_motion_has_found_takes_more(relative: Scene) -> None:
    relative.do(relative.mouse.target_gone)
    assert relative.move(dx=1)().is_queued
    assert relative.mouse.trouble == ""


def test_a_dead_node_is_given_back_and_asked_for_anew(relative: Scene) -> None:
    relative.press()
    relative.later()
    relative.do(relative.target.kill_nodes)
    assert relative.move(dx=1)().fate is Fate.UNDELIVERED
    assert (len(relative.losses), relative.mouse.has_node, relative.mouse.held) == (1, False, ())
    assert relative.press()().fate is Fate.UNDELIVERED
    assert relative.mouse.held == ()


def test_a_mouse_that_the_configuration_leaves_out_names_the_setting() -> None:
    mice = Mice(
        {Kind.ABSOLUTE: True, Kind.RELATIVE: False},
        changed=lambda: None,
        lost=lambda: None,
        wake=lambda: None,
        patience_s=PATIENCE_S,
    )
    with pytest.raises(MouseMissingError) as caught:
        mice.get(Kind.RELATIVE)
    assert caught.value.code == "mouse_missing"
    assert "mouse.relative: false" in caught.value.sentence
