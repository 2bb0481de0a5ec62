"""How far a key has got: in the kernel's hands, collected by the target, or neither."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from unittest import mock

import pytest

from gadgetd.delivery import Delivery, Fate
from gadgetd.devices import hidg
from gadgetd.devices.hidg import HidgNode
from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.usages import Key
from gadgetd.keys import Keys
from tests.services.usb import POLL_INTERVAL_S, World

WAIT_S = 0.1
PATIENCE_S = 1.0


class Scene:
    """A keyboard at a target that has set it up and has nothing left to collect."""

    def __init__(self) -> None:
        self.world = World()
        self.target = self.world.target
        self.keys = Keys(Keyboard(), lambda: None, lambda: None, patience_s=PATIENCE_S)

    def set_up(self) -> None:
        self.keys.plug(HidgNode(self.target.open_node()))
        self.target.configure()
        self.keys.target_configured()

    def ask(self, what: Coroutine[None, None, Delivery]) -> asyncio.Task[Delivery]:
        answer = self.world.create_task(what)
        self.world.pass_time(0)
        return answer

    def press(self, key: Key, wait_s: float = WAIT_S) -> asyncio.Task[Delivery]:
        return self.ask(self.keys.press("s1", key, wait_s))

    def do(self, *acts: Callable[[], object]) -> None:
        for act in acts:
            self.world.call_soon(act)
        self.world.pass_time(0)


@pytest.fixture
def scene() -> Iterator[Scene]:
    here = Scene()
    with mock.patch.object(hidg, "os", here.target):
        here.do(here.set_up)
        here.world.pass_time(2)  # whatever is told more than once has been
        yield here
        here.do(here.keys.unplug)
    here.world.close()


def test_a_key_is_delivered_when_the_target_has_collected_it(scene: Scene) -> None:
    answer = scene.press(Key.A)
    assert not answer.done()
    scene.world.pass_time(POLL_INTERVAL_S)
    assert answer.result().fate is Fate.DELIVERED
    assert scene.target.keys_down == {Key.A}


def test_who_does_not_wait_hears_at_once_that_it_is_queued(scene: Scene) -> None:
    assert scene.press(Key.A, wait_s=0).result().fate is Fate.QUEUED


def test_a_key_that_nobody_collects_is_queued(scene: Scene) -> None:
    scene.target.poll(False)
    answer = scene.press(Key.A)
    scene.world.pass_time(WAIT_S)
    assert answer.result().fate is Fate.QUEUED


def test_waiting_for_one_key_holds_up_no_other(scene: Scene) -> None:
    pressed = scene.press(Key.A)
    released = scene.ask(scene.keys.release("s1", Key.A, 0))
    others = scene.ask(scene.keys.press("s2", Key.B, WAIT_S))
    scene.world.pass_time(3 * POLL_INTERVAL_S)
    fates = [answer.result().fate for answer in (pressed, released, others)]
    assert fates == [Fate.DELIVERED, Fate.QUEUED, Fate.DELIVERED]
    assert [report[2] for report in scene.target.collected[-3:]] == [Key.A, 0, Key.B]


def test_a_report_lost_with_the_cable_is_undelivered(scene: Scene) -> None:
    answer = scene.press(Key.A)
    scene.target.disconnect()
    scene.do(scene.keys.target_gone)
    assert answer.result() == Delivery(Fate.UNDELIVERED, "The target is not attached.")


def test_the_room_that_a_target_makes_by_setting_us_up_anew_is_not_taken_for_delivery(
    scene: Scene,
) -> None:
    scene.target.poll(False)
    answer = scene.press(Key.A)
    scene.target.configure()  # drops the report; there is room, and in the same moment the news
    scene.do(lambda: scene.world.call_soon(scene.keys.target_configured))
    assert answer.result().fate is Fate.UNDELIVERED


def test_nor_is_it_if_another_key_waits_for_that_room(scene: Scene) -> None:
    scene.target.poll(False)
    answers = [scene.press(Key.A), scene.press(Key.B)]
    scene.target.configure()
    scene.world.call_later(0, scene.keys.target_configured)
    scene.world.pass_time(WAIT_S)
    assert [answer.result().fate for answer in answers] == 2 * [Fate.UNDELIVERED]


def test_a_report_that_waits_for_a_sleeper_is_queued_and_says_for_when(scene: Scene) -> None:
    scene.target.poll(False)
    answer = scene.press(Key.A)
    scene.target.sleep(True)
    scene.do(scene.keys.target_asleep)
    assert answer.result().fate is Fate.QUEUED
    assert "when it wakes up" in answer.result().sentence


def test_a_picture_that_the_target_has_already_is_delivered(scene: Scene) -> None:
    scene.press(Key.A)
    scene.world.pass_time(WAIT_S)
    again = scene.press(Key.A)
    assert again.result().fate is Fate.DELIVERED


def test_a_waiter_who_gives_up_does_not_take_the_answer_from_another(scene: Scene) -> None:
    first, second = scene.press(Key.A), scene.press(Key.A)
    first.cancel()
    scene.world.pass_time(POLL_INTERVAL_S)
    assert second.result().fate is Fate.DELIVERED


def test_a_target_that_has_gone_unsaid_is_absent_and_not_deaf(scene: Scene) -> None:
    scene.target.poll(False)
    scene.press(Key.A, wait_s=0)
    waiting = scene.press(Key.B)
    scene.target.disconnect()  # and the controller goes on saying "configured"
    scene.world.pass_time(PATIENCE_S)
    assert waiting.result().sentence == "The target is not attached."
    assert scene.keys.held == (Key.A, Key.B)
