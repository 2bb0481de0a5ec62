"""Keys over the wire: in their order, each at once, and gone with their connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.services.door import Speaker, play, playing
from tests.services.hosts import Host


@pytest.mark.parametrize("patience_ms", [-1, 1001, 0.5, True, "5", None])
def test_nobody_may_wait_for_the_target_longer_than_a_second(
    tmp_path: Path, patience_ms: object
) -> None:
    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        key = {"do": "key", "seat": seat, "code": "KeyA", "down": True}
        assert "ok" in await peer.ask(**key, patience_ms=1000)
        answer = await peer.ask(**key, patience_ms=patience_ms)
        assert answer["error"]["code"] == "wire_argument"
        assert "patience_ms" in answer["error"]["sentence"]

    play(tmp_path, act)


def test_who_waits_hears_over_the_wire_that_a_key_is_delivered(tmp_path: Path) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        key = {"do": "key", "seat": seat, "code": "KeyA"}
        with host.polling():
            answer = await peer.ask(**key, down=True, patience_ms=1000)
            assert answer["ok"] == {"delivery": "delivered", "sentence": ""}
            assert (await peer.ask(**key, down=False))["ok"]["delivery"] == "queued"
            answer = await peer.ask(do="release", seat=seat, patience_ms=1000)
            assert answer["ok"]["delivery"] == "delivered"

    playing(tmp_path, host, act)


def test_a_key_without_a_target_is_undelivered_and_says_why(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        answer = await peer.ask(do="key", seat=seat, code="KeyA", down=True)
        assert answer["ok"] == {
            "delivery": "undelivered",
            "sentence": "The target is not attached.",
        }

    play(tmp_path, act)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        answer = await peer.ask(do="key", seat=seat, code="KeyÄ", down=True)
        assert answer["error"]["code"] == "key_unknown"
        assert "KeyÄ" in answer["error"]["sentence"]

    play(tmp_path, act)


def test_a_connection_that_ends_lets_go_of_its_keys_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        path = peer.writer.get_extra_info("peername")
        other = Speaker(*await asyncio.open_unix_connection(path))
        seat = (await other.ask(do="seat_open"))["ok"]["seat"]
        await other.ask(do="key", seat=seat, code="ShiftLeft", down=True)
        event = await peer.hear()
        while event["status"]["keyboard"]["held"] != ["ShiftLeft"]:
            event = await peer.hear()
        other.writer.close()
        while event["status"]["keyboard"]["held"]:
            event = await peer.hear()

    play(tmp_path, act)


def test_a_seat_belongs_to_its_connection(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        answer = await other.ask(do="release", seat=seat)
        assert answer["error"]["code"] == "seat_unknown"
        other.writer.close()

    play(tmp_path, act)


def test_keys_sent_at_once_arrive_in_their_order_though_each_waits_to_be_collected(
    tmp_path: Path,
) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        host.fill()
        for number, code in enumerate(["KeyA", "KeyB", "KeyC"]):
            for is_down in (True, False):
                key = {"do": "key", "seat": seat, "code": code, "patience_ms": 1000}
                peer.request(2 * number + is_down, **key, down=is_down)
        with host.polling() as seen:
            answers = [await peer.answer() for _ in range(6)]
        assert {answer["ok"]["delivery"] for answer in answers} == {"delivered"}
        pressed = [report.split()[2] for report in seen[-6:]]
        assert pressed == ["04", "00", "05", "00", "06", "00"]

    playing(tmp_path, host, act)


def test_a_key_that_waits_for_the_target_holds_up_no_answer(tmp_path: Path) -> None:
    host = Host()

    async def act(peer: Speaker, seat: str) -> None:
        host.fill()
        peer.request(1, do="key", seat=seat, code="KeyA", down=True, patience_ms=1000)
        peer.request(2, do="status")
        first, second = await peer.answer(), await peer.answer()
        assert (first["id"], second["id"]) == (2, 1)
        assert first["ok"]["status"]["keyboard"]["held"] == ["KeyA"]  # carried out already
        assert second["ok"]["delivery"] == "undelivered"

    playing(tmp_path, host, act)


def test_what_is_asked_before_the_last_word_is_answered_to_whoever_still_listens(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        peer.request(1, do="status")
        peer.request(2, do="seat_open")
        peer.writer.write_eof()
        assert [(await peer.answer())["id"] for _ in range(2)] == [1, 2]
        await peer.reader.read()  # and then it ends

    play(tmp_path, act)
