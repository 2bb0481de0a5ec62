"""Text as strokes: as fast as the target takes them, all of them, and nobody else's in between."""

from __future__ import annotations

import itertools

import pytest

from gadgetd.failures import TypingBusyError, TypingNotBegunError
from gadgetd.hid.usages import Key, Led
from gadgetd.typist import Reason, Typed
from tests.services.typing_scene import NOTHING, REPORTS, TEXT, Scene, scene
from tests.services.usb import DEAF_S, POLL_INTERVAL_S

__all__ = ["scene"]


def test_a_stroke_is_its_keys_down_together_and_then_none(scene: Scene) -> None:
    scene.begin()
    answer = scene.type()
    scene.polls(20)
    assert answer.result() == Typed(5)
    assert scene.collected == [NOTHING, *REPORTS]


def test_there_is_a_report_for_each_poll_from_one_request_to_the_next(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    assert scene.collected == [NOTHING]
    answers = [scene.type() for _ in range(3)]
    scene.polls(30.5)
    assert scene.collected == REPORTS * 3
    assert all(answer.result() == Typed(5) for answer in answers)


def test_it_is_answered_when_the_last_stroke_has_been_collected(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type([[4]])
    scene.polls(1)
    scene.target.poll(False)  # the host has seen the key go down, and not up
    scene.polls(5)
    assert not answer.done()
    scene.target.poll(True)
    scene.polls(1.5)
    assert answer.result() == Typed(1)


def gaps_of(scene: Scene, report_count: int) -> list[float]:
    """Seconds from each report that the target collects to the next."""
    times: list[float] = []
    for count in range(2, 2 + report_count):
        while len(scene.target.collected) < count:
            scene.world.pass_time(0.001)
        times.append(scene.world.time())
    return [after - before for before, after in itertools.pairwise(times)]


def test_a_short_delay_is_half_after_the_key_went_down_and_half_after_it_went_up(
    scene: Scene,
) -> None:
    scene.begin()
    scene.polls(2)
    scene.type([[4], [5]], delay_s=0.04)
    gaps = gaps_of(scene, 4)
    assert all(abs(gap - (0.02 + POLL_INTERVAL_S)) < 0.005 for gap in gaps)


def test_a_long_delay_holds_no_key_for_so_long_that_the_target_would_repeat_it(
    scene: Scene,
) -> None:
    scene.begin()
    scene.polls(2)
    scene.type([[4], [5]], delay_s=1.0)
    held, pause, held_too = gaps_of(scene, 4)
    assert held < 0.1
    assert held_too < 0.1
    assert abs(held + pause - 1.0) < 0.05


def test_a_key_that_the_target_was_left_with_for_long_is_told(scene: Scene) -> None:
    # It lets go of nothing by itself, and most systems repeat a key after 250 ms or more.
    scene.begin()
    scene.polls(2)
    answer = scene.type([[4], [5], [6]])
    scene.polls(3)  # 4 down and up, 5 down
    assert scene.target.keys_down == {5}
    scene.target.poll(False)
    scene.world.pass_time(0.4)
    scene.target.poll(True)
    scene.polls(10)
    assert answer.result() == Typed(3, held_long=(1,))


def test_a_target_that_does_not_poll_between_two_keys_repeats_none(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type([[4], [5], [6]])
    scene.polls(2)
    assert scene.target.keys_down == set()
    scene.target.poll(False)
    scene.world.pass_time(0.4)
    scene.target.poll(True)
    scene.polls(10)
    assert answer.result() == Typed(3)


def test_a_host_that_throws_away_what_comes_first_loses_nothing(scene: Scene) -> None:
    scene.target.is_deaf_at_first = True
    scene.do(lambda: (scene.target.configure(), scene.keys.target_configured()))
    scene.begin()
    heard_from = scene.world.time() + DEAF_S
    scene.type([[4]])
    while len(scene.target.collected) < 3:
        scene.world.pass_time(0.001)
    assert scene.world.time() > heard_from
    assert scene.target.keys_down == {4}


def test_a_stroke_changes_nothing_in_the_status(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    before = scene.news
    scene.type()
    scene.polls(20)
    assert scene.news == before


def test_what_is_typed_can_be_seen_in_no_object(scene: Scene) -> None:
    scene.target.poll(False)
    scene.begin()
    answer = scene.type([[0x1E]])
    scene.polls(2)
    queue = scene.keys._typist._queue
    assert len(queue) == 1
    for thing in (*queue, scene.keys._typist, scene.keys._outbox, answer, NOTHING):
        assert "x1e" not in repr(thing)


def test_another_seat_cannot_type_at_the_same_time(scene: Scene) -> None:
    scene.begin("s1")
    with pytest.raises(TypingBusyError):
        scene.keys.typing_begin("s2")
    with pytest.raises(TypingNotBegunError):
        scene.type(seat="s2").result()
    scene.end("s1")
    scene.begin("s2")
    answer = scene.type(seat="s2")
    scene.polls(30)
    assert answer.result() == Typed(5)


def test_beginning_again_changes_nothing(scene: Scene) -> None:
    scene.begin()
    answer = scene.type()
    scene.begin()
    scene.polls(20)
    assert answer.result() == Typed(5)
    assert scene.collected == [NOTHING, *REPORTS]


def test_text_stops_before_the_stroke_that_a_lock_light_would_change(scene: Scene) -> None:
    scene.begin()
    scene.polls(2)
    answer = scene.type(lights=frozenset())
    scene.polls(4.5)
    scene.target.light(0b10)
    scene.polls(5)
    assert answer.result().reason is Reason.LIGHTS
    assert (answer.result().typed, answer.result().unsure) == (3, 0)
    assert scene.type().result().typed == 0
    waiting = scene.press(Key.Z, after_text=True)
    scene.begin()  # the seat keeps the keyboard, and goes on in its own way
    rest = scene.type(TEXT[3:], lights=frozenset({Led.CAPS_LOCK, Led.SCROLL_LOCK}))
    scene.polls(10)
    assert rest.result() == Typed(2)
    assert not waiting.done()
    assert scene.collected == [NOTHING, *REPORTS]


def test_the_lights_matter_only_to_who_asks(scene: Scene) -> None:
    scene.target.light(0b11)
    scene.begin()
    answer = scene.type()
    scene.polls(20)
    assert answer.result() == Typed(5)
