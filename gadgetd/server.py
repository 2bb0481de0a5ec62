"""The door: connections on a Unix socket, each a conversation, each told when something changes.

Keys, strokes and questions are carried out in the order in which they are read, each as soon as it
is read; only what is to be told of them may take a while, and holds up nothing that comes after.
What has to do with a drive takes its time and is done one thing after the other, in a queue of its
own. Connections go on side by side, and what must not be done at once, the services sort out. A
client that does not read what we tell it is dropped, and so is one that asks for more than can be
done: we do not remember without end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Collection
from reprlib import repr as brief

from gadgetd import wire
from gadgetd.errors import KaputtError
from gadgetd.failures import ArgumentError
from gadgetd.status import GadgetStatus
from gadgetd.verbs import Conversation

log = logging.getLogger(__name__)

READ_BYTES = 65536
UNREAD_LIMIT_BYTES = 262144
QUEUED_REQUESTS = 16
UNANSWERED_REQUESTS = 512

Queue = asyncio.Queue[wire.Message | None]


class Server:
    """All connections."""

    def __init__(
        self,
        converse: Callable[[], Conversation],
        admit: Callable[[socket.socket], KaputtError | None],
        status: Callable[[], GadgetStatus],
    ) -> None:
        """`converse` begins a conversation; `admit` tells why a peer may not have one."""
        self._converse = converse
        self._admit = admit
        self._status = status
        self._told: GadgetStatus | None = None
        self._is_telling = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._conversations: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listening: socket.socket) -> None:
        """Answer on this socket."""
        self._server = await asyncio.start_unix_server(self._accept, sock=listening)

    async def stop(self) -> None:
        """End all conversations; nobody's keys stay down."""
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def changed(self) -> None:
        """Something may have changed: tell everybody, once for all that changes in one go."""
        if not self._is_telling:
            self._is_telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._is_telling = False
        status = self._status()
        if status != self._told:
            self._told = status
            for writer in set(self._writers):
                self._write(writer, wire.event_status(status))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._conversations.add(this)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # by `stop`, and by nobody else
        finally:
            self._conversations.discard(this)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        refusal = self._admit(writer.get_extra_info("socket"))
        if refusal is not None:
            log.warning("%s", refusal)
            self._write(writer, wire.failure(None, refusal))
            writer.close()
            return
        conversation = self._converse()
        self._writers.add(writer)
        try:
            await self._converse_with(conversation, reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse_with(
        self,
        conversation: Conversation,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        patient: Queue = asyncio.Queue(maxsize=QUEUED_REQUESTS)
        urgent: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:

            def take(request: wire.Message) -> None:
                if conversation.is_urgent(request):
                    # Tasks begin in the order in which they are made, and each request is carried
                    # out before it waits for anything.
                    task = group.create_task(self._answer(conversation, request, writer))
                    urgent.add(task)
                    task.add_done_callback(urgent.discard)
                else:
                    patient.put_nowait(request)

            # What has been begun is finished even if the peer goes away meanwhile: a drive is
            # not left between two media.
            group.create_task(self._answer_all(conversation, patient, writer))
            try:
                await self._take_all(reader, take, urgent, writer)
            except ConnectionError:
                writer.transport.abort()  # the peer is gone, or has to go
            finally:
                conversation.end()
                # Nobody wants to hear any more what has become of a key.
                for task in urgent:
                    task.cancel()
            await patient.put(None)

    async def _take_all(
        self,
        reader: asyncio.StreamReader,
        take: Callable[[wire.Message], None],
        urgent: Collection[asyncio.Task[None]],
        writer: asyncio.StreamWriter,
    ) -> None:
        lines = wire.Lines()
        try:
            while data := await reader.read(READ_BYTES):
                for request in lines.feed(data):
                    await self._take(request, take, urgent)
            await self._begin()  # who asks and says no more may listen still
        except wire.WireError as error:
            for request in error.before:
                await self._take(request, take, urgent)
            await self._begin()
            self._write(writer, wire.failure(None, error))

    async def _take(
        self,
        request: wire.Message,
        take: Callable[[wire.Message], None],
        urgent: Collection[asyncio.Task[None]],
    ) -> None:
        if len(urgent) >= UNANSWERED_REQUESTS:
            await self._begin()
        try:
            if len(urgent) >= UNANSWERED_REQUESTS:
                raise asyncio.QueueFull
            take(request)
        except asyncio.QueueFull as error:
            # Waiting for room would be deaf to its keys, and to its going away with keys down.
            log.warning("A client asks for more than can be done; its connection is closed.")
            raise ConnectionAbortedError from error

    async def _begin(self) -> None:
        """Let what has been taken be carried out, and answered where that waits for nothing."""
        for _ in range(2):  # one round for the tasks, one for what is told of their end
            await asyncio.sleep(0)

    async def _answer_all(
        self, conversation: Conversation, patient: Queue, writer: asyncio.StreamWriter
    ) -> None:
        while (request := await patient.get()) is not None:
            await self._answer(conversation, request, writer)

    async def _answer(
        self, conversation: Conversation, request: wire.Message, writer: asyncio.StreamWriter
    ) -> None:
        number = request.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            error = ArgumentError(request.get("do"), "id", "a whole number")
            return self._write(writer, wire.failure(None, error))
        try:
            answer = await conversation.answer(request)
        except KaputtError as error:
            log.info("%s: %s", brief(request.get("do")), error)
            return self._write(writer, wire.failure(number, error))
        self._write(writer, wire.reply(number, answer))
        if request.get("do") == "hello":
            self._write(writer, wire.event_status(self._status()))

    def _write(self, writer: asyncio.StreamWriter, message: wire.Message) -> None:
        transport = writer.transport
        if transport.is_closing():
            return
        with contextlib.suppress(ConnectionError):
            writer.write(wire.encode(message))
        if transport.get_write_buffer_size() > UNREAD_LIMIT_BYTES:
            log.warning("A client does not read what it is told; its connection is closed.")
            transport.abort()
