"""What there is to know, once or from now on."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, WebSocket

from api.deps import Board, SignedIn
from api.routes.sockets import attend, ignored
from api.schemas import Status
from api.status import StatusBoard

router = APIRouter(prefix="/api", tags=["status"])


@router.get("/status", response_model=Status)
async def status(board: Board) -> dict[str, Any]:
    """Cable, keyboard, drive, picture, target, and what is wrong."""
    return board.document()


@router.websocket("/status")
async def status_news(socket: WebSocket, board: Board, session: SignedIn) -> None:
    """The status document now, and after every change."""
    await socket.accept()
    await attend(socket, session, told(socket, board), ignored(socket))


async def told(socket: WebSocket, board: StatusBoard) -> None:
    """Send the news for as long as there is somebody to hear it."""
    async with aclosing(board.news()) as news:
        async for document in news:
            await socket.send_json(document)
