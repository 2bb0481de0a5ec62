"""One gadgetd in this process, on a board that has no gadgets, and somebody who speaks the wire."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from gadgetd import daemon
from gadgetd.settings import Settings
from gadgetd.verbs import Conversation
from tests.services.hosts import Host

Line = dict[str, Any]


def settings(root: Path, patience_ms: int = 1000) -> Settings:
    (root / "images").mkdir(exist_ok=True)
    gadget = {
        "configfs": root / "no-configfs",
        "modprobe": False,
        "socket": root / "gadgetd.sock",
        "socket_group": "a-group-nobody-has",
    }
    return Settings.model_validate(
        {
            "gadget": gadget,
            "images": {"directory": root / "images"},
            "keyboard": {"patience_ms": patience_ms},
        }
    )


@contextlib.asynccontextmanager
async def running(root: Path, drive: object = None) -> AsyncIterator[Path]:
    """A gadgetd, with another drive for its clients if one is given; gives its socket."""
    stop = asyncio.Event()
    gadgetd = daemon.Daemon(settings(root))
    if drive is not None:
        gadgetd._server._converse = lambda: Conversation(
            gadgetd._keys,
            gadgetd._mice,
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

    def request(self, number: int, **request: Any) -> None:
        """Ask without waiting."""
        self.say(json.dumps({"id": number, **request}).encode() + b"\n")

    async def answer(self) -> Line:
        """The next answer; events in between are passed over."""
        while "event" in (answer := await self.hear()):
            pass
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


def playing(
    root: Path,
    host: Host,
    act: Callable[[Speaker, str], Awaitable[None]],
    patience_ms: int = 1000,
) -> None:
    """The same with a host at the keyboard's node, and a seat."""

    class Plugged(daemon.Daemon):
        def plug(self) -> None:
            self._keys.plug(host.node)
            self._keys.target_configured()

    async def scene() -> None:
        gadgetd = Plugged(settings(root, patience_ms))
        stop = asyncio.Event()
        task = asyncio.create_task(gadgetd.run(stop))
        await asyncio.sleep(0)
        peer = Speaker(*await asyncio.open_unix_connection(str(root / "gadgetd.sock")))
        while not (await peer.ask(do="status"))["ok"]["status"]["problems"]:
            pass
        gadgetd.plug()
        async with asyncio.timeout(30):
            await act(peer, (await peer.ask(do="seat_open"))["ok"]["seat"])
        peer.writer.close()
        stop.set()
        await task

    asyncio.run(scene())
