"""One viewer of the target's screen: newest frames only, and never more than two unanswered.

A viewer says of every frame that it has it. While two are unanswered nothing more is sent, so a
slow link sees fewer frames and never old ones; what comes meanwhile is overtaken in the slot. One
that answers nothing for long does not even keep the grabber open.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

from api.ports import Camera, Slot
from api.video.picture import Card, Frame

# sequence, time of capture in microseconds, width, height
HEADER = struct.Struct(">IQHH")
UNANSWERED_FRAMES = 2
STALLED_AFTER_S = 10.0


class Viewer:
    """Shows frames and cards to one viewer."""

    def __init__(
        self,
        camera: Camera,
        send_frame: Callable[[bytes], Awaitable[None]],
        send_card: Callable[[dict[str, str]], Awaitable[None]],
        stalled_after_s: float = STALLED_AFTER_S,
    ) -> None:
        self._camera = camera
        self._send_frame = send_frame
        self._send_card = send_card
        self._stalled_after_s = stalled_after_s
        self._unanswered: list[int] = []
        self._room = asyncio.Event()
        self._room.set()
        self._seen = 0

    def acknowledge(self, sequence: int) -> None:
        """The viewer has this frame, and so all before it. Others than those on their way: no."""
        if sequence in self._unanswered:
            del self._unanswered[: self._unanswered.index(sequence) + 1]
            self._room.set()

    async def show(self) -> None:
        """Show what there is, for as long as the viewer stays. Never ends by itself."""
        while True:
            async with self._camera.watch() as slot:
                await self._show_until_stalled(slot)
            await self._room.wait()

    async def _show_until_stalled(self, slot: Slot) -> None:
        while True:
            try:
                async with asyncio.timeout(self._stalled_after_s):
                    await self._room.wait()
            except TimeoutError:
                return
            item = await slot.next(self._seen)
            self._seen = item.sequence
            match item:
                case Frame():
                    self._unanswered.append(item.sequence)
                    if len(self._unanswered) >= UNANSWERED_FRAMES:
                        self._room.clear()
                    await self._send_frame(packed(item))
                case Card():
                    await self._send_card(item.document())


def packed(frame: Frame) -> bytes:
    """The frame as it crosses a WebSocket: sixteen bytes of header, then the JPEG."""
    header = HEADER.pack(frame.sequence, frame.captured_us, frame.width, frame.height)
    return header + frame.jpeg
