"""The cable to the target."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import TargetCable

router = APIRouter(prefix="/api/cable", tags=["target"])


@router.post("/replug", status_code=204)
async def replug(cable: TargetCable) -> Response:
    """Pull the cable and plug it in again; the target finds our USB device anew."""
    await cable.replug()
    return Response(status_code=204)
