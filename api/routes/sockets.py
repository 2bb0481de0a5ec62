"""How long a WebSocket lasts: until its browser leaves, its session ends, or its work is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.auth.sessions import Session, SessionOverError

CLOSE_WITHIN_S = 1.0


async def attend(socket: WebSocket, session: Session, *works: Coroutine[Any, Any, None]) -> None:
    """Do all `works` until one of them ends or the session does; then close the socket."""
    tasks = {asyncio.ensure_future(work) for work in works}
    try:
        with session.held():
            await session.wait_for(asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))
    except SessionOverError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    if session.ending is not None:
        await close(socket, session.ending)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, WebSocketDisconnect):
            raise error


async def texts(socket: WebSocket) -> AsyncIterator[str | None]:
    """Every message; None for one that is not text. Ends when the browser leaves."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        yield message.get("text")
        # Many messages that came at once would be taken without a pause, and nobody else heard.
        await asyncio.sleep(0)


async def ignored(socket: WebSocket) -> None:
    """Wait until the browser leaves; what it says meanwhile means nothing here."""
    async for _ in texts(socket):
        pass


async def close(socket: WebSocket, code: int) -> None:
    """Close, unless the other side was faster, or takes nothing any more."""
    if socket.client_state is WebSocketState.CONNECTED:
        # The server waits until there is room to say it in; keys must not stay down meanwhile.
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await socket.close(code)
