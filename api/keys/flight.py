"""The flight of a plan: batches on their way to gadgetd, and the tidying up behind them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice

from api.keys.batches import Batch, Feed, Pace
from api.keys.locks import Locks
from api.keys.order import Ready, names_of
from api.keys.plan import Stroke
from api.keys.progress import Progress
from api.keys.session import ANSWER_WITHIN_S, Outcome, Session
from api.keys.text import Position
from gadgetd.errors import KaputtError

IN_FLIGHT = 2


async def fly(
    session: Session, ready: Ready, progress: Progress, delay_ms: int, news: Callable[[], None]
) -> Outcome:
    """Type what is left, two batches at a time, so that gadgetd never waits for us.

    Args:
        session: has the keyboard.
        ready: the plan, and the lights it is good for.
        progress: where to begin; kept up to date, also when this raises.
        delay_ms: after each stroke.
        news: called after every progress.

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
                typing = asyncio.create_task(session.type(batch.strokes, delay_ms, lights))
                flying.append((batch, feed.position, typing))
            if not flying:
                return Outcome(0)
            batch, behind, typing = flying[0]
            outcome = await asyncio.shield(typing)
            flying.popleft()
            typed = outcome.typed if outcome.reason else len(batch.strokes)
            progress.advance(batch, behind, typed, outcome.unsure, switch)
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
    finishes = bool(progress.begun) and not progress.unsure
    if finishes:
        rest = list(islice(progress.rest(ready.plan), 2))
        strokes += rest[0].strokes
        behind = rest[1].position if len(rest) > 1 else None
    if switch and progress.in_second ^ (strokes.count(switch) % 2 == 1):
        strokes.append(switch)
    strokes += locks.keys_back
    if not strokes:
        return
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await session.begin()
            outcome = await session.type(strokes)
    except (KaputtError, TimeoutError):
        return  # the progress says what is not as it was
    if outcome.reason:
        return
    if finishes:
        progress.typed, progress.position, progress.begun = progress.typed + 1, behind, ()
    progress.in_second = False
    locks.forget()
