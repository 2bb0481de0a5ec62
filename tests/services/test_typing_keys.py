"""What people press while text is being typed: none of it comes in between."""

from __future__ import annotations

from gadgetd.hid.usages import Key
from gadgetd.keys import NOT_COLLECTING
from gadgetd.typist import Reason
from tests.services.typing_scene import NOTHING, PATIENCE_S, REPORTS, TEXT, Scene, scene

__all__ = ["scene"]


def test_what_is_held_is_up_at_the_target_while_text_is_typed_and_down_again_after_it(
    scene: Scene,
) -> None:
    scene.press(Key.LEFT_SHIFT)
    scene.press(Key.Z, seat="s3")
    scene.polls(3)
    scene.collected  # noqa: B018  # forgotten
    scene.begin()
    scene.type()
    scene.release(Key.Z, seat="s3")
    scene.polls(20)
    assert scene.keys.held == (Key.LEFT_SHIFT,)
    assert scene.collected == [NOTHING, *REPORTS]
    scene.end()
    scene.polls(3)
    assert scene.collected == [NOTHING, bytes.fromhex("0200000000000000")]


def test_keys_that_wait_for_the_text_come_after_it_in_their_order(scene: Scene) -> None:
    scene.begin()
    scene.type()
    answers = [
        scene.press(Key.Y, after_text=True),
        scene.press(Key.Z, seat="s1", after_text=True),
        scene.release(Key.Y),
        scene.release(Key.Z, seat="s1"),
    ]
    scene.world.pass_time(5 * PATIENCE_S)
    assert not any(answer.done() for answer in answers)
    assert scene.collected == [NOTHING, *REPORTS]
    scene.end()
    scene.polls(10)
    assert all(answer.result().is_queued for answer in answers)
    assert [report[2:4].hex() for report in scene.collected] == [
        "0000",
        "1c00",
        "1c1d",
        "1d00",
        "0000",
    ]


def test_a_key_that_does_not_want_to_wait_for_the_text_is_given_up_and_its_release_is_no_news(
    scene: Scene,
) -> None:
    scene.begin()
    scene.type(TEXT * 100)
    pressed, released = scene.press(Key.Z), scene.release(Key.Z)
    scene.world.pass_time(PATIENCE_S)
    assert pressed.result().sentence == "Text is being typed; stop it to press keys."
    assert not pressed.result().is_queued
    assert released.result().is_queued
    scene.world.pass_time(20)
    scene.end()
    scene.polls(5)
    assert all(report[2] != Key.Z for report in scene.collected)
    assert scene.keys.held == ()


def test_a_seat_that_lets_go_of_all_wants_nothing_any_more_that_waits(scene: Scene) -> None:
    scene.press(Key.LEFT_SHIFT)
    scene.begin()
    waiting, others = scene.press(Key.Z, after_text=True), scene.press(Key.Y, "s3", after_text=True)
    scene.ask(scene.keys.release_seat("s2"))
    assert not waiting.result().is_queued
    assert scene.keys.held == ()
    scene.end()
    scene.polls(5)
    assert others.result().is_queued
    assert scene.keys.held == (Key.Y,)


def test_who_types_and_leaves_gives_the_keyboard_back(scene: Scene) -> None:
    scene.press(Key.LEFT_SHIFT)
    scene.begin("s1")
    answer = scene.type()
    scene.polls(2.5)
    scene.do(lambda: scene.keys.leave("s1"))
    scene.polls(5)
    assert answer.result().reason is Reason.STOPPED
    assert not scene.keys.is_typing
    assert scene.target.keys_down == {Key.LEFT_SHIFT}


def test_keys_meant_for_after_a_text_that_was_interrupted_are_not_pressed(scene: Scene) -> None:
    scene.begin()
    scene.type()
    enter = scene.press(Key.ENTER, after_text=True)
    scene.do(lambda: (scene.target.configure(), scene.keys.target_configured()))
    assert enter.result().sentence == "The text before it was interrupted."
    assert scene.keys.held == ()


def test_the_keys_that_wait_at_a_host_that_does_not_poll_are_given_up_when_text_ends(
    scene: Scene,
) -> None:
    scene.begin()
    scene.polls(2)
    scene.target.poll(False)
    scene.type()
    waiting = scene.press(Key.Z, after_text=True)
    scene.world.pass_time(3 * PATIENCE_S)
    scene.end()
    assert waiting.result().sentence == NOT_COLLECTING
    assert scene.keys.held == ()


def test_a_key_pressed_at_a_sleeping_target_asks_it_to_wake_up(scene: Scene) -> None:
    scene.do(lambda: (scene.target.sleep(True), scene.keys.target_asleep()))
    answer = scene.press(Key.A).result()
    assert not answer.is_queued
    assert answer.sentence == "The target is asleep; it has been asked to wake up."
    assert scene.woken == 1
    scene.release(Key.A)
    assert scene.woken == 1
