"""The wire on a real socket: one gadgetd in this process, on a board that has no gadgets."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gadgetd import daemon, server
from gadgetd.client import GadgetClient
from gadgetd.devices.socket import Peer, listen, may_control
from gadgetd.errors import KaputtError, RemoteError
from gadgetd.failures import AlreadyRunningError, GadgetdUnreachableError, SocketUnusableError
from gadgetd.settings import Settings
from gadgetd.verbs import Conversation
from tests.services.hosts import Host

Line = dict[str, Any]


def settings(root: Path) -> Settings:
    (root / "images").mkdir(exist_ok=True)
    gadget = {
        "configfs": root / "no-configfs",
        "modprobe": False,
        "socket": root / "gadgetd.sock",
        "socket_group": "a-group-nobody-has",
    }
    return Settings.model_validate({"gadget": gadget, "images": {"directory": root / "images"}})


@contextlib.asynccontextmanager
async def running(root: Path, drive: object = None) -> AsyncIterator[Path]:
    """A gadgetd, with another drive for its clients if one is given; gives its socket."""
    stop = asyncio.Event()
    gadgetd = daemon.Daemon(settings(root))
    if drive is not None:
        gadgetd._server._converse = lambda: Conversation(
            gadgetd._keys,
            drive,  # type: ignore[arg-type]
            gadgetd._cable,
            gadgetd.status,
        )
    task = asyncio.create_task(gadgetd.run(stop))
    await asyncio.sleep(0)  # listening is the first thing it does
    try:
        yield root / "gadgetd.sock"
    finally:
        stop.set()
        await task


class Speaker:
    """Speaks the wire line by line, as any language could."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, line: bytes) -> None:
        self.writer.write(line)

    async def ask(self, **request: Any) -> Line:
        """The answer to a request; events in between are passed over."""
        self.say(json.dumps({"id": 7, **request}).encode() + b"\n")
        while True:
            answer = await self.hear()
            if "event" not in answer:
                return answer

    async def hear(self) -> Line:
        line: Line = json.loads(await self.reader.readline())
        return line


def play(root: Path, act: Callable[[Speaker], Awaitable[None]], drive: object = None) -> None:
    async def scene() -> None:
        async with running(root, drive) as socket, asyncio.timeout(30):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            await act(Speaker(reader, writer))
            writer.close()

    asyncio.run(scene())


def test_a_greeting_is_answered_with_version_and_status_and_then_the_status_is_pushed(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        answer = await peer.ask(do="hello", version=1)
        assert answer["id"] == 7
        assert answer["ok"]["version"] == 1
        assert set(answer["ok"]["status"]) == {"cable", "keyboard", "drive", "problems"}
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

    class Plugged(daemon.Daemon):
        def plug(self) -> None:
            self._keys.plug(host.node)
            self._keys.target_configured()

    async def scene() -> None:
        gadgetd = Plugged(settings(tmp_path))
        stop = asyncio.Event()
        task = asyncio.create_task(gadgetd.run(stop))
        await asyncio.sleep(0)
        peer = Speaker(*await asyncio.open_unix_connection(str(tmp_path / "gadgetd.sock")))
        while not (answer := await peer.ask(do="status"))["ok"]["status"]["problems"]:
            pass
        gadgetd.plug()
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        key = {"do": "key", "seat": seat, "code": "KeyA"}
        with host.polling():
            answer = await peer.ask(**key, down=True, patience_ms=1000)
            assert answer["ok"] == {"delivery": "delivered", "sentence": ""}
            assert (await peer.ask(**key, down=False))["ok"]["delivery"] == "queued"
            answer = await peer.ask(do="release", seat=seat, patience_ms=1000)
            assert answer["ok"]["delivery"] == "delivered"
        peer.writer.close()
        stop.set()
        await task

    asyncio.run(scene())


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


def test_a_seat_belongs_to_its_connection(tmp_path: Path) -> None:
    async def act(peer: Speaker) -> None:
        seat = (await peer.ask(do="seat_open"))["ok"]["seat"]
        other = Speaker(*await asyncio.open_unix_connection(peer.writer.get_extra_info("peername")))
        answer = await other.ask(do="release", seat=seat)
        assert answer["error"]["code"] == "seat_unknown"
        other.writer.close()

    play(tmp_path, act)


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


def test_the_socket_is_for_its_owner_and_group_alone_and_goes_with_the_daemon(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        mode = (tmp_path / "gadgetd.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o660

    play(tmp_path, act)
    assert not (tmp_path / "gadgetd.sock").exists()


def test_strangers_may_not_control_the_target() -> None:
    stranger = os.geteuid() + 4711
    assert not may_control(Peer(stranger, frozenset({stranger})), "root")
    assert may_control(Peer(stranger, frozenset({0})), "root")  # the group of that name is 0
    assert not may_control(Peer(stranger, frozenset({stranger})), "a-group-nobody-has")
    assert may_control(Peer(os.geteuid(), frozenset()), "a-group-nobody-has")


def test_the_file_of_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gadgetd.sock"
    listen(path, "nobody-has-it").close()  # the file stays, nobody listens
    assert path.is_socket()
    listen(path, "nobody-has-it").close()


def test_a_living_daemon_is_left_alone(tmp_path: Path) -> None:
    with (
        listen(tmp_path / "gadgetd.sock", "nobody-has-it"),
        pytest.raises(AlreadyRunningError, match="already running"),
    ):
        listen(tmp_path / "gadgetd.sock", "nobody-has-it")


def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "gadgetd.sock"
    path.write_text("precious")
    with pytest.raises(SocketUnusableError):
        listen(path, "nobody-has-it")
    assert path.read_text() == "precious"


# --- the client -----------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def connected(socket: Path) -> AsyncIterator[GadgetClient]:
    client = GadgetClient(socket)
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        task.cancel()


async def until_known(client: GadgetClient, known: bool) -> None:
    while (client.status is not None) != known:
        await client.next_change(client.revision)


def test_the_client_connects_when_gadgetd_comes_and_comes_back_when_it_comes_back(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with asyncio.timeout(30), connected(tmp_path / "gadgetd.sock") as client:
            with pytest.raises(GadgetdUnreachableError):
                await client.call("status")
            generations = []
            for _ in range(2):
                async with running(tmp_path):
                    await until_known(client, True)
                    generations.append(client.generation)
                    assert "status" in await client.call("status")
                await until_known(client, False)
                assert client.unreachable is not None
            assert generations == [1, 2]

    asyncio.run(scene())


def test_the_client_raises_what_gadgetd_refused_with_its_code(tmp_path: Path) -> None:
    async def scene() -> None:
        async with (
            asyncio.timeout(30),
            running(tmp_path) as socket,
            connected(socket) as client,
        ):
            await until_known(client, True)
            with pytest.raises(RemoteError) as error:
                await client.call("key", seat="s0", code="KeyA", down=True)
            assert error.value.code == "seat_unknown"
            assert isinstance(error.value, KaputtError)

    asyncio.run(scene())


def test_the_client_hears_of_changes_that_others_make(tmp_path: Path) -> None:
    async def scene() -> None:
        async with (
            asyncio.timeout(30),
            running(tmp_path) as socket,
            connected(socket) as one,
            connected(socket) as other,
        ):
            await until_known(one, True)
            await until_known(other, True)
            seat = (await one.call("seat_open"))["seat"]
            await one.call("key", seat=seat, code="KeyA", down=True)
            while other.status is None or other.status["keyboard"]["held"] != ["KeyA"]:
                await other.next_change(other.revision)

    asyncio.run(scene())


def test_a_call_that_waits_when_gadgetd_dies_is_answered(tmp_path: Path) -> None:
    async def scene() -> None:
        async def greet_and_hang_up(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            hello = json.loads(await reader.readline())
            writer.write(json.dumps({"id": hello["id"], "ok": {"status": {}}}).encode() + b"\n")
            await reader.readline()
            writer.close()

        path = tmp_path / "gadgetd.sock"
        async with (
            asyncio.timeout(30),
            await asyncio.start_unix_server(greet_and_hang_up, path),
            connected(path) as client,
        ):
            await until_known(client, True)
            with pytest.raises(GadgetdUnreachableError):
                await client.call("status")

    asyncio.run(scene())


def test_a_client_that_is_stopped_before_it_was_greeted_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
        asked = asyncio.Event()

        async def never_greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            asked.set()
            await reader.read()
            writer.close()

        path = tmp_path / "gadgetd.sock"
        async with asyncio.timeout(30), await asyncio.start_unix_server(never_greet, path):
            task = asyncio.create_task(GadgetClient(path).run())
            await asked.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del task
            for _ in range(3):  # what was set off by stopping it
                await asyncio.sleep(0)
            gc.collect()
            assert not complaints

    asyncio.run(scene())
