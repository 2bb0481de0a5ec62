"""The target's keyboard, and on its socket the mice too."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from api.deps import Caller, Keys, SignedIn, Take
from api.keepalive import watch_closely, watch_loosely
from api.keys.changes import KeyChange, chord
from api.keys.desk import SeatsFullError
from api.keys.line import Line
from api.routes.sockets import attend, close, texts
from api.schemas import KeyDeliveries, KeyDelivery, KeysOrder

router = APIRouter(prefix="/api", tags=["keys"])

# Who takes no answer for so long has gone, as far as keys are concerned.
ANSWER_TAKEN_WITHIN_S = 1.5
NOBODY_THERE = 1011
TRY_AGAIN_LATER = 1013


@router.post("/keys")
async def strike(order: KeysOrder, desk: Keys, caller: Caller, take: Take = False) -> KeyDeliveries:
    """Strike keys. What is still down at the end of the request is let go."""
    if order.events is not None:
        changes = [KeyChange(event.code, event.down) for event in order.events]
    else:
        changes = chord(order.press or ())
    async with desk.seat(caller.name, caller.address, caller.session) as seat:
        deliveries = await desk.strike(seat, changes, take)
    return KeyDeliveries(
        delivery=[
            KeyDelivery(
                code=change.code,
                down=change.is_down,
                delivery=told.delivery,
                sentence=told.sentence,
            )
            for change, told in zip(changes, deliveries, strict=True)
        ]
    )


@router.websocket("/keys")
async def keyboard(socket: WebSocket, desk: Keys, caller: Caller, session: SignedIn) -> None:
    """Carry keys and motion until the browser goes away; what it holds is let go then."""
    watch_closely(socket.scope)
    await socket.accept()

    async def send(answer: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(ANSWER_TAKEN_WITHIN_S):
                await socket.send_json(answer)
        except TimeoutError as error:
            raise WebSocketDisconnect(NOBODY_THERE) from error

    async with AsyncExitStack() as stack:
        try:
            seat = await stack.enter_async_context(
                desk.seat(caller.name, caller.address, caller.session)
            )
        except SeatsFullError as error:
            await send({"error": error.document()})
            await close(socket, TRY_AGAIN_LATER)
            return
        line = Line(desk, seat, send, pings=lambda: watch_loosely(socket.scope))

        async def listen() -> None:
            await line.greet()
            async for text in texts(socket):
                await line.hear(text)

        try:
            await attend(
                socket,
                session,
                listen(),
                line.tell_interruptions(),
                line.tell_losses(),
                line.mind_silence(),
                line.mind_answers(),
            )
        finally:
            line.hang_up()
