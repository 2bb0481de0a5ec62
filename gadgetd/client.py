"""The other end of gadgetd's socket: for the api, and for anybody who writes Python.

The connection is kept by itself: whoever uses the client calls, and is told when there is nobody to
call. `revision` grows with everything that may have changed what `status` says; `generation` grows
with each connection, because seats end with theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from pathlib import Path
from typing import Any, cast

from gadgetd import wire
from gadgetd.errors import KaputtError, RemoteError
from gadgetd.failures import GadgetdSilentError, GadgetdUnreachableError
from gadgetd.status import GadgetStatus

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
READ_BYTES = 65536


class GadgetClient:
    """A connection to gadgetd that comes back by itself while `run` runs."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._status: GadgetStatus | None = None
        self._reason = "not connected yet"
        self._news = asyncio.Event()
        self.revision = 0
        self.generation = 0

    @property
    def status(self) -> GadgetStatus | None:
        """What gadgetd last said; None while it cannot be reached."""
        return self._status

    @property
    def unreachable(self) -> GadgetdUnreachableError | None:
        """Why there is no status; None while there is one."""
        if self._status is not None:
            return None
        return GadgetdUnreachableError(self._socket, self._reason)

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is another than `seen`, and give it."""
        while self.revision == seen:
            await self._news.wait()
        return self.revision

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Ask for something, and give what is answered.

        Args:
            verb: what to ask for, with its `arguments`.
            within_s: how long to wait for the answer; None: for as long as the connection lasts,
                because a drive may take its time.

        Raises:
            RemoteError: gadgetd refused, with its own code.
            GadgetdUnreachableError: there is no connection, or it broke before the answer.
            GadgetdSilentError: it has not answered in time. It may still do what was asked.
        """
        if self._writer is None or self._status is None:
            raise GadgetdUnreachableError(self._socket, self._reason)
        asking = self._ask(self._writer, verb, **arguments)
        if within_s is None:
            return await asking
        try:
            async with asyncio.timeout(within_s):
                return await asking
        except TimeoutError as error:
            raise GadgetdSilentError(verb, within_s) from error

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                before = self.generation
                await self._connection()
            except (OSError, KaputtError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                self._lose(reason or str(error))
            else:
                self._lose("it closed the connection")
            if self.generation != before:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _connection(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        listening = asyncio.create_task(self._listen(reader))
        hello = asyncio.create_task(self._greet(writer))
        try:
            # If the connection ends before the greeting is answered, listening ends first.
            await asyncio.wait({hello, listening}, return_when=asyncio.FIRST_COMPLETED)
            if hello.done():
                hello.result()
            await listening
        finally:
            hello.cancel()
            listening.cancel()
            self._writer = None
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self._lose(self._reason)

    async def _greet(self, writer: asyncio.StreamWriter) -> None:
        answer = await self._ask(writer, "hello", version=wire.PROTOCOL_VERSION)
        self._writer = writer
        self.generation += 1
        log.info("Connected to gadgetd.")
        self._learn(answer["status"])

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        lines = wire.Lines()
        while data := await reader.read(READ_BYTES):
            for message in lines.feed(data):
                self._hear(message)

    def _hear(self, message: wire.Message) -> None:
        if message.get("event") == "status":
            # Before the greeting is answered there is no connection that it could be the status of.
            if self._writer is not None:
                self._learn(message["status"])
            return
        error = message.get("error")
        waiting = self._asked.pop(cast(int, message.get("id")), None)
        refusal = RemoteError(**error) if error else None
        if waiting is None:
            # Without a number it is about the connection as a whole; with one, it is too late.
            if refusal and message.get("id") is None:
                raise refusal
        elif not waiting.done():
            if refusal:
                waiting.set_exception(refusal)
            else:
                waiting.set_result(message["ok"])

    async def _ask(
        self, writer: asyncio.StreamWriter, verb: str, /, **arguments: Any
    ) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            writer.write(wire.encode(wire.request(number, verb, **arguments)))
            return await answer
        finally:
            self._asked.pop(number, None)

    def _learn(self, status: GadgetStatus) -> None:
        self._status = status
        self._change()

    def _lose(self, reason: str) -> None:
        if reason != self._reason:
            log.info("gadgetd cannot be reached: %s.", reason.rstrip("."))
            self._reason = reason
        was_known, self._status = self._status is not None, None
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(GadgetdUnreachableError(self._socket, reason))
        self._asked.clear()
        if was_known:
            self._change()

    def _change(self) -> None:
        self.revision += 1
        self._news.set()
        self._news = asyncio.Event()
