"""The target's screen: for our page, for players, and as one picture."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Response, WebSocket
from fastapi.responses import StreamingResponse

from api import mjpeg
from api.deps import Camera, SignedIn
from api.routes.sockets import attend, texts
from api.viewer import Viewer

router = APIRouter(tags=["video"])
JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"multipart/x-mixed-replace": {}}}}
FIRST_WITHIN_S = 10.0  # a small board needs seconds to open its grabber for the first time


@router.websocket("/api/video")
async def video(socket: WebSocket, camera: Camera, session: SignedIn) -> None:
    """Frames as they come, each to be acknowledged; cards while there is no picture."""
    await socket.accept()

    async def send_card(card: dict[str, str]) -> None:
        await socket.send_json({"card": card})

    viewer = Viewer(camera, socket.send_bytes, send_card)

    async def listen() -> None:
        async for text in texts(socket):
            viewer.acknowledge(acknowledged(text))

    await attend(socket, session, viewer.show(), listen())


@router.get("/video.mjpg", response_class=StreamingResponse, responses=STREAM)
async def video_mjpg(camera: Camera, session: SignedIn) -> StreamingResponse:
    """The screen as multipart/x-mixed-replace, for VLC, ffmpeg, Home Assistant or an <img>."""
    first = await camera.snapshot(FIRST_WITHIN_S)
    return StreamingResponse(
        mjpeg.parts(camera, session, first),
        media_type=mjpeg.MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/snapshot.jpg", response_class=Response, responses=JPEG)
async def snapshot(camera: Camera) -> Response:
    """One fresh picture; 503 with the reason when there is none."""
    frame = await camera.snapshot(FIRST_WITHIN_S)
    return Response(frame.jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def acknowledged(text: str | None) -> int:
    """The sequence number that a message acknowledges; 0, which no frame has, for any other."""
    try:
        message = json.loads(text or "null")
    except (ValueError, RecursionError):
        return 0
    sequence = message.get("ack") if isinstance(message, dict) else None
    return sequence if isinstance(sequence, int) else 0
