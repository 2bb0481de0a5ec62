"""The line between one browser and its seat: messages in, messages out.

A browser whose network is gone looks like one that says nothing, so a page sends pings. One that
has begun to send them and then falls silent gets what it holds let go; it is told, in case it can
still hear. Each message is acted on at once and in its order, and answered when its fate is known:
a key that waits for the target holds up neither a ping nor what comes after it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from api.keys.changes import KeyChange, MouseChange
from api.keys.desk import Desk, KeysWaitingError
from api.keys.lateness import Lateness
from api.keys.messages import (
    KeyMessage,
    Message,
    MouseMessage,
    NameMessage,
    PingMessage,
    ReleaseMessage,
    message_in,
)
from api.keys.seat import KeysReleasedError, Seat
from gadgetd.errors import KaputtError

SILENCE_LIMIT_S = 1.25
# A key that is older says what somebody wanted then. To let go is never too late.
PRESSED_WITHIN_S = 2.0
UNANSWERED_LONGEST = 256

Answer = dict[str, Any]
Send = Callable[[Answer], Awaitable[None]]


class Line:
    """One browser's keyboard and mouse."""

    def __init__(
        self,
        desk: Desk,
        seat: Seat,
        send: Send,
        pings: Callable[[], None] = lambda: None,
        silence_limit_s: float = SILENCE_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pings` hears of the first one: from then on, silence is minded here."""
        self._clock = clock
        self._desk = desk
        self._seat = seat
        self._send = send
        self._notice_pings = pings
        self._silence_limit_s = silence_limit_s
        self._pings = False
        self._deadline: asyncio.TimerHandle | None = None
        self._silent = asyncio.Event()
        self._lateness = Lateness()
        self._answering: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._motion_trouble = ""  # told already: the next motion has the same

    async def greet(self) -> None:
        """Tell the browser which seat it has."""
        await self._send({"seat": self._seat.id})

    async def hear(self, text: str | None) -> None:
        """Act on one message. What is wrong with it is answered; the line stays.

        Args:
            text: the message; None for one that is not text.
        """
        try:
            message = message_in(text)
            answer = self._answer_to(message)
            if answer is None:
                self._begin(self._work_for(message))
        except KaputtError as error:
            answer = {"error": error.document()}
        # Before the answer goes out: one who takes no answer any more is silent too.
        self._expect_more()
        if answer is not None:
            await self._send(answer)

    async def tell_interruptions(self) -> None:
        """Say whenever gadgetd has let keys go. Never ends by itself."""
        while True:
            error = await self._seat.interrupted()
            await self._send({"error": error.document()})

    async def tell_losses(self) -> None:
        """Say whenever somebody else takes the keyboard. Never ends by itself."""
        while True:
            error = await self._seat.lost()
            await self._send({"error": error.document()})

    async def mind_silence(self) -> None:
        """Let keys go whenever a browser that used to ping falls silent. Never ends by itself."""
        while True:
            await self._silent.wait()
            self._silent.clear()
            held = self._seat.held
            if not self._seat.may_hold:
                continue
            answer: KaputtError = KeysReleasedError(held, "Your browser was silent for too long")
            try:
                # Also if nothing is known to be held: what was pressed in the moment in which
                # gadgetd let go of all keys counts as let go of here, and may be down.
                await self._seat.release()
            except KaputtError as error:
                answer = error
            if held:
                await self._send({"error": answer.document()})

    async def mind_answers(self) -> None:
        """Raise whatever an answer could not be sent for. Never ends by itself."""
        await self._failed

    def hang_up(self) -> None:
        """Expect nothing more, and answer nothing more."""
        if self._deadline is not None:
            self._deadline.cancel()
        for task in self._answering:
            task.cancel()
        self._failed.cancel()

    # --- what is heard ----------------------------------------------------------------------------

    def _answer_to(self, message: Message) -> Answer | None:
        """The answer to what needs nobody else."""
        age_s = self._age_s(message)
        match message:
            case PingMessage():
                if not self._pings:
                    self._pings = True
                    self._notice_pings()
                return {"pong": message.ping}
            case NameMessage():
                self._seat.rename(message.name)
                return {"name": message.name}
            case KeyMessage(down=True) | MouseMessage(down=True) if age_s > PRESSED_WITHIN_S:
                return late(message, age_s)
        return None

    def _work_for(self, message: Message) -> Coroutine[Any, Any, Answer | None]:
        """What is to be done, and gives the answer, if there is to be one."""
        if isinstance(message, MouseMessage) and message.button is None:
            return self._moved(message.change())  # never many: what waits is merged
        lets_go = isinstance(message, ReleaseMessage) or getattr(message, "down", None) is False
        if len(self._answering) >= UNANSWERED_LONGEST and not (lets_go and self._seat.held):
            raise KeysWaitingError(len(self._answering))
        match message:
            case KeyMessage():
                return self._key(KeyChange(message.code, message.down))
            case MouseMessage():
                return self._button(message.change())
            case ReleaseMessage():
                return self._release()
            case _:
                return self._take()

    def _age_s(self, message: Message) -> float:
        if message.at is None:
            return 0.0
        return self._lateness.age_s(message.at / 1000, self._clock())

    def _expect_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._pings:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._silence_limit_s, self._silent.set)

    # --- what is answered later -------------------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, Answer | None]) -> None:
        # Tasks take their first steps in the order in which they were made, so keys keep theirs.
        task = asyncio.get_running_loop().create_task(self._answer(work))
        self._answering.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._failed.done():
            self._failed.set_exception(error)

    async def _answer(self, work: Coroutine[Any, Any, Answer | None]) -> None:
        try:
            answer = await work
        except KaputtError as error:
            answer = {"error": error.document()}
        if answer is not None:
            await self._send(answer)

    async def _key(self, change: KeyChange) -> Answer:
        told = await self._seat.key(change)
        return {
            "delivery": told.delivery,
            "code": change.code,
            "down": change.is_down,
            "sentence": told.sentence,
        }

    async def _release(self) -> Answer:
        told = await self._seat.release()
        return {
            "delivery": told.delivery,
            "code": None,
            "down": False,
            "sentence": told.sentence,
        }

    async def _take(self) -> Answer:
        await self._desk.take(self._seat)
        return {"taken": True}

    async def _button(self, change: MouseChange) -> Answer:
        told = await self._seat.mouse(change)
        assert told is not None  # only motion is merged
        return mouse_answer(change, told.delivery, told.sentence)

    async def _moved(self, motion: MouseChange) -> Answer | None:
        """Motion comes by the dozen each second, so its trouble is told once, until it is over."""
        try:
            told = await self._seat.mouse(motion)
        except KaputtError as error:
            is_news, self._motion_trouble = error.code != self._motion_trouble, error.code
            if is_news:
                raise
            return None
        if told is None:
            return None
        trouble = told.sentence if told.is_undelivered else ""
        is_news, self._motion_trouble = trouble != self._motion_trouble, trouble
        return mouse_answer(motion, told.delivery, told.sentence) if trouble and is_news else None


def late(message: KeyMessage | MouseMessage, age_s: float) -> Answer:
    """The answer about a press that took too long to get here."""
    sentence = (
        f"This press took {age_s:.1f} s to get here; "
        f"after more than {PRESSED_WITHIN_S:g} s it is not made."
    )
    if isinstance(message, MouseMessage):
        return mouse_answer(message.change(), "undelivered", sentence)
    return {"delivery": "undelivered", "code": message.code, "down": True, "sentence": sentence}


def mouse_answer(change: MouseChange, delivery: str, sentence: str) -> Answer:
    """What became of motion, or of a button."""
    return {
        "delivery": delivery,
        "mouse": change.mouse,
        "button": change.button,
        "down": change.is_down if change.button is not None else None,
        "sentence": sentence,
    }
