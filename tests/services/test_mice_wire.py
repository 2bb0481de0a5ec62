"""The verbs of the mice and of waking up: what they take, and what they say to what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gadgetd.cable import ABSOLUTE, RELATIVE, Shape
from gadgetd.daemon import Daemon
from gadgetd.failures import ArgumentError, MouseMissingError, SeatUnknownError
from gadgetd.mice import Kind, Mice
from gadgetd.settings import Settings
from gadgetd.status import GadgetStatus
from gadgetd.verbs import Conversation
from tests.services.board import Board


class Client:
    """A connection with one seat, to a board whose target is there."""

    def __init__(self, board: Board, mice: Mice | None = None) -> None:
        self.board = board
        self.conversation = Conversation(
            board.keys, mice or board.mice, board.drive, board.cable, self._status
        )
        self.seat = ""

    def _status(self) -> GadgetStatus:
        raise AssertionError

    async def begin(self) -> None:
        await self.board.cable.start(Shape())
        self.seat = (await self.conversation.answer({"do": "seat_open"}))["seat"]
        self.arrived(ABSOLUTE), self.arrived(RELATIVE)

    async def mouse(self, mouse: Any, **what: Any) -> dict[str, Any]:
        request = {"do": "mouse", "seat": self.seat, "mouse": mouse, **what}
        return await self.conversation.answer(request)

    def arrived(self, function: str) -> list[str]:
        return self.board.mouse_host(function).collect()


def play(root: Path, act: Callable[[Client], Awaitable[None]]) -> None:
    async def scene() -> None:
        client = Client(Board(root))
        await client.begin()
        async with asyncio.timeout(10):
            await act(client)

    asyncio.run(scene())


def test_the_relative_mouse_moves_turns_and_clicks(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        answer = await client.mouse("relative", dx=-1, dy=2, wheel=3, pan=-4)
        assert answer["delivery"] == "queued"
        await client.mouse("relative", button="back", down=True)
        await client.mouse("relative", button="back", down=False)
        assert client.arrived(RELATIVE) == ["00 ff 02 03 fc", "08 00 00 00 00", "00 00 00 00 00"]

    play(tmp_path, act)


def test_the_absolute_mouse_goes_to_a_place(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        await client.mouse("absolute", x=1, y=32767)
        await client.mouse("absolute", wheel=-1)
        assert client.arrived(ABSOLUTE) == ["00 01 00 ff 7f 00 00", "00 01 00 ff 7f ff 00"]

    play(tmp_path, act)


def test_one_request_first_moves_and_then_clicks(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        await client.mouse("absolute", x=16, y=0, button="left", down=True)
        assert client.arrived(ABSOLUTE) == ["00 10 00 00 00 00 00", "01 10 00 00 00 00 00"]

    play(tmp_path, act)


def test_requests_are_begun_in_their_order_whoever_waits_for_an_answer(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        async with asyncio.TaskGroup() as group:
            for down in (True, False):
                group.create_task(client.mouse("relative", button="left", down=down))
                group.create_task(client.mouse("relative", dx=1))
        assert [line[:5] for line in client.arrived(RELATIVE)] == [
            "01 00",
            "01 01",
            "00 00",
            "00 01",
        ]

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("what", "complaint"),
    [
        ({"mouse": "trackball", "dx": 1}, "absolute or relative"),
        ({"mouse": None, "dx": 1}, "'mouse'"),
        ({"mouse": "relative"}, "'button'"),
        ({"mouse": "relative", "button": "left"}, "'down'"),
        ({"mouse": "relative", "button": "left", "down": 1}, "'down'"),
        ({"mouse": "relative", "button": "sixth", "down": True}, "left or right or middle"),
        ({"mouse": "relative", "dx": 32768}, "from -32767 to 32767"),
        ({"mouse": "relative", "dx": 1.5}, "'dx'"),
        ({"mouse": "relative", "dx": True}, "'dx'"),
        ({"mouse": "relative", "x": 1, "y": 1}, "it is for the absolute mouse"),
        ({"mouse": "relative", "wheel": 128}, "from -127 to 127"),
        ({"mouse": "absolute", "pan": -128}, "from -127 to 127"),
        ({"mouse": "absolute", "x": 1}, "'y'"),
        ({"mouse": "absolute", "y": 1}, "'x'"),
        ({"mouse": "absolute", "x": -1, "y": 0}, "from 0 to 32767"),
        ({"mouse": "absolute", "x": 0, "y": 32768}, "from 0 to 32767"),
        ({"mouse": "absolute", "dx": 1}, "it is for the relative mouse"),
        ({"mouse": "absolute", "x": 1, "y": 1, "patience_ms": 1001}, "'patience_ms'"),
    ],
)
def test_what_is_no_motion_and_no_click_moves_nothing(
    tmp_path: Path, what: dict[str, Any], complaint: str
) -> None:
    async def act(client: Client) -> None:
        with pytest.raises(ArgumentError, match=complaint):
            await client.mouse(**what)
        assert client.arrived(ABSOLUTE) == client.arrived(RELATIVE) == []

    play(tmp_path, act)


def test_nothing_left_out_is_read_as_something(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        await client.mouse("relative", dx=None, dy=5, x=None, button=None)
        assert client.arrived(RELATIVE) == ["00 00 05 00 00"]

    play(tmp_path, act)


def test_a_mouse_that_is_switched_off_is_missing(tmp_path: Path) -> None:
    async def scene() -> None:
        board = Board(tmp_path)
        none = Mice({}, lambda: None, lambda: None, lambda: None, 1.0)
        client = Client(board, none)
        await client.begin()
        with pytest.raises(MouseMissingError):
            await client.mouse("relative", dx=1)

    asyncio.run(scene())


def test_a_seat_of_another_connection_moves_nothing(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        client.seat = "s0"
        with pytest.raises(SeatUnknownError):
            await client.mouse("relative", dx=1)

    play(tmp_path, act)


@pytest.mark.parametrize("way", ["seat_close", "release", "end"])
def test_buttons_go_up_with_their_seat(tmp_path: Path, way: str) -> None:
    async def act(client: Client) -> None:
        await client.mouse("relative", button="left", down=True)
        await client.mouse("absolute", button="right", down=True)
        if way == "end":
            client.conversation.end()
        else:
            await client.conversation.answer({"do": way, "seat": client.seat})
        for kind in Kind:
            assert client.board.mice.get(kind).held == ()
        await asyncio.sleep(0)
        assert client.arrived(RELATIVE)[-1][:2] == "00"
        assert client.arrived(ABSOLUTE)[-1][:2] == "00"

    play(tmp_path, act)


def test_waking_up_is_a_verb(tmp_path: Path) -> None:
    async def act(client: Client) -> None:
        assert await client.conversation.answer({"do": "wake"}) == {}
        assert client.board.udcs.woken == 1
        assert not client.conversation.is_urgent({"do": "wake"})
        assert client.conversation.is_urgent({"do": "mouse"})

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("mouse", "sentence"),
    [
        ({}, "The target is not attached."),
        ({"absolute": False}, "The target is not attached."),
        ({"absolute": False, "relative": False}, "The configuration shows no mouse to the target."),
    ],
)
def test_the_status_says_which_mice_there_are(
    tmp_path: Path, mouse: dict[str, bool], sentence: str
) -> None:
    async def scene() -> None:
        settings = Settings.model_validate(
            {"mouse": mouse, "gadget": {"configfs": tmp_path, "modprobe": False}}
        )
        told = Daemon(settings).status()["mouse"]
        assert told == {
            "absolute": mouse.get("absolute", True),
            "relative": mouse.get("relative", True),
            "held": [],
            "sentence": sentence,
        }

    asyncio.run(scene())


def test_the_status_names_the_held_buttons_and_says_that_the_mouse_gets_through(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        gadgetd = Daemon(Settings.model_validate({"gadget": {"configfs": tmp_path}}))
        board = Board(tmp_path)
        client = Client(board, gadgetd._mice)
        client.seat = (await client.conversation.answer({"do": "seat_open"}))["seat"]
        for number, (_, mouse) in enumerate(gadgetd._mice, start=1):
            mouse.plug(board._open_node(f"246:{number}"))
            mouse.target_configured()
        await client.mouse("relative", button="forward", down=True)
        await client.mouse("absolute", button="left", down=True)
        told = gadgetd.status()["mouse"]
        assert sorted(told["held"]) == ["forward", "left"]
        assert told["sentence"] == "The mouse reaches the target."

    asyncio.run(scene())
