"""The client: connected by itself, and never left without an answer."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gadgetd.client import GadgetClient
from gadgetd.errors import KaputtError, RemoteError
from gadgetd.failures import GadgetdSilentError, GadgetdUnreachableError
from tests.services.door import running


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


def test_a_gadgetd_that_does_not_answer_in_time_is_called_silent_and_its_late_answer_ignored(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        is_late = asyncio.Event()

        async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            hello = json.loads(await reader.readline())
            writer.write(json.dumps({"id": hello["id"], "ok": {"status": {}}}).encode() + b"\n")
            key = json.loads(await reader.readline())
            await is_late.wait()
            error = {"code": "seat_unknown", "sentence": "Too late.", "remedy": ""}
            writer.write(json.dumps({"id": key["id"], "error": error}).encode() + b"\n")
            while line := await reader.readline():
                writer.write(json.dumps({"id": json.loads(line)["id"], "ok": {}}).encode() + b"\n")
            writer.close()

        path = tmp_path / "gadgetd.sock"
        async with (
            asyncio.timeout(30),
            await asyncio.start_unix_server(answer_late, path),
            connected(path) as client,
        ):
            await until_known(client, True)
            with pytest.raises(GadgetdSilentError, match=r"'key' for 0\.01 s") as error:
                await client.call("key", within_s=0.01, seat="s1", code="KeyA", down=True)
            assert error.value.code == "gadgetd_silent"
            is_late.set()
            assert await client.call("status", within_s=30) == {}
            assert client.generation == 1

    asyncio.run(scene())
