"""One act brings the kernel to what is wanted, whatever there was before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gadgetd import cable as module
from gadgetd.cable import Shape
from gadgetd.failures import BindFailedError, UdcMissingError, UdcUnknownError
from gadgetd.hid.usages import Key
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
        board.udcs.endpoints = 1  # enough for the keyboard alone
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
        assert (answer.is_queued, answer.sentence) == (False, "The target is asleep.")
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
