"""A typing session: a seat of its own with gadgetd, that has the keyboard for text.

A seat ends with the connection it was opened on, and another connection may have a seat of the same
name. So nothing is asked for a seat whose connection is not the present one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.keys.plan import Stroke
from api.ports import Gadget
from gadgetd.errors import KaputtError

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 2.0  # of what gadgetd answers at once, unless it hangs
STOPPED = "stopped"
INTERRUPTED = "interrupted"
LIGHTS = "lights"


class TypingLostError(KaputtError):
    """gadgetd was lost while it typed."""

    code = "typing_lost"

    def __init__(self) -> None:
        super().__init__(
            "The connection to gadgetd broke.", "It comes back by itself when gadgetd runs."
        )


@dataclass(frozen=True)
class Outcome:
    """What became of strokes.

    Attributes:
        typed: so many are known to be wholly collected by the target.
        unsure: so many more may have arrived, wholly or in part.
        reason: why not all; empty, or one of gadgetd's.
        sentence: the same in words.
        held_long: which of them the target may have repeated, because it stopped asking for keys
            while they were down; counted from 0.
    """

    typed: int
    unsure: int = 0
    reason: str = ""
    sentence: str = ""
    held_long: tuple[int, ...] = ()


class Session:
    """From `open` to `close`, the keyboard is ours."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget
        self._generation = gadget.generation
        self._seat: str | None = None
        self._is_stopped = False

    @classmethod
    async def open(cls, gadget: Gadget) -> Session:
        """Take the keyboard.

        Raises:
            KaputtError: gadgetd cannot be asked, or somebody else types a text.
        """
        session = cls(gadget)
        opened = await gadget.call("seat_open", within_s=ANSWER_WITHIN_S)
        session._seat = str(opened["seat"])
        try:
            await session.begin()
        except KaputtError:
            await session.close()
            raise
        return session

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called since the last `begin`."""
        return self._is_stopped

    async def begin(self) -> None:
        """Take the keyboard, or go on after an ending. Raises a `KaputtError` as `open` does."""
        self._is_stopped = False  # before it is asked: whoever stops meanwhile means this one too
        await self._call("typing_begin", within_s=ANSWER_WITHIN_S)

    async def go_on(self) -> bool:
        """Begin again after the target's lights have ended it, unless the target has been away.

        After `lights` the seat keeps the keyboard, until the target goes: that would not be told,
        because the first ending stays the reason. Both are asked in one breath, so that nothing
        happens in between.

        Raises:
            KaputtError: as `begin` does.
        """
        if not self._is_there():
            raise TypingLostError
        told, _ = await asyncio.gather(
            self._gadget.call("status", within_s=ANSWER_WITHIN_S), self.begin()
        )
        return bool(told["status"]["keyboard"]["typing"])

    async def type(
        self,
        strokes: Sequence[Stroke],
        delay_ms: int = 0,
        lights: Sequence[str] | None = None,
    ) -> Outcome:
        """Type, and wait until the target has collected all of it, however long that takes.

        Raises:
            KaputtError: gadgetd cannot be asked, or was lost; nobody knows what was typed.
        """
        if self._is_stopped:
            return Outcome(0, 0, STOPPED)
        if not strokes:  # all of it is left out, and gadgetd takes no nothing
            return Outcome(0)
        usages = [[*map(int, stroke.held), int(stroke.key)] for stroke in strokes]
        minded: dict[str, Any] = {} if lights is None else {"lights": list(lights)}
        try:
            answer = await self._call("type", strokes=usages, delay_ms=delay_ms, **minded)
        except KaputtError:
            # Ours came in behind our own typing_end, which is not told as a reason.
            if self._is_stopped and self._is_there():
                return Outcome(0, 0, STOPPED)
            raise
        return Outcome(
            min(int(answer["typed"]), len(strokes)),
            int(answer.get("unsure") or 0),
            str(answer.get("reason") or ""),
            str(answer.get("sentence") or ""),
            tuple(held for held in answer.get("held_long") or () if 0 <= held < len(strokes)),
        )

    async def stop(self) -> None:
        """End what is being typed, at once; it is answered as stopped. Others' keys flow again."""
        self._is_stopped = True
        await self._leave("typing_end")

    async def close(self) -> None:
        """Give the keyboard and the seat back, if they can be given back."""
        self._is_stopped = True
        await self._leave("seat_close")
        self._seat = None

    def _is_there(self) -> bool:
        gadget = self._gadget
        return gadget.status is not None and gadget.generation == self._generation

    async def _call(
        self, verb: str, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        if self._seat is None or not self._is_there():
            raise TypingLostError
        return await self._gadget.call(verb, within_s=within_s, seat=self._seat, **arguments)

    async def _leave(self, verb: str) -> None:
        if self._seat is None or not self._is_there():
            return  # the seat has ended with its connection
        try:
            await self._call(verb, within_s=ANSWER_WITHIN_S)
        except KaputtError as error:
            log.warning("%s of the typing seat %s failed: %s", verb, self._seat, error)
