"""The newest thing there is to see, for any number of viewers.

A slot, not a queue: a viewer who is slow finds the newest frame when it comes back, and the
frames in between are nobody's. Lives on the event loop; nothing in it waits for a device.
"""

from __future__ import annotations

import asyncio

from api.video.picture import Card, Frame, PictureState


class FrameSlot:
    """Holds one frame or one card, and wakes whoever waits for the next."""

    def __init__(self) -> None:
        self._sequence = 0
        self._latest: Frame | Card | None = None
        self._news = asyncio.Event()

    @property
    def latest(self) -> Frame | Card | None:
        """What is in the slot; None before anything ever was."""
        return self._latest

    def publish_frame(self, captured_us: int, width: int, height: int, jpeg: bytes) -> None:
        """Put a frame in. On the event loop only."""
        self._put(Frame(self._next_sequence(), captured_us, width, height, jpeg))

    def publish_card(self, state: PictureState, sentence: str, remedy: str = "") -> None:
        """Put a card in, unless the slot already says the same. On the event loop only."""
        now = self._latest
        if isinstance(now, Card) and (now.state, now.sentence) == (state, sentence):
            return
        self._put(Card(self._next_sequence(), state, sentence, remedy))

    async def next(self, after_sequence: int = 0) -> Frame | Card:
        """Wait until the slot holds something other than number `after_sequence`."""
        while self._latest is None or self._latest.sequence == after_sequence:
            await self._news.wait()
        return self._latest

    def _next_sequence(self) -> int:
        # The WebSocket's header has 32 bits for it, and 0 means "nothing seen yet".
        self._sequence = self._sequence % 0xFFFF_FFFF + 1
        return self._sequence

    def _put(self, item: Frame | Card) -> None:
        self._latest = item
        # An event of its own for every item: those who wait now wake, and a new one starts unset.
        news, self._news = self._news, asyncio.Event()
        news.set()
