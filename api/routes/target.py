"""What else can be done to the target."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import Target, TargetCable

router = APIRouter(prefix="/api/target", tags=["target"])


@router.post("/reset", status_code=204)
async def reset(target: Target) -> Response:
    """Press the target's reset button, where there is one."""
    await target.press()
    return Response(status_code=204)


@router.post("/wake", status_code=204)
async def wake(cable: TargetCable) -> Response:
    """Ask a sleeping target to wake up, over USB."""
    await cable.wake()
    return Response(status_code=204)
