"""Typing a text at the target."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Caller, Keys, Take, TextTypist
from api.keys.job import Job
from api.keys.text import Untypable
from api.keys.typist import Wish
from api.schemas import ProblemResponses
from api.typing_schemas import (
    JobState,
    Place,
    ResumeOrder,
    TextCheck,
    TextOrder,
    TypingOrder,
    TypingState,
    UntypableCharacter,
    UntypableProblem,
)

router = APIRouter(prefix="/api/typing", tags=["typing"])
UNTYPABLE: ProblemResponses = {
    422: {"model": UntypableProblem, "description": "Something cannot be typed"}
}


async def _asked(job: str, typist: TextTypist) -> Job:
    return typist.find(job)


AskedJob = Annotated[Job, Depends(_asked)]


@router.get("")
async def state(typist: TextTypist) -> TypingState:
    """The present job, or the last one."""
    return TypingState(job=told(typist.job) if typist.job is not None else None)


@router.post("", status_code=201, responses=UNTYPABLE)
async def start(
    order: TypingOrder, typist: TextTypist, desk: Keys, caller: Caller, take: Take = False
) -> JobState:
    """Type a text, once it is known that all of it can be typed."""
    desk.check_owner(order.owner)
    wish = Wish(
        order.text,
        order.layout,
        order.variant,
        order.system,
        order.replacement,
        order.delay_ms,
        order.owner,
    )

    async def admit() -> None:
        await desk.admit_text(order.owner, caller.name, take)

    return told(await typist.start(wish, admit))


@router.post("/check")
async def check(order: TextOrder, typist: TextTypist) -> TextCheck:
    """What would become of a text. Types nothing."""
    wish = Wish(order.text, order.layout, order.variant, order.system, order.replacement)
    findings = await typist.check(wish)
    plan = findings.plan
    return TextCheck(
        typable=findings.is_typable,
        characters=plan.character_count,
        strokes=plan.stroke_count,
        untypable=[named(each) for each in plan.untypable],
        different=plan.different,
        windows_covered=findings.is_covered,
    )


@router.post("/{job}/pause")
async def pause(job: AskedJob) -> JobState:
    """Stop at once; it can go on later."""
    await job.pause()
    return told(job)


@router.post("/{job}/resume")
async def resume(
    job: AskedJob,
    desk: Keys,
    caller: Caller,
    order: ResumeOrder | None = None,
    take: Take = False,
) -> JobState:
    """Go on after a pause or an interruption."""
    if not job.is_running and not job.is_over:
        await desk.admit_text(job.owner, caller.name, take)
    await job.resume(order.at if order else None)
    return told(job)


@router.delete("/{job}")
async def cancel(job: AskedJob) -> JobState:
    """Stop at once and for good."""
    await job.cancel()
    return told(job)


def told(job: Job) -> JobState:
    """The job as it is told."""
    return JobState.model_validate(job.document())


def named(untypable: Untypable) -> UntypableCharacter:
    """A character, for the one who sent it."""
    return UntypableCharacter(
        character=untypable.character,
        label=untypable.label,
        count=untypable.count,
        positions=[
            Place(offset=place.offset, line=place.line, column=place.column)
            for place in untypable.positions
        ],
    )
