"""The wire on a real socket: what is asked, what is answered, and what ends the connection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.services.door import Line, Speaker, play


def test_a_greeting_is_answered_with_version_and_status_and_then_the_status_is_pushed(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        answer = await peer.ask(do="hello", version=1)
        assert answer["id"] == 7
        assert answer["ok"]["version"] == 1
        assert set(answer["ok"]["status"]) == {"cable", "keyboard", "mouse", "drive", "problems"}
        event = await peer.hear()
        assert event["event"] == "status"

    play(tmp_path, act)


def test_a_board_without_configfs_is_told_so_and_gadgetd_goes_on(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        answer = await peer.ask(do="status")
        while not answer["ok"]["status"]["problems"]:
            answer = {"ok": await peer.hear()}
        problem = answer["ok"]["status"]["problems"][0]
        assert problem["code"] == "configfs_missing"
        assert "mount -t configfs" in problem["remedy"]
        assert answer["ok"]["status"]["cable"]["state"] == "unbound"

    play(tmp_path, act)


def test_another_version_is_refused(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        answer = await peer.ask(do="hello", version=2)
        assert answer["error"]["code"] == "wire_version"

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"do": "fly"}, "wire_unknown_verb"),
        ({"do": 5}, "wire_unknown_verb"),
        ({}, "wire_unknown_verb"),
        ({"do": "key", "seat": "s1", "code": "KeyA", "down": True}, "seat_unknown"),
        ({"do": "insert"}, "wire_argument"),
        ({"do": "insert", "image": 3}, "wire_argument"),
        ({"do": "insert", "image": "x.iso", "mode": "floppy"}, "wire_argument"),
        ({"do": "storage", "shown": 1}, "wire_argument"),
        ({"do": "insert", "image": "x.iso", "mode": "cdrom"}, "configfs_missing"),
        ({"do": "replug"}, "configfs_missing"),
    ],
)
def test_a_request_that_cannot_be_carried_out_has_a_code_and_the_connection_goes_on(
    tmp_path: Path, request_: Line, code: str
) -> None:
    async def act(peer: Speaker) -> None:
        while not (await peer.ask(do="status"))["ok"]["status"]["problems"]:
            await peer.hear()
        assert (await peer.ask(**request_))["error"]["code"] == code
        assert "ok" in await peer.ask(do="status")

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"do": "é" * 20_000}, "wire_unknown_verb"),
        ({"do": ["é" * 20_000]}, "wire_unknown_verb"),
        ({"do": "release", "seat": "é" * 20_000}, "seat_unknown"),
        ({"id": None, "do": "é" * 20_000}, "wire_argument"),
        ({"do": "hello", "version": 10**4000}, "wire_version"),
    ],
)
def test_whatever_is_asked_the_answer_fits_into_a_line_and_the_connection_goes_on(
    tmp_path: Path, request_: Line, code: str
) -> None:
    async def act(peer: Speaker) -> None:
        peer.say(json.dumps({"id": 1, **request_}, ensure_ascii=False).encode() + b"\n")
        answer = await peer.hear()
        while "event" in answer:
            answer = await peer.hear()
        assert answer["error"]["code"] == code
        assert len(answer["error"]["sentence"]) < 300
        assert "ok" in await peer.ask(do="status")

    play(tmp_path, act)


def test_what_a_client_asks_cannot_forge_a_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    async def act(peer: Speaker) -> None:
        await peer.ask(do="x\nERROR: forged")

    play(tmp_path, act)
    assert not [record for record in caplog.records if "\n" in record.getMessage()]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"hello?\n", "wire_malformed"),
        (b"[1]\n", "wire_malformed"),
        (b"\xff\n", "wire_malformed"),
        (b"x" * 70_000, "wire_too_long"),
    ],
)
def test_whoever_speaks_another_language_is_told_so_and_hung_up_on(
    tmp_path: Path, line: bytes, code: str
) -> None:
    async def act(peer: Speaker) -> None:
        peer.say(line)
        answer = await peer.hear()
        while "event" in answer:
            answer = await peer.hear()
        assert answer["id"] is None
        assert answer["error"]["code"] == code
        assert await peer.reader.read() == b""

    play(tmp_path, act)
