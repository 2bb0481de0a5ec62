"""The line between one keyboard in a browser and its seat: messages in, messages out.

A browser whose network is gone looks like one that says nothing, so a page sends pings. One that
has begun to send them and then falls silent gets its held keys let go; it is told, in case it can
still hear. A program that never pings may hold a key as long as its connection stands.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from api.keys.desk import KeysReleasedError, Seat, Stroke
from api.problems import RequestInvalidError, sentence_about
from api.schemas import KeyEvent
from gadgetd.errors import KaputtError

SILENCE_LIMIT_S = 1.25

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Line:
    """One browser's keyboard."""

    def __init__(self, seat: Seat, send: Send, silence_limit_s: float = SILENCE_LIMIT_S) -> None:
        self._seat = seat
        self._send = send
        self._silence_limit_s = silence_limit_s
        self._pings = False
        self._deadline: asyncio.TimerHandle | None = None
        self._silent = asyncio.Event()

    async def hear(self, text: str | None) -> None:
        """Act on one message. What is wrong with it is answered; the line stays.

        Args:
            text: the message; None for one that is not text.
        """
        # While we are busy, it is not the browser that is silent.
        self.hang_up()
        try:
            answer = await self._act(parsed(text))
        except KaputtError as error:
            answer = {"error": error.document()}
        # Before the answer goes out: one who takes no answer any more is silent too.
        self._expect_more()
        await self._send(answer)

    async def tell_interruptions(self) -> None:
        """Say whenever gadgetd has let keys go. Never ends by itself."""
        while True:
            error = await self._seat.interrupted()
            await self._send({"error": error.document()})

    async def mind_silence(self) -> None:
        """Let keys go whenever a browser that used to ping falls silent. Never ends by itself."""
        while True:
            await self._silent.wait()
            self._silent.clear()
            held = self._seat.held
            if not held:
                continue
            answer: KaputtError = KeysReleasedError(held, "Your browser was silent for too long")
            try:
                await self._seat.release()
            except KaputtError as error:
                answer = error
            await self._send({"error": answer.document()})

    def hang_up(self) -> None:
        """Expect nothing more."""
        if self._deadline is not None:
            self._deadline.cancel()

    async def _act(self, message: dict[str, Any]) -> dict[str, Any]:
        match message:
            case {"ping": int() as ping}:
                self._pings = True
                return {"pong": ping}
            case {"release": True}:
                delivery = await self._seat.release()
            case _:
                event = key_event(message)
                delivery = await self._seat.stroke(Stroke(event.code, event.down))
        return {
            "delivery": delivery.delivery,
            "code": delivery.code,
            "sentence": delivery.sentence,
        }

    def _expect_more(self) -> None:
        if self._pings:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._silence_limit_s, self._silent.set)


def parsed(text: str | None) -> dict[str, Any]:
    """The message as the object it should be."""
    try:
        message = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise RequestInvalidError("The message is not JSON.") from error
    if not isinstance(message, dict):
        raise RequestInvalidError("The message is not a JSON object.")
    return message


def key_event(message: dict[str, Any]) -> KeyEvent:
    """The key event that a message is."""
    try:
        return KeyEvent.model_validate(message)
    except ValidationError as error:
        raise RequestInvalidError(
            sentence_about(error.errors()),
            'Send {"code": "KeyA", "down": true}, {"release": true} or {"ping": 1}.',
        ) from error
