"""Text over the wire: several requests ahead, in no log, and over with its connection."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from gadgetd import daemon
from tests.services.door import Line, Speaker, play, playing, settings
from tests.services.hosts import Host

SECRET = [[0x39], [0xE1, 0x2F], [0x35]]


def test_several_requests_ahead_are_typed_in_their_order_and_each_is_answered(
    tmp_path: Path,
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        peer.request(1, do="typing_begin", seat=seat)
        peer.request(2, do="type", seat=seat, strokes=[[4], [0xE1, 5]])
        peer.request(3, do="type", seat=seat, strokes=[[6]], delay_ms=1)
        with host.polling() as seen:
            answers = [await peer.answer() for _ in range(3)]
        assert answers[0] == {"id": 1, "ok": {}}
        assert answers[1]["ok"] == {
            "typed": 2,
            "unsure": 0,
            "reason": "",
            "sentence": "",
            "held_long": [],
        }
        assert answers[2]["ok"] == {
            "typed": 1,
            "unsure": 0,
            "reason": "",
            "sentence": "",
            "held_long": [],
        }
        downs = [report for report in seen if report != "00 00 00 00 00 00 00 00"]
        assert downs == [
            "00 00 04 00 00 00 00 00",
            "02 00 05 00 00 00 00 00",
            "00 00 06 00 00 00 00 00",
        ]

    playing(tmp_path, host, act)


def test_the_status_says_that_a_text_is_being_typed(tmp_path: Path) -> None:
    async def act(peer: Speaker, seat: str) -> None:
        async def is_typing() -> object:
            return (await peer.ask(do="status"))["ok"]["status"]["keyboard"]["typing"]

        assert await is_typing() is False
        await peer.ask(do="typing_begin", seat=seat)
        assert await is_typing() is True
        await peer.ask(do="typing_end", seat=seat)
        assert await is_typing() is False

    playing(tmp_path, Host(), act)


def test_a_text_at_a_host_that_does_not_ask_is_stopped_at_once_and_says_how_far_it_got(
    tmp_path: Path,
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        await peer.ask(do="typing_begin", seat=seat)
        peer.request(1, do="type", seat=seat, strokes=[[4]] * 1000)
        peer.request(2, do="typing_end", seat=seat)
        answers = {answer["id"]: answer for answer in [await peer.answer(), await peer.answer()]}
        assert answers[2]["ok"] == {}
        assert answers[1]["ok"]["reason"] == "stopped"
        assert answers[1]["ok"]["typed"] + answers[1]["ok"]["unsure"] < 1000

    host.fill()
    playing(tmp_path, host, act)


@pytest.mark.parametrize(
    "request_",
    [
        {"strokes": None},
        {"strokes": []},
        {"strokes": [[4], [1]]},
        {"strokes": [[4]] * 1025},
        {"strokes": [[4]], "delay_ms": 1001},
        {"strokes": [[4]], "delay_ms": 0.5},
        {"strokes": [[4]], "lights": "caps_lock"},
        {"strokes": [[4]], "lights": ["headlight"]},
        {"strokes": [[4]], "lights": [["caps_lock"]]},
    ],
)
def test_strokes_that_are_none_are_refused_and_nothing_of_them_is_typed(
    tmp_path: Path, request_: Line
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        await peer.ask(do="typing_begin", seat=seat)
        answer = await peer.ask(do="type", seat=seat, **request_)
        assert answer["error"]["code"] == "wire_argument"
        with host.polling() as seen:
            await peer.ask(do="type", seat=seat, strokes=[[5]])
        assert all(report.split()[2] in ("00", "05") for report in seen)

    playing(tmp_path, host, act)


def test_only_one_seat_types_and_only_one_that_has_begun(tmp_path: Path) -> None:
    async def act(peer: Speaker, seat: str) -> None:
        answer = await peer.ask(do="type", seat=seat, strokes=[[4]])
        assert answer["error"]["code"] == "typing_not_begun"
        await peer.ask(do="typing_begin", seat=seat)
        other = (await peer.ask(do="seat_open"))["ok"]["seat"]
        answer = await peer.ask(do="typing_begin", seat=other)
        assert answer["error"]["code"] == "typing_busy"
        await peer.ask(do="seat_close", seat=seat)
        assert "ok" in await peer.ask(do="typing_begin", seat=other)

    playing(tmp_path, Host(), act)


def test_a_text_ends_with_its_connection_and_leaves_nobody_waiting(tmp_path: Path) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        theirs = (await other.ask(do="seat_open"))["ok"]["seat"]
        await other.ask(do="typing_begin", seat=theirs)
        other.request(1, do="type", seat=theirs, strokes=[[4]] * 1000)
        key = {"seat": seat, "code": "Enter", "after_text": True, "patience_ms": 1000}
        peer.request(1, do="key", down=True, **key)
        peer.request(2, do="status")
        assert (await peer.answer())["id"] == 2
        other.writer.close()
        with host.polling() as seen:
            answer = await peer.answer()
        assert answer["ok"]["delivery"] == "delivered"
        assert seen[-2:] == ["00 00 00 00 00 00 00 00", "00 00 28 00 00 00 00 00"]

    playing(tmp_path, host, act)


def test_what_is_typed_is_in_no_log_and_no_answer_whatever_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        requests: list[Line] = [
            {"do": "type", "seat": seat, "strokes": SECRET},
            {"do": "typing_begin", "seat": seat, "strokes": SECRET},
            {"do": "type", "seat": seat, "strokes": SECRET},
            {"do": "type", "seat": seat, "strokes": [*SECRET, [1]]},
            {"do": "type", "seat": "s0", "strokes": SECRET},
            {"do": "tpye", "seat": seat, "strokes": SECRET},
            {"do": "type", "seat": seat, "strokes": SECRET, "delay_ms": -1},
            {"do": "status"},
        ]
        for request in requests:
            said.append(str(await peer.ask(**request)))
        peer.say(b'{"id": 1, "do": "type", "strokes": [[57], [225, 47], [53]]\n')
        said.append((await peer.reader.read()).decode())

    play(tmp_path, act)
    told = "\n".join([*said, *(record.getMessage() for record in caplog.records)])
    assert "tpye" in told
    for secret in ("225, 47", "225,47", "[57", "[53"):
        assert secret not in told


def test_strokes_are_not_kept_twice_while_their_answer_waits(tmp_path: Path) -> None:
    host = Host()

    async def scene() -> None:
        gadgetd = daemon.Daemon(settings(tmp_path))
        gadgetd._keys.plug(host.node)
        gadgetd._keys.target_configured()
        conversation = gadgetd._converse()
        seat = (await conversation.answer({"do": "seat_open"}))["seat"]
        await conversation.answer({"do": "typing_begin", "seat": seat})
        request: Line = {"do": "type", "seat": seat, "strokes": [[4]] * 1024}
        answer = asyncio.create_task(conversation.answer(request))
        await asyncio.sleep(0)
        assert not answer.done()
        # 512 such requests may wait, and the small boards have little memory.
        assert "strokes" not in request
        conversation.end()
        assert (await answer)["reason"] == "stopped"
        gadgetd._keys.unplug()

    asyncio.run(scene())
