"""Keys at a target that has stopped asking for them, when no controller tells why.

Of a report that the kernel has taken nothing can be taken back. So it is watched as well, and what
a target that has been silent for long is sent first is nothing that it could find in the morning.
"""

from __future__ import annotations

import pytest

from gadgetd.delivery import Fate
from gadgetd.hid.usages import Key
from gadgetd.keys import NOT_COLLECTING
from tests.services.typing_scene import NOTHING, PATIENCE_S, Scene, scene
from tests.services.usb import POLL_INTERVAL_S

__all__ = ["scene"]

A = bytes([0, 0, Key.A, 0, 0, 0, 0, 0])
LONG_S = 60.0


@pytest.fixture
def fresh(scene: Scene) -> Scene:
    """The same, with what it was shown at first forgotten."""
    scene.collected  # noqa: B018  # forgotten
    return scene


def test_a_single_key_that_is_not_collected_is_let_go_of_and_told(fresh: Scene) -> None:
    fresh.target.poll(False)
    assert fresh.press(Key.A).result().fate is Fate.QUEUED
    fresh.world.pass_time(PATIENCE_S)
    assert fresh.keys.held == ()
    assert fresh.keys.trouble == NOT_COLLECTING
    assert fresh.keys.releases == 1
    fresh.world.pass_time(LONG_S)
    fresh.target.poll(True)
    fresh.polls(5)
    # The kernel does not give the key back; but it is up with the very next report.
    assert fresh.collected == [A, NOTHING]
    assert not fresh.keys.trouble
    assert fresh.keys.releases == 1


def test_a_single_key_that_is_not_collected_asks_a_sleeper_to_wake_up(fresh: Scene) -> None:
    fresh.target.poll(False)
    fresh.press(Key.A)
    fresh.world.pass_time(PATIENCE_S)
    assert fresh.woken == 1


def test_who_was_sent_to_sleep_with_a_key_is_not_woken_up_by_its_release(fresh: Scene) -> None:
    fresh.press(Key.ENTER)
    fresh.polls(5)
    fresh.target.poll(False)
    fresh.release(Key.ENTER)
    fresh.world.pass_time(LONG_S)
    assert fresh.woken == 0
    assert fresh.keys.trouble == NOT_COLLECTING
    fresh.target.poll(True)
    fresh.polls(5)
    assert fresh.target.keys_down == set()


def test_a_target_that_fell_asleep_in_a_long_silence_finds_no_key_when_it_wakes_up(
    fresh: Scene,
) -> None:
    fresh.world.pass_time(LONG_S)
    fresh.target.poll(False)
    answer = fresh.press(Key.A)
    fresh.world.pass_time(PATIENCE_S)
    assert answer.result().fate is Fate.UNDELIVERED
    assert fresh.woken == 1
    fresh.world.pass_time(LONG_S)
    fresh.target.poll(True)
    fresh.polls(5)
    assert set(fresh.collected) == {NOTHING}
    assert not fresh.keys.trouble


def test_after_a_long_silence_a_key_is_one_report_later_and_arrives(fresh: Scene) -> None:
    fresh.press(Key.LEFT_SHIFT)
    fresh.world.pass_time(LONG_S)
    answer = fresh.press(Key.A, patience_s=0.1)
    fresh.polls(3)
    assert answer.result().fate is Fate.DELIVERED
    assert [report[:3].hex() for report in fresh.collected] == ["020000", "020000", "020004"]
    fresh.press(Key.B)
    fresh.polls(3)
    assert len(fresh.collected) == 1, "who has just asked is not put to the test"


def test_a_key_that_is_collected_in_time_is_left_alone(fresh: Scene) -> None:
    fresh.target.poll(False)
    fresh.press(Key.A)
    fresh.world.pass_time(PATIENCE_S - 2 * POLL_INTERVAL_S)
    fresh.target.poll(True)
    fresh.world.pass_time(LONG_S)
    assert fresh.keys.held == (Key.A,)
    assert fresh.target.keys_down == {Key.A}
    assert (fresh.keys.trouble, fresh.keys.releases) == ("", 0)


def test_a_key_that_waits_behind_another_has_a_patience_of_its_own(fresh: Scene) -> None:
    fresh.target.poll(False)
    fresh.press(Key.A)
    fresh.world.pass_time(0.9 * PATIENCE_S)
    second = fresh.press(Key.B)
    fresh.world.pass_time(0.9 * PATIENCE_S)
    fresh.target.poll(True)
    fresh.polls(5)
    assert second.result().fate is Fate.QUEUED
    assert fresh.target.keys_down == {Key.A, Key.B}


def test_a_target_that_has_gone_unsaid_with_the_only_key_is_absent_and_not_deaf(
    fresh: Scene,
) -> None:
    fresh.target.poll(False)
    fresh.press(Key.A)
    fresh.target.disconnect()  # and the controller goes on saying "configured"
    fresh.world.pass_time(PATIENCE_S)
    assert fresh.keys.is_target_absent
    assert fresh.keys.held == (Key.A,)
    assert fresh.keys.releases == 0


def test_a_target_that_has_just_come_may_take_longer_to_ask_for_the_first_time(
    fresh: Scene,
) -> None:
    fresh.target.poll(False)
    fresh.do(lambda: (fresh.target.configure(), fresh.keys.target_configured()))
    fresh.world.pass_time(3 * PATIENCE_S)
    fresh.press(Key.DELETE)
    fresh.world.pass_time(PATIENCE_S / 2)
    fresh.target.poll(True)
    fresh.polls(5)
    assert fresh.target.keys_down == {Key.DELETE}


def test_a_text_is_not_given_up_for_a_key_that_was_not_collected_before_it(
    fresh: Scene,
) -> None:
    fresh.target.poll(False)
    fresh.press(Key.A)
    fresh.begin()
    answer = fresh.type([[5]])
    fresh.world.pass_time(LONG_S)
    assert fresh.keys.held == (Key.A,)
    assert fresh.keys.releases == 0
    fresh.target.poll(True)
    fresh.world.pass_time(PATIENCE_S)
    assert answer.result().typed == 1
