"""The target's mice, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import Caller, Keys, Take
from api.schemas import MouseDelivery, MouseOrder

router = APIRouter(prefix="/api", tags=["mouse"])


@router.post("/mouse")
async def move(order: MouseOrder, desk: Keys, caller: Caller, take: Take = False) -> MouseDelivery:
    """Move a mouse or press a button. What is still down at the end of the request is let go."""
    change = order.change()
    async with desk.seat(caller.name, caller.address, caller.session) as seat:
        if take:
            await desk.take(seat)
        told = await seat.mouse(change)
    assert told is not None  # nothing else of this seat's waits, that it could be merged with
    return MouseDelivery(
        mouse=change.mouse,
        button=change.button,
        down=order.down,
        delivery=told.delivery,
        sentence=told.sentence,
    )
