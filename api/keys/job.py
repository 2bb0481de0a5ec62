"""A typing job: one text on its way to the target, and how far it has got.

Two batches are with gadgetd at any time, so the target never waits for us. What has been typed is
counted from what gadgetd knows to be collected, and from nothing else. When typing ends early, the
job stands before the first character that is not known to be typed, and says what it does not know.

Nobody's text goes on by itself into a target that was gone meanwhile: it may show something else by
now. So an interrupted job waits for somebody who has looked.

The text is kept until the job is over, and shown nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from api.keys.flight import fly, put_back
from api.keys.locks import Locks, LockStuckError
from api.keys.order import NAME_OF, Order, Ready
from api.keys.progress import Progress, Words, with_doubts, words
from api.keys.session import (
    ANSWER_WITHIN_S,
    INTERRUPTED,
    LIGHTS,
    STOPPED,
    Outcome,
    Session,
)
from api.keys.text import Position, end
from api.ports import Gadget
from gadgetd.errors import KaputtError

NOBODY_ASKED = "The typing was stopped, and nobody here had asked for it."
AWAY = "The target was away for a moment while its lock lights changed."
FRUITLESS_ROUNDS = 5  # of lights that change faster than anything can be typed

TYPING, STALLED, PAUSED, BROKEN = "typing", "stalled", "paused", "interrupted"
DONE, CANCELLED, FAILED = "done", "cancelled", "failed"
OVER = frozenset({DONE, CANCELLED, FAILED})
GIVEN_UP = "Cancelled."


class JobOverError(KaputtError):
    """A job that has ended cannot go on."""

    code = "job_over"

    def __init__(self, number: str) -> None:
        super().__init__(f"The typing job {number} is over.", "Start another one.")


class PlaceUnknownError(KaputtError):
    """There is no such place to go on at."""

    code = "place_unknown"

    def __init__(self, at: int, total: int) -> None:
        super().__init__(f"The text has {total} characters; typing cannot go on at {at}.")


class Job:
    """One text being typed."""

    def __init__(
        self, number: str, order: Order, ready: Ready, gadget: Gadget, news: Callable[[], None]
    ) -> None:
        self.number = number
        self.owner = order.owner
        self.total = ready.plan.character_count
        self._about = {
            "replaced": ready.plan.replaced_count,
            "layout": order.keymap.layout,
            "variant": order.keymap.variant,
            "system": order.system,
            "owner": order.owner,
        }
        self._end = end(order.text)
        self._order: Order | None = order
        self._ready: Ready | None = ready
        self._gadget = gadget
        self._news = news
        self._locks = Locks(gadget)
        self._progress = Progress()
        self._state = TYPING
        self._words = Words(order.note)
        self._asked = ""  # what somebody wants it to become, and how to say that
        self._opening = ""
        self._session: Session | None = None
        self._work: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def state(self) -> str:
        """As in the document."""
        status = self._gadget.status
        if self._state == TYPING and status and not status["keyboard"]["collecting"]:
            return STALLED
        return self._state

    @property
    def is_running(self) -> bool:
        """Whether it types, or would if the target took anything."""
        return self._state == TYPING

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self._state in OVER

    def document(self) -> dict[str, Any]:
        """What there is to tell. Nothing of the text is in it."""
        state, said, status = self.state, self._words, self._gadget.status
        if state == STALLED and status:
            said = Words(status["keyboard"]["sentence"], "It goes on by itself when keys do.")
        said = with_doubts(said, self._progress)
        position = self._progress.position or self._end
        return {
            "id": self.number,
            "state": state,
            "typed": self._progress.typed,
            "total": self.total,
            "unsure": self._progress.unsure > 0,
            "line": position.line,
            "column": position.column,
            "doubtful": [
                {"line": place.line, "column": place.column} for place in self._progress.doubtful
            ],
            **self._about,
            "sentence": said.sentence,
            "remedy": said.remedy,
        }

    async def begin(self) -> None:
        """Take the keyboard and type on from where it stands.

        Raises:
            KaputtError: gadgetd cannot be asked, or somebody else types; the job is as it was.
        """
        assert self._order is not None
        self._session = await Session.open(self._gadget)
        self._progress.start_anew()
        self._asked, self._state, self._words = "", TYPING, Words(self._order.note)
        self._work = asyncio.create_task(self._run(self._session))
        self._news()

    async def resume(self, at: int | None = None) -> None:
        """Go on after a pause or an interruption; nothing to do where it types.

        Args:
            at: before which character, counted as in `total`; None for the first that is not
                known to be typed.

        Raises:
            JobOverError: it is over.
            PlaceUnknownError: the text has no such place.
            KaputtError: as `begin` does.
        """
        async with self._one_at_a_time:
            if self._ready is None:
                raise JobOverError(self.number)
            if self.is_running:
                return
            if at is not None:
                if not 0 <= at <= self.total:
                    raise PlaceUnknownError(at, self.total)
                position = await asyncio.to_thread(_position_at, self._ready, at)
                self._progress = replace(self._progress, typed=at, position=position)
            await self.begin()

    async def pause(self, opening: str = "Paused.") -> None:
        """Stop at once; others' keys flow, and the text can go on. Raises `JobOverError`.

        Args:
            opening: the sentence that says so.
        """
        async with self._one_at_a_time:
            if self.is_over:
                raise JobOverError(self.number)
            await self._stop(PAUSED, opening)

    async def cancel(self) -> None:
        """Stop at once and for good; the text is forgotten."""
        async with self._one_at_a_time:
            await self._stop(CANCELLED, GIVEN_UP)
            if not self.is_over:  # it was at rest
                await self._put_back_later()
                self._become(CANCELLED, GIVEN_UP)

    async def _stop(self, wanted: str, opening: str) -> None:
        if self._work is None or self._work.done():
            return
        self._asked, self._opening = wanted, opening
        if self._session is not None:
            await self._session.stop()
        # All is answered by now, unless gadgetd hangs; it is not waited for any longer then.
        _, late = await asyncio.wait({self._work}, timeout=3 * ANSWER_WITHIN_S)
        for work in late:
            work.cancel()
            await asyncio.wait({work})

    async def _run(self, session: Session) -> None:
        outcome, error = Outcome(0, 0, STOPPED), None
        try:
            outcome = await self._type(session)
        except KaputtError as lost:
            error = lost
        finally:
            is_there = not isinstance(error, KaputtError) or isinstance(error, LockStuckError)
            if is_there and outcome.reason != INTERRUPTED:
                await put_back(session, self._ready, self._progress, self._locks)
            await session.close()
            if isinstance(error, LockStuckError):
                self._become(FAILED, error.sentence, error.remedy)
            elif error is None and not outcome.reason:
                self._become(DONE)
            elif self._asked and outcome.reason != INTERRUPTED and error is None:
                self._become(self._asked, self._opening)
            elif self._asked == CANCELLED:
                self._become(CANCELLED, GIVEN_UP)
            else:
                sentence = error.sentence if error else outcome.sentence or NOBODY_ASKED
                self._become(BROKEN, sentence, "Look at the target, then resume or cancel.")

    async def _type(self, session: Session) -> Outcome:
        """Type to the end, or until something ends it."""
        fruitless = 0
        while True:
            outcome = await self._prepare(session)
            if outcome.reason:
                return outcome
            assert self._order is not None
            assert self._ready is not None
            ready, before = self._ready, self._progress.typed
            outcome = await fly(
                session,
                ready,
                self._progress,
                self._order.delay_ms,
                self._news,
                guards=self._order.system == "linux",
            )
            if outcome.reason != LIGHTS or session.is_stopped:
                return outcome
            fruitless = fruitless + 1 if self._progress.typed == before else 0
            if fruitless >= FRUITLESS_ROUNDS:
                return Outcome(0, 0, INTERRUPTED, "The target's lock lights change all the time.")
            await self._locks.differ_from(ready.lights)
            if session.is_stopped:
                return Outcome(0, 0, STOPPED)
            if not await session.go_on():
                return Outcome(0, 0, INTERRUPTED, AWAY)

    async def _prepare(self, session: Session) -> Outcome:
        """Plan for the lights there are, and switch off the locks that are in the way."""
        assert self._order is not None
        assert self._ready is not None
        lights = self._locks.lights
        if self._ready.lights.union(self._ready.switch_off) != lights:
            self._ready = await asyncio.to_thread(self._order.ready, lights)
        return await self._locks.switch_off(session, self._ready.switch_off)

    async def _put_back_later(self) -> None:
        """The same for a job that is given up after an interruption, if the target is back."""
        progress = self._progress
        if not progress.in_second and not self._locks.switched_off:
            return
        try:
            session = await Session.open(self._gadget)
        except KaputtError:
            return
        # No more of the text; but what is not known of it stays unknown, and is told.
        begun, progress.begun = progress.begun, ()
        await put_back(session, self._ready, progress, self._locks)
        progress.begun = begun
        await session.close()

    def _become(self, state: str, opening: str = "", remedy: str = "") -> None:
        self._state = state
        said = words(self._progress, self.total, opening, remedy)
        off = " and ".join(NAME_OF[light] for light in self._locks.switched_off)
        if off:
            said = Words(f"{said.sentence} {off} may still be off at the target.", said.remedy)
        self._words = said
        if self.is_over:
            self._order = self._ready = None
        self._news()


def _position_at(ready: Ready, at: int) -> Position | None:
    """Where the character of that number stands; None behind the last."""
    step = next(islice(ready.plan.steps(), at, None), None)
    return step.position if step else None
