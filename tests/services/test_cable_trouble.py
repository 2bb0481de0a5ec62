"""When the kernel does not do what is asked of it: what works goes on, and no key stays down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gadgetd import cable as module
from gadgetd.cable import RELATIVE, Shape
from gadgetd.failures import GadgetRefusedError, KernelStuckError, NodeLostError
from gadgetd.hid.strokes import pictures
from gadgetd.hid.usages import Key
from gadgetd.mice import Kind
from gadgetd.ports import KeyboardNode
from gadgetd.typist import Reason
from gadgetd.worker import Worker
from tests.services.board import NODES, Board

NOTHING = "00 00 00 00 00 00 00 00"
A = "00 00 04 00 00 00 00 00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNPLUGGED_S", 0.0)


def play(root: Path, act: Callable[[Board], Awaitable[None]]) -> None:
    async def scene() -> None:
        await act(Board(root))

    asyncio.run(scene())


def losing(board: Board, *functions: str) -> Callable[[str], KeyboardNode]:
    """Opens all nodes but these functions'."""
    numbers = {NODES[name] for name in functions}

    def open_node(number: str) -> KeyboardNode:
        if number in numbers:
            raise NodeLostError("Permission denied")
        return board._open_node(number)

    return open_node


def test_a_mouse_whose_node_cannot_be_opened_leaves_the_keyboard_alone(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.cable._open_node = losing(board, RELATIVE)
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.A)
        assert board.cable.problem is None
        assert isinstance(board.cable.node_problem, NodeLostError)
        await board.cable.start(Shape())  # and once more, as half a second later
        assert len(board.hosts) == 1
        assert board.host.collect() == [NOTHING, A]
        board.cable._open_node = board._open_node
        await board.cable.start(Shape())
        assert board.cable.node_problem is None
        assert board.mice.get(Kind.RELATIVE).has_node
        assert len(board.hosts) == 1

    play(tmp_path, act)


def test_without_any_node_nothing_works_and_that_is_told_once(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.cable._open_node = losing(board, *NODES)
        await board.cable.start(Shape())
        assert isinstance(board.cable.problem, NodeLostError)
        assert board.cable.node_problem is None

    play(tmp_path, act)


def test_a_gadget_that_the_kernel_does_not_show_any_more_is_unplugged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.A)

        def refuse(wanted: object) -> list[str]:
            raise GadgetRefusedError("show what it is like", "Input/output error")

        monkeypatch.setattr(board.kernel, "differences", refuse)
        await board.cable.start(Shape())
        assert isinstance(board.cable.problem, GadgetRefusedError)
        # Nobody writes to it any more, and so the key would stay down.
        assert board.kernel.controller == ""

    play(tmp_path, act)


@pytest.mark.parametrize("is_stuck_already", [True, False])
def test_while_the_kernel_is_stuck_with_unplugging_keys_go_up_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stuck_already: bool
) -> None:
    async def act(board: Board) -> None:
        go_on = threading.Event()
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.A)
        impatient = Worker(lambda: None, patience_s=0.01)
        monkeypatch.setattr(board.cable, "_worker", impatient)
        if is_stuck_already:
            with pytest.raises(KernelStuckError):
                await impatient.run("read an image", go_on.wait)
        monkeypatch.setattr(board.kernel, "unbind", go_on.wait)
        with pytest.raises(KernelStuckError):
            await board.cable.replug()
        await board.keys.release("s1", Key.A)
        assert board.host.collect() == [NOTHING, A, NOTHING]
        go_on.set()

    play(tmp_path, act)


def test_showing_the_drive_interrupts_a_text_and_keeps_what_is_held(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        await board.keys.press("s1", Key.LEFT_SHIFT)
        board.keys.typing_begin("s2")
        text = asyncio.create_task(board.keys.type("s2", pictures([[4]] * 1024)))
        await asyncio.sleep(0)
        await board.cable.present(Shape(is_drive_shown=True))
        assert (await text).reason is Reason.INTERRUPTED
        assert not board.keys.is_typing
        assert board.host.collect()[:2] == [NOTHING, "02 00 00 00 00 00 00 00"]

    play(tmp_path, act)


def test_a_look_at_what_there_is_does_not_disturb_a_text(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.cable.start(Shape())
        board.keys.typing_begin("s1")
        text = asyncio.create_task(board.keys.type("s1", pictures([[4]] * 20)))
        with board.host.polling() as seen:
            await board.cable.start(Shape())
            assert (await text).typed == 20
        assert len([report for report in seen if report == A]) == 20

    play(tmp_path, act)
