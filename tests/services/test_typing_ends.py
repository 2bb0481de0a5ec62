"""How text ends before its time, and what does not end it: counted to the stroke."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from gadgetd.hid.usages import Key
from gadgetd.keys import NOT_COLLECTING
from gadgetd.typist import Reason, Typed
from tests.services.typing_scene import NOTHING, PATIENCE_S, REPORTS, Scene, scene

__all__ = ["scene"]


def test_a_text_that_is_stopped_is_counted_to_the_stroke_when_the_host_goes_on(
    scene: Scene,
) -> None:
    scene.begin()
    scene.polls(2)
    scene.collected  # noqa: B018  # forgotten
    first, second = scene.type(), scene.type()
    scene.polls(2.5)  # one stroke, and another one's keys are on their way down
    scene.end()
    scene.polls(5)
    assert first.result().typed == 2
    assert first.result().unsure == 0
    assert first.result().reason is Reason.STOPPED
    assert (second.result().typed, second.result().reason) == (0, Reason.STOPPED)
    assert scene.collected == [*REPORTS[:3], NOTHING]
    assert scene.type().result().reason is Reason.STOPPED


def test_a_text_that_is_stopped_at_a_host_that_does_not_poll_leaves_one_stroke_unsure(
    scene: Scene,
) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type()
    scene.polls(2.5)
    scene.target.poll(False)
    scene.end()
    scene.world.pass_time(2 * PATIENCE_S)
    assert (answer.result().typed, answer.result().unsure) == (1, 1)
    scene.target.poll(True)
    scene.polls(5)
    assert scene.target.keys_down == set()
    assert not scene.keys.trouble


def test_a_text_that_is_stopped_after_a_long_stall_leaves_nothing_down(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type()
    scene.polls(2.5)
    scene.target.poll(False)
    scene.world.pass_time(5 * PATIENCE_S)
    assert scene.keys.trouble == NOT_COLLECTING
    scene.end()
    assert (answer.result().typed, answer.result().unsure) == (1, 1)
    assert scene.keys.releases == 1
    scene.target.poll(True)
    scene.polls(5)
    assert scene.target.keys_down == set()


@pytest.mark.parametrize("stall_s", [0.25, 0.5, 1, 2, 3, 5, 60])
def test_a_host_that_does_not_poll_for_a_while_loses_nothing_and_gets_nothing_twice(
    scene: Scene, stall_s: float
) -> None:
    scene.begin()
    answer = scene.type()
    scene.polls(4.5)
    scene.target.poll(False)
    scene.world.pass_time(stall_s)
    assert scene.keys.trouble == (NOT_COLLECTING if stall_s >= PATIENCE_S else "")
    scene.target.poll(True)
    scene.polls(20)
    assert answer.result() == Typed(5, held_long=(1,))
    # The same picture once more is no news.
    pictures_seen = [picture for picture, _ in itertools.groupby(scene.collected)]
    assert pictures_seen == [NOTHING, *REPORTS]
    assert not scene.keys.trouble
    assert scene.keys.releases == 0


def test_a_stall_is_told_once_and_so_is_its_end(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    scene.target.poll(False)
    scene.type()
    before = scene.news
    scene.world.pass_time(10 * PATIENCE_S)
    assert scene.keys.trouble == NOT_COLLECTING
    assert scene.news == before + 1
    scene.target.poll(True)
    scene.polls(20)
    assert not scene.keys.trouble
    assert scene.news == before + 2


@pytest.mark.parametrize("what", ["goes", "sleeps", "sets us up", "goes unsaid", "dies"])
def test_a_target_that_is_not_what_it_was_gets_nothing_more(scene: Scene, what: str) -> None:
    scene.begin()
    scene.polls(2)
    answers = [scene.type(), scene.type()]
    scene.polls(4.5)
    scene.collected  # noqa: B018  # forgotten
    acts: dict[str, Callable[[], object]] = {
        "goes": lambda: (scene.target.disconnect(), scene.keys.target_gone()),
        "sleeps": lambda: (scene.target.sleep(True), scene.keys.target_asleep()),
        "sets us up": lambda: (scene.target.configure(), scene.keys.target_configured()),
        "goes unsaid": lambda: scene.target.disconnect(),
        "dies": lambda: scene.target.kill_nodes(),
    }
    scene.do(acts[what])
    scene.world.pass_time(2 * PATIENCE_S)
    first, second = (answer.result() for answer in answers)
    assert (first.typed, first.unsure, first.reason) == (2, 1, Reason.INTERRUPTED)
    assert (second.typed, second.unsure, second.reason) == (0, 0, Reason.INTERRUPTED)
    assert scene.type().result() == second
    # What the kernel had when the node died is collected all the same: that is the unsure one.
    assert [report for report in scene.collected if any(report)] in ([], REPORTS[4:5])
    assert not scene.keys.is_typing


@pytest.mark.parametrize("reports", [2, 3])
def test_the_room_that_a_target_makes_by_setting_us_up_anew_is_not_typed_into(
    scene: Scene, reports: int
) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type()
    scene.polls(reports + 0.5)
    scene.target.poll(False)
    scene.polls(4)
    scene.collected  # noqa: B018  # forgotten
    scene.target.poll(True)
    scene.target.configure()  # there is room, and in the same moment the news
    scene.do(lambda: scene.world.call_soon(scene.keys.target_configured))
    scene.polls(5)
    assert (answer.result().typed, answer.result().unsure) == (1, 1)
    assert not any(any(report) for report in scene.collected)


def test_after_an_interruption_an_empty_report_comes_first_and_then_what_is_held(
    scene: Scene,
) -> None:
    scene.press(Key.LEFT_SHIFT)
    scene.begin()
    scene.type()
    scene.polls(4.5)
    scene.do(lambda: (scene.target.disconnect(), scene.keys.target_gone()))
    scene.collected  # noqa: B018  # forgotten
    scene.do(lambda: (scene.target.configure(), scene.keys.target_configured()))
    scene.polls(5)
    assert scene.collected == [NOTHING, bytes.fromhex("0200000000000000")]


def test_typing_can_begin_again_after_an_interruption(scene: Scene) -> None:
    scene.begin()
    scene.do(lambda: (scene.target.configure(), scene.keys.target_configured()))
    assert scene.type().result().reason is Reason.INTERRUPTED
    scene.begin()
    answer = scene.type()
    scene.polls(40)
    assert answer.result() == Typed(5)


def test_without_a_target_nothing_is_typed(scene: Scene) -> None:
    scene.do(lambda: (scene.target.disconnect(), scene.keys.target_gone()))
    scene.begin()
    answer = scene.type().result()
    assert (answer.reason, answer.sentence) == (
        Reason.INTERRUPTED,
        "The target is not attached.",
    )


def test_a_sleeping_target_is_woken_and_nothing_is_typed_into_its_dreams(scene: Scene) -> None:
    scene.do(lambda: (scene.target.sleep(True), scene.keys.target_asleep()))
    scene.begin()
    assert scene.type().result().reason is Reason.INTERRUPTED
    assert scene.woken == 1
    assert scene.target.in_flight is None
