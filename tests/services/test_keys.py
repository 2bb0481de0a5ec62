"""From keys to reports that the target has taken, and what happens when it does not take them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.usages import Key, Led
from gadgetd.keys import Keys
from tests.services.hosts import Host

NOTHING = "00 00 00 00 00 00 00 00"
A = "00 00 04 00 00 00 00 00"
A_AND_B = "00 00 04 05 00 00 00 00"
B = "00 00 05 00 00 00 00 00"
SHIFT = "02 00 00 00 00 00 00 00"
PATIENCE_S = 0.1


class Scene:
    """A keyboard service and the host it is plugged into."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.keys = Keys(Keyboard(), self.news.set, lambda: None, patience_s=PATIENCE_S)
        self.host = Host()

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait until the status says so."""
        while not happened():
            await self.news.wait()
            self.news.clear()

    def configure(self) -> None:
        self.keys.plug(self.host.node)
        self.keys.target_configured()


def play(act: Callable[[Scene], Awaitable[None]]) -> None:
    async def scene() -> None:
        await act(Scene())

    asyncio.run(scene())


def test_a_target_that_has_just_configured_us_first_gets_an_empty_report() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        assert scene.host.collect() == [NOTHING]

    play(act)


def test_each_key_is_one_report_and_is_answered_when_it_is_queued() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        assert (await scene.keys.press("s1", Key.A)).is_queued
        assert (await scene.keys.release("s1", Key.A)).is_queued
        assert scene.host.collect() == [NOTHING, A, NOTHING]

    play(act)


def test_pressing_what_is_held_says_nothing_new_to_the_target() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        for _ in range(3):
            assert (await scene.keys.press("s1", Key.A)).is_queued
        assert scene.host.collect() == [NOTHING, A]

    play(act)


def test_a_seat_that_leaves_lets_go_of_its_own_keys_only() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        await scene.keys.press("s1", Key.A)
        await scene.keys.press("s2", Key.B)
        scene.keys.leave("s1")
        assert scene.host.collect() == [NOTHING, A, A_AND_B, B]

    play(act)


def test_a_key_let_go_of_while_too_many_are_down_does_not_stay_down_at_the_target() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        await scene.keys.press("s2", Key.A)
        for key in (Key.B, Key.C, Key.D, Key.E, Key.F, Key.G, Key.H):
            scene.host.collect()
            await scene.keys.press("s1", key)
        scene.host.collect()
        scene.keys.leave("s2")
        # A host ignores "too many keys", and so would not see that A has gone.
        assert scene.host.collect() == ["00 00 05 06 07 08 09 00", "00 00 01 01 01 01 01 01"]

    play(act)


def test_without_a_target_a_key_is_undelivered_but_held() -> None:
    async def act(scene: Scene) -> None:
        answer = await scene.keys.press("s1", Key.A)
        assert not answer.is_queued
        assert answer.sentence == "The target is not attached."
        assert scene.keys.held == (Key.A,)

    play(act)


def test_a_key_held_while_the_target_comes_arrives_after_the_empty_report_and_once_more() -> None:
    async def act(scene: Scene) -> None:
        await scene.keys.press("s1", Key.DELETE)
        scene.configure()
        held = "00 00 4c 00 00 00 00 00"
        assert scene.host.collect()[:2] == [NOTHING, held]
        seen: list[str] = []
        while not seen:
            await asyncio.sleep(0.01)
            seen = scene.host.collect()
        assert set(seen) == {held}

    play(act)


def test_a_key_released_before_the_target_comes_never_arrives() -> None:
    async def act(scene: Scene) -> None:
        await scene.keys.press("s1", Key.DELETE)
        await scene.keys.release("s1", Key.DELETE)
        scene.configure()
        assert scene.host.collect() == [NOTHING]

    play(act)


def test_a_target_configured_anew_is_told_what_is_held() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        await scene.keys.press("s1", Key.LEFT_SHIFT)
        scene.keys.target_gone()
        scene.host.collect()
        scene.keys.target_configured()
        assert scene.host.collect()[:2] == [NOTHING, SHIFT]

    play(act)


def test_keys_wait_in_order_while_the_target_is_slow() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.fill()
        pressed = asyncio.create_task(scene.keys.press("s1", Key.A))
        released = asyncio.create_task(scene.keys.release("s1", Key.A))
        await asyncio.sleep(PATIENCE_S / 4)
        assert not pressed.done()
        scene.host.collect()
        assert (await pressed).is_queued
        assert (await released).is_queued
        assert scene.host.collect() == [A, NOTHING]

    play(act)


def test_a_target_that_stops_collecting_costs_every_key_and_leaves_one_release() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        await scene.keys.press("s1", Key.LEFT_SHIFT)
        scene.host.fill()
        answer = await scene.keys.press("s1", Key.A)
        assert not answer.is_queued
        assert "stopped asking" in answer.sentence
        assert scene.keys.held == ()
        assert scene.keys.trouble
        scene.host.collect()
        await scene.until(lambda: not scene.keys.trouble)
        assert scene.host.collect() == [NOTHING]

    play(act)


def test_while_the_target_does_not_collect_keys_are_refused_at_once_and_not_remembered() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.fill()
        await scene.keys.press("s1", Key.A)
        async with asyncio.timeout(PATIENCE_S / 2):
            assert not (await scene.keys.press("s1", Key.B)).is_queued
        assert scene.keys.held == ()

    play(act)


def test_keys_work_again_once_the_target_collects_again() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.fill()
        await scene.keys.press("s1", Key.A)
        scene.host.collect()
        await scene.until(lambda: not scene.keys.trouble)
        assert (await scene.keys.press("s1", Key.B)).is_queued
        assert scene.host.collect() == [NOTHING, B]

    play(act)


def test_a_cable_pulled_while_keys_wait_answers_them() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.fill()
        waiting = asyncio.create_task(scene.keys.press("s1", Key.A))
        await asyncio.sleep(0)
        scene.keys.target_gone()
        assert (await waiting).sentence == "The target is not attached."
        assert scene.keys.held == (Key.A,)

    play(act)


def test_a_node_whose_host_went_away_is_noticed_with_the_next_key() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.go_away()
        assert not (await scene.keys.press("s1", Key.A)).is_queued
        assert scene.keys.is_target_absent

    play(act)


def test_the_lights_are_the_ones_the_target_set_last() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.host.light(0b011)
        await scene.until(lambda: scene.keys.lights)
        assert scene.keys.lights == {Led.NUM_LOCK, Led.CAPS_LOCK}
        scene.keys.target_gone()
        assert scene.keys.lights == frozenset()

    play(act)


def test_a_host_that_is_gone_does_not_keep_the_loop_busy() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        reads = 0
        receive = scene.host.node.receive

        def counted() -> bytes | None:
            nonlocal reads
            reads += 1
            return receive()

        scene.host.node.receive = counted  # type: ignore[method-assign]
        scene.host.go_away()  # from now on the node is readable for ever
        await asyncio.sleep(0.05)
        assert reads == 1

    play(act)


@pytest.mark.parametrize("held", [(Key.A,), (Key.LEFT_SHIFT, Key.B)])
def test_releasing_all_releases_every_seat(held: tuple[Key, ...]) -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        for number, key in enumerate(held):
            await scene.keys.press(f"s{number}", key)
        assert (await scene.keys.release_all()).is_queued
        assert scene.host.collect()[-1] == NOTHING

    play(act)


def test_a_target_that_a_key_has_found_is_listened_to_as_well() -> None:
    async def act(scene: Scene) -> None:
        scene.configure()
        scene.keys.target_gone()
        assert (await scene.keys.press("s1", Key.A)).is_queued
        scene.host.light(0b001)
        async with asyncio.timeout(5):
            await scene.until(lambda: scene.keys.lights)

    play(act)
