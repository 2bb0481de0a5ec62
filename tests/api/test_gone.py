"""Who has gone without a word: power cut, network lost, process frozen. The keys come up."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.keepalive import CLOSE_S, LOOSE_S
from tests.api.doubles import PASSWORD, Stage

pytestmark = pytest.mark.asyncio

# A client that is no browser: it never pings by itself. Frozen with SIGSTOP, its kernel still
# acknowledges what is sent to it, as for a frozen tab.
PROGRAM = """
import sys
from websockets.sync.client import connect
url, authorization, *messages = sys.argv[1:]
headers = {"Authorization": authorization}
with connect(url, additional_headers=headers, proxy=None, ping_interval=None) as socket:
    for message in messages:
        socket.send(message)
    for answer in socket:
        print(answer, flush=True)
"""


class Bare:
    """A WebSocket in its bytes (RFC 6455), which answers nothing it is not told to answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, text: str) -> None:
        self._frame(0x1, text.encode())

    def _frame(self, kind: int, content: bytes) -> None:
        assert len(content) < 126
        mask = bytes(4)  # allowed, and changes nothing
        self._writer.write(bytes([0x80 | kind, 0x80 | len(content)]) + mask + content)

    async def frame(self) -> tuple[int, bytes]:
        kind, length = await self._reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self._reader.readexactly(2))
        return kind & 0x0F, await self._reader.readexactly(length)

    async def text(self) -> str:
        while True:
            kind, content = await self.frame()
            if kind == 0x1:
                return content.decode()

    def pong(self, content: bytes) -> None:
        self._frame(0xA, content)


def authorization() -> str:
    return "Basic " + base64.b64encode(f"kvm:{PASSWORD}".encode()).decode()


@asynccontextmanager
async def bare(made: Stage, path: str) -> AsyncIterator[Bare]:
    host, port = made.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: {authorization()}\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield Bare(reader, writer)
    finally:
        writer.transport.abort()


async def test_a_program_at_the_end_of_a_dead_connection_has_its_keys_let_go(
    signed_in: Stage,
) -> None:
    """It never pinged, and its connection is never closed: no ping of ours is answered, though."""
    async with bare(signed_in, "/api/keys") as keys:
        keys.say('{"code": "KeyA", "down": true}')
        assert "seat" in await keys.text()
        assert "queued" in await keys.text()
        await asyncio.wait_for(signed_in.gadget.was_asked("seat_close"), 10)


async def test_a_program_that_answers_pings_may_hold_a_key(signed_in: Stage) -> None:
    async with bare(signed_in, "/api/keys") as living, bare(signed_in, "/api/keys") as dead:
        for keys in (living, dead):
            keys.say('{"code": "KeyA", "down": true}')
            assert "seat" in await keys.text()
            assert "queued" in await keys.text()

        async def answer_pings() -> None:
            while True:
                kind, content = await living.frame()
                if kind == 0x9:
                    living.pong(content)

        answering = asyncio.create_task(answer_pings())
        # The other one is noticed meanwhile, so this one could have been.
        closed = await asyncio.wait_for(signed_in.gadget.was_asked("seat_close"), 10)
        assert closed == {"seat": "s2"}
        assert not answering.done()
        answering.cancel()


async def test_pings_come_often_where_keys_are_and_a_page_that_pings_itself_is_given_time(
    signed_in: Stage,
) -> None:
    assert sum(CLOSE_S) < 2 < LOOSE_S[0]
    async with bare(signed_in, "/api/keys") as page, bare(signed_in, "/api/keys") as program:
        page.say('{"ping": 1}')
        assert "seat" in await page.text()
        assert "pong" in await page.text()
        texts_and_pings = []
        while len(texts_and_pings) < 4:
            kind, content = await program.frame()
            texts_and_pings.append(kind)
            if kind == 0x9:
                program.pong(content)
        assert texts_and_pings == [0x1, 0x9, 0x9, 0x9]  # its seat, and then ping after ping
        # By now the page has had one at most: that of before its own first one.
        page.say('{"ping": 2}')
        kind, _ = await page.frame()
        assert kind == 0x1 or (await page.frame())[0] == 0x1


async def test_a_frozen_program_has_its_keys_let_go_though_its_kernel_still_answers(
    signed_in: Stage,
) -> None:
    program = await frozen_after(signed_in, '{"code": "KeyA", "down": true}')
    try:
        await asyncio.wait_for(signed_in.gadget.was_asked("seat_close"), 10)
    finally:
        program.kill()
        await program.wait()


async def test_a_frozen_page_has_its_keys_let_go(signed_in: Stage) -> None:
    program = await frozen_after(signed_in, '{"ping": 1}', '{"code": "KeyA", "down": true}')
    try:
        await asyncio.wait_for(signed_in.gadget.was_asked("release"), 10)
    finally:
        program.kill()
        await program.wait()


async def frozen_after(made: Stage, *messages: str) -> Any:
    """A client that was frozen as soon as its key was down."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        made.url.replace("http", "ws") + "/api/keys",
        authorization(),
        *messages,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout
    while b"KeyA" not in await asyncio.wait_for(program.stdout.readline(), 30):
        pass
    os.kill(program.pid, signal.SIGSTOP)
    return program
