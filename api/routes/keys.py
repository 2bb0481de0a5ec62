"""The target's keyboard."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from api.deps import Keys, SignedIn
from api.keys.desk import Stroke, chord
from api.keys.line import Line
from api.routes.sockets import attend, texts
from api.schemas import KeyDeliveries, KeyDelivery, KeysOrder

router = APIRouter(prefix="/api", tags=["keys"])


@router.post("/keys")
async def strike(order: KeysOrder, desk: Keys) -> KeyDeliveries:
    """Strike keys. What is still down at the end of the request is let go."""
    if order.events is not None:
        strokes = [Stroke(event.code, event.down) for event in order.events]
    else:
        strokes = chord(order.press or ())
    deliveries = await desk.strike(strokes)
    return KeyDeliveries(
        delivery=[
            KeyDelivery(
                code=one.code, down=one.is_down, delivery=one.delivery, sentence=one.sentence
            )
            for one in deliveries
        ]
    )


@router.websocket("/keys")
async def keyboard(socket: WebSocket, desk: Keys, session: SignedIn) -> None:
    """Carry key events until the browser goes away; its keys are let go then."""
    await socket.accept()
    async with desk.seat() as seat:
        line = Line(seat, socket.send_json)

        async def listen() -> None:
            async for text in texts(socket):
                await line.hear(text)

        try:
            await attend(socket, session, listen(), line.tell_interruptions(), line.mind_silence())
        finally:
            line.hang_up()
