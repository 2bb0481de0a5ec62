"""A mouse at a target that has stopped asking for it, when no controller tells why."""

from __future__ import annotations

from gadgetd.delivery import Fate
from tests.services.test_mice import PATIENCE_S, Scene, absolute, relative

__all__ = ["absolute", "relative"]


def test_a_single_report_that_is_not_collected_is_watched_too(relative: Scene) -> None:
    relative.target.poll(False)
    assert relative.press()().is_queued
    relative.world.pass_time(PATIENCE_S)
    assert relative.mouse.held == ()
    assert relative.mouse.trouble
    relative.target.poll(True)
    relative.later()
    assert [report[0] for report in relative.arrived[1:]] == [1, 0]
    assert relative.mouse.trouble == ""


def test_who_was_sent_to_sleep_with_a_click_is_not_woken_up_by_its_end(relative: Scene) -> None:
    relative.press()
    relative.later()
    relative.target.poll(False)
    relative.release()
    relative.world.pass_time(5 * PATIENCE_S)
    assert relative.mouse.trouble
    assert relative.wakings == []


def test_a_target_that_fell_asleep_in_a_long_silence_finds_no_click_when_it_wakes_up(
    absolute: Scene,
) -> None:
    absolute.move(place=(7, 8))
    absolute.world.pass_time(60)
    absolute.target.poll(False)
    answer = absolute.press()
    absolute.world.pass_time(PATIENCE_S)
    assert answer().fate is Fate.UNDELIVERED
    assert len(absolute.wakings) == 1
    absolute.target.poll(True)
    absolute.later()
    assert {report[0] for report in absolute.arrived} == {0}
    assert absolute.press()().is_queued
    absolute.later()
    assert absolute.arrived == [(1, 7, 8, 0, 0)]
