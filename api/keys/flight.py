"""The flight of a plan: batches on their way to gadgetd, and the tidying up behind them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice

from api.keys.batches import Batch, Feed, Pace
from api.keys.guard import guarded
from api.keys.locks import Locks
from api.keys.order import Ready, names_of
from api.keys.plan import Stroke
from api.keys.progress import Progress
from api.keys.session import ANSWER_WITHIN_S, STOPPED, Outcome, Session
from api.keys.text import Position
from gadgetd.errors import KaputtError

IN_FLIGHT = 2


async def fly(
    session: Session,
    ready: Ready,
    progress: Progress,
    delay_ms: int,
    news: Callable[[], None],
    *,
    guards: bool = False,
) -> Outcome:
    """Type what is left, two batches at a time, so that gadgetd never waits for us.

    Args:
        session: has the keyboard.
        ready: the plan, and the lights it is good for.
        progress: where to begin; kept up to date, also when this raises.
        delay_ms: after each stroke.
        news: called after every progress.
        guards: whether the target shall find a guard behind each character, see `guard`.

    Raises:
        KaputtError: gadgetd was lost; what was on its way is unsure.
    """
    feed, pace = Feed(progress.rest(ready.plan)), Pace(delay_ms)
    lights, switch = names_of(ready.lights), ready.plan.switch
    flying: deque[tuple[Batch, Position | None, asyncio.Task[Outcome]]] = deque()
    loop = asyncio.get_running_loop()
    since_s = loop.time()
    try:
        while True:
            while len(flying) < IN_FLIGHT and (batch := feed.take(pace.size)):
                strokes = guarded(batch.steps, switch) if guards else batch.strokes
                typing = asyncio.create_task(session.type(strokes, delay_ms, lights))
                flying.append((batch, feed.position, typing))
            if not flying:
                return Outcome(0)
            batch, behind, typing = flying[0]
            outcome = await asyncio.shield(typing)
            flying.popleft()
            typed = outcome.typed if outcome.reason else len(batch.strokes)
            progress.advance(batch, behind, typed, outcome.unsure, switch)
            for stroke in outcome.held_long:
                progress.doubt(batch.position_of(stroke))
            news()
            if outcome.reason:
                return outcome
            now_s = loop.time()
            pace.took(len(batch.strokes), now_s - since_s)
            since_s = now_s
    except (KaputtError, asyncio.CancelledError):
        progress.lose([stroke for batch, *_ in flying for stroke in batch.strokes], switch)
        for *_, typing in flying:
            typing.cancel()
        raise
    finally:
        # Behind an ending nothing more is typed; but all of it has to be answered.
        await asyncio.gather(*(typing for *_, typing in flying), return_exceptions=True)


async def put_back(session: Session, ready: Ready | None, progress: Progress, locks: Locks) -> None:
    """Finish a character that was begun, and leave the target's layout and locks as before.

    As far as possible, and for a short while only: somebody waits for the end.
    """
    if ready is None:
        return
    strokes: list[Stroke] = []
    behind, switch = progress.position, ready.plan.switch
    if progress.begun and not progress.unsure:
        rest = list(islice(progress.rest(ready.plan), 2))
        strokes += rest[0].strokes
        behind = rest[1].position if len(rest) > 1 else None
    finishing = len(strokes)
    if (
        switch
        and not progress.is_layout_unsure
        and progress.in_second ^ (strokes.count(switch) % 2 == 1)
    ):
        strokes.append(switch)
    strokes += locks.keys_back
    if not strokes:
        return
    outcome = await _typed_soon(session, strokes)
    if outcome.held_long and finishing and progress.position:
        progress.doubt(progress.position)
    progress.tidy(strokes, finishing, behind, outcome.typed, outcome.unsure, switch)
    if outcome.typed == len(strokes):
        locks.forget()


async def _typed_soon(session: Session, strokes: list[Stroke]) -> Outcome:
    """Type these, or give up soon; what has become of them is known even then, if gadgetd lives."""

    async def type_them() -> Outcome:
        await session.begin()
        return await session.type(strokes)

    typing = asyncio.create_task(type_them())
    try:
        done, _ = await asyncio.wait({typing}, timeout=ANSWER_WITHIN_S)
        if not done:
            await session.stop()
            done, _ = await asyncio.wait({typing}, timeout=ANSWER_WITHIN_S)
        if done:
            return typing.result()
    except KaputtError:
        pass  # nobody knows
    finally:
        typing.cancel()
    return Outcome(0, len(strokes), STOPPED)
