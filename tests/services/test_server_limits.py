"""What one connection may ask for at once, and what becomes of one that asks for more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gadgetd import server
from tests.services.door import Speaker, play, playing
from tests.services.hosts import Host


class StuckDrive:
    """A drive below which the kernel does not answer."""

    async def eject(self, force: bool) -> None:
        await asyncio.get_running_loop().create_future()


def test_the_status_is_told_while_the_drive_takes_its_time(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        peer.say(b'{"id":1,"do":"eject"}\n')
        assert "ok" in await peer.ask(do="status")

    play(tmp_path, act, StuckDrive())


@pytest.mark.parametrize("end", [b"", b"hello?\n"])
def test_a_client_that_asks_for_more_than_can_be_done_is_dropped_and_its_keys_released(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, end: bytes
) -> None:
    async def act(peer: Speaker) -> None:
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        seat = (await other.ask(do="seat_open"))["ok"]["seat"]
        await other.ask(do="key", seat=seat, code="ShiftLeft", down=True)
        other.say(b'{"id":1,"do":"eject"}\n' * 100 + end)
        held = ["ShiftLeft"]
        while held:
            held = (await peer.ask(do="status"))["ok"]["status"]["keyboard"]["held"]

    play(tmp_path, act, StuckDrive())
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_client_that_does_not_read_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNREAD_LIMIT_BYTES", 1000)

    async def act(peer: Speaker) -> None:
        peer.reader._transport.pause_reading()  # type: ignore[attr-defined]

        async def ask_for_ever() -> None:
            while True:
                peer.say(b'{"id":1,"do":"status"}\n' * 100)
                await peer.writer.drain()
                await asyncio.sleep(0)

        with pytest.raises(ConnectionError):
            await ask_for_ever()

    play(tmp_path, act)


def test_a_connection_with_too_many_unanswered_requests_is_closed_and_its_keys_released(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        theirs = (await other.ask(do="seat_open"))["ok"]["seat"]
        host.fill()
        for number in range(server.UNANSWERED_REQUESTS + 1):
            other.request(number, do="key", seat=theirs, code="KeyA", down=number % 2 == 0)
        assert await other.reader.read() == b""
        status = (await peer.ask(do="status"))["ok"]["status"]
        assert status["keyboard"]["held"] == []

    playing(tmp_path, host, act, patience_ms=10_000)
    assert any("more than can be done" in record.getMessage() for record in caplog.records)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_what_is_answered_at_once_does_not_count_however_much_comes_in_one_go(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        for number in range(3 * server.UNANSWERED_REQUESTS):
            peer.request(number, do="seat_open")
        for number in range(3 * server.UNANSWERED_REQUESTS):
            assert (await peer.answer())["id"] == number

    play(tmp_path, act)


def test_a_connection_that_goes_while_its_keys_wait_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        theirs = (await other.ask(do="seat_open"))["ok"]["seat"]
        host.fill()
        before = asyncio.all_tasks()
        for number in range(9):
            other.request(number, do="key", seat=theirs, code=f"Digit{number}", down=True)
        held = []
        while len(held) < 9:
            held = (await peer.ask(do="status"))["ok"]["status"]["keyboard"]["held"]
        assert len(asyncio.all_tasks() - before) == 9
        other.writer.close()
        while held or asyncio.all_tasks() - before:
            held = (await peer.ask(do="status"))["ok"]["status"]["keyboard"]["held"]

    playing(tmp_path, host, act, patience_ms=10_000)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
