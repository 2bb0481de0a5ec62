"""One act brings the kernel to what is wanted, whatever there was before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gadgetd import cable as module
from gadgetd.cable import ABSOLUTE, DRIVE, KEYBOARD, RELATIVE, Shape
from gadgetd.failures import (
    BindFailedError,
    HostAbsentError,
    UdcMissingError,
    UdcUnknownError,
    WakeUnsupportedError,
)
from gadgetd.hid.usages import Button, Key
from gadgetd.mice import Kind
from gadgetd.usb.endpoints import Endpoints, EndpointsShortError, Silicon
from tests.services.board import Board

NOTHING = "00 00 00 00 00 00 00 00"
A = "00 00 04 00 00 00 00 00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNPLUGGED_S", 0.0)


def play(root: Path, act: Callable[[Board], Awaitable[None]]) -> None:
    async def scene() -> None:
        await act(Board(root))

    asyncio.run(scene())


def test_from_nothing_the_gadget_is_built_and_plugged_in(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        assert (board.kernel.built, board.kernel.plugged) == (1, 1)
        assert board.kernel.controller == "dummy_udc.0"
        assert board.cable.status()["state"] == "configured"
        assert board.host.collect() == [NOTHING]

    play(tmp_path, act)


def test_a_gadget_left_by_a_killed_process_stays_plugged_in_and_lets_go_of_its_keys(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        again = Board(tmp_path, kernel=board.kernel)
        await again.cable.start(Shape())
        assert (board.kernel.built, board.kernel.plugged) == (1, 1)
        assert again.host.collect() == [NOTHING]

    play(tmp_path, act)


def test_a_gadget_that_is_not_as_wanted_is_built_anew(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.kernel.path("idProduct").write_text("0x0105\n")
        board.cable.look_again()
        await Board(tmp_path, kernel=board.kernel).cable.start(Shape())
        assert (board.kernel.built, board.kernel.plugged) == (2, 2)
        assert int(board.kernel.path("idProduct").read_text(), 0) == 0x0104

    play(tmp_path, act)


def test_without_a_controller_the_problem_is_told_and_ends_when_one_comes(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.udcs.present = []
        await board.cable.start(Shape())
        assert board.cable.status()["state"] == "no_udc"
        assert isinstance(board.cable.problem, UdcMissingError)
        board.udcs.present = ["dummy_udc.0"]
        await board.cable.start(Shape())
        assert board.cable.problem is None
        assert board.cable.status()["state"] == "configured"

    play(tmp_path, act)


def test_several_controllers_are_a_problem_that_lists_them(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.udcs.present = ["dummy_udc.0", "dummy_udc.1"]
        await board.cable.start(Shape())
        status = board.cable.status()
        assert status["state"] == "several_udcs"
        assert "dummy_udc.0, dummy_udc.1" in status["sentence"]

    play(tmp_path, act)


def test_replugging_keeps_what_is_held(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.A)
        await board.cable.replug()
        assert board.kernel.plugged == 2
        assert board.host.collect()[:2] == [NOTHING, A]

    play(tmp_path, act)


def test_changing_the_kind_of_a_hidden_drive_does_not_replug(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.cable.present(Shape(module.MediumMode.DISK))
        assert board.kernel.plugged == 1
        cdrom = board.kernel.path(f"functions/{module.DRIVE}/lun.0/cdrom")
        assert cdrom.read_text() == "0\n"

    play(tmp_path, act)


def test_a_controller_that_says_nothing_any_more_takes_the_keyboard_with_it(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.tell("")
        assert not board.keys.has_node
        assert board.cable.status()["state"] == "unbound"

    play(tmp_path, act)


@pytest.mark.parametrize("state", ["not attached", "default", "addressed"])
def test_a_target_that_has_not_set_us_up_gets_no_keys(tmp_path: Path, state: str) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.tell(state)
        assert board.cable.status()["state"] == state.replace(" ", "_")
        assert board.keys.is_target_absent

    play(tmp_path, act)


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.cable.stop()
        assert not board.kernel.exists

    play(tmp_path, act)


def test_a_binding_that_is_refused_with_the_drive_leaves_the_keyboard_plugged_in(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.endpoints = 3  # enough for the keyboard and the mice alone
        with pytest.raises(BindFailedError):
            await board.cable.present(Shape(is_drive_shown=True))
        assert board.cable.problem is None
        assert board.cable.shape == Shape()
        assert board.kernel.controller == "dummy_udc.0"
        assert board.keys.has_node

    play(tmp_path, act)


def test_replugging_that_does_not_plug_in_again_says_why(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.endpoints = 0
        with pytest.raises(BindFailedError):
            await board.cable.replug()

    play(tmp_path, act)


def test_being_stopped_while_unplugged_does_not_plug_in_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        monkeypatch.setattr(module, "UNPLUGGED_S", 60.0)
        replugging = asyncio.create_task(board.cable.replug())
        async with asyncio.timeout(5):
            while board.kernel.controller:  # noqa: ASYNC110  # the kernel is only looked at
                await asyncio.sleep(0.001)
        replugging.cancel()
        await asyncio.gather(replugging, return_exceptions=True)
        await board.cable.stop()
        assert board.kernel.plugged == 1
        assert not board.kernel.exists

    play(tmp_path, act)


def test_a_gadget_left_on_a_controller_that_is_not_ours_any_more_is_unplugged(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        again = Board(tmp_path, kernel=board.kernel, wanted_udc="fe980000.usb")
        await again.cable.start(Shape())
        assert isinstance(again.cable.problem, UdcUnknownError)
        # Or the keys that were down when it was left would stay down.
        assert board.kernel.controller == ""

    play(tmp_path, act)


def test_a_sleeping_target_gets_no_key_that_it_would_find_when_it_wakes_up(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.host.collect()
        board.udcs.tell("suspended")
        answer = await board.keys.press("s1", Key.ENTER)
        assert (answer.is_queued, answer.sentence) == (
            False,
            "The target is asleep; it has been asked to wake up.",
        )
        await board.keys.release("s1", Key.ENTER)
        assert board.host.collect() == []
        assert board.cable.status()["state"] == "suspended"
        board.udcs.tell("configured")
        assert board.host.collect() == [NOTHING]
        assert (await board.keys.press("s1", Key.A)).is_queued

    play(tmp_path, act)


def test_a_controller_that_was_replaced_between_two_looks_is_watched_anew(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.tell("not attached")
        board.udcs.is_stale = True  # it went and came back, and the gadget bound by itself
        await board.cable.start(Shape())
        assert board.cable.status()["state"] == "configured"
        assert board.kernel.plugged == 1

    play(tmp_path, act)


def test_each_hid_function_has_a_node_of_its_own_and_begins_with_everything_up(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        assert board.host.collect() == [NOTHING]
        assert board.mouse_host(RELATIVE).collect() == ["00 00 00 00 00"]
        assert board.mouse_host(ABSOLUTE).collect() == ["00 00 80 00 80 00 00"]

    play(tmp_path, act)


def test_a_dead_node_is_opened_anew_and_the_others_are_left_alone(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.A)
        keyboard, mouse = board.host, board.mouse_host(RELATIVE)
        board.mice.get(Kind.RELATIVE).unplug()
        await board.cable.start(Shape())
        assert board.host is keyboard
        assert board.mouse_host(RELATIVE) is not mouse
        assert board.mouse_host(RELATIVE).collect() == ["00 00 00 00 00"]
        assert keyboard.collect() == [NOTHING, A]
        assert board.kernel.plugged == 1

    play(tmp_path, act)


def test_a_drive_that_is_shown_takes_its_place_between_keyboard_and_mice(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.cable.present(Shape(is_drive_shown=True))
        assert all(board.kernel.has(name) for name in (KEYBOARD, DRIVE, ABSOLUTE, RELATIVE))
        assert (board.kernel.built, board.kernel.plugged) == (1, 2)
        assert board.mouse_host(RELATIVE).collect() == ["00 00 00 00 00"]

    play(tmp_path, act)


def test_a_gadget_from_before_there_were_mice_is_built_anew(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        for mouse in (ABSOLUTE, RELATIVE):
            board.kernel.path(f"configs/c.1/{mouse}").unlink()
        again = Board(tmp_path, kernel=board.kernel)
        await again.cable.start(Shape())
        assert (board.kernel.built, board.kernel.plugged) == (2, 2)
        assert again.mouse_host(ABSOLUTE).collect() == ["00 00 80 00 80 00 00"]

    play(tmp_path, act)


def test_too_few_endpoints_are_a_problem_that_lasts_and_nothing_is_plugged_in(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        board.udcs.kind = Silicon("a small one", Endpoints(3, 3))
        await board.cable.start(Shape())  # without the drive three would be enough
        assert isinstance(board.cable.problem, EndpointsShortError)
        assert "4 IN and 1 OUT are needed" in board.cable.status()["sentence"]
        assert board.kernel.plugged == 0

    play(tmp_path, act)


def test_a_gadget_that_is_there_already_is_unplugged_if_the_endpoints_are_too_few(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        again = Board(tmp_path, kernel=board.kernel)
        again.udcs.kind = Silicon("a small one", Endpoints(3, 3))
        await again.cable.start(Shape())
        # Or the keys that were down when it was left would stay down.
        assert board.kernel.controller == ""

    play(tmp_path, act)


def test_remote_wakeup_is_offered_only_with_a_controller_that_can(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        attributes = board.kernel.path("configs/c.1/bmAttributes")
        await board.cable.start(Shape())
        assert int(attributes.read_text(), 0) == 0xA0
        again = Board(tmp_path, kernel=board.kernel)
        again.udcs.sound_sleepers = ("dummy_udc.0",)
        await again.cable.start(Shape())
        assert int(attributes.read_text(), 0) == 0x80

    play(tmp_path, act)


def test_waking_the_target_up_asks_the_controller(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.cable.wake()
        assert board.udcs.woken == 1

    play(tmp_path, act)


def test_waking_up_says_why_it_cannot_be_done(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.udcs.present = []
        await board.cable.start(Shape())
        with pytest.raises(UdcMissingError):
            await board.cable.wake()
        board.udcs.present = ["dummy_udc.0"]
        await board.cable.start(Shape())
        board.udcs.sound_sleepers = ("dummy_udc.0",)
        with pytest.raises(WakeUnsupportedError):
            await board.cable.wake()
        board.udcs.tell("not attached")
        with pytest.raises(HostAbsentError):
            await board.cable.wake()

    play(tmp_path, act)


def test_who_presses_many_buttons_at_a_sleeping_target_asks_it_once(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.udcs.tell("suspended")
        for _ in range(5):
            await board.mice.get(Kind.RELATIVE).press("s1", Button.LEFT).outcome(0)
        async with asyncio.timeout(5):
            while not board.udcs.woken:  # noqa: ASYNC110  # the controller is only looked at
                await asyncio.sleep(0.001)
        await board.worker.run("come after it", lambda: None)
        assert board.udcs.woken == 1

    play(tmp_path, act)
