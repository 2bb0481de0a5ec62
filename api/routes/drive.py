"""The target's drive, and what can go into it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import Drive, Images
from api.schemas import DriveState, ImageEntry, ImageList, InsertOrder, Trouble

router = APIRouter(prefix="/api", tags=["drive"])


@router.get("/images")
async def images(library: Images) -> ImageList:
    """The images that can be inserted, and how."""
    listing = await library.listing()
    return ImageList(
        images=[ImageEntry.model_validate(image, from_attributes=True) for image in listing.images],
        directory_problem=(
            None if listing.problem is None else Trouble.model_validate(listing.problem.document())
        ),
    )


@router.get("/drive", response_model=DriveState)
async def drive(drive: Drive) -> dict[str, Any]:
    """What the target sees."""
    return await drive.state()


@router.put("/drive", response_model=DriveState)
async def insert(order: InsertOrder, drive: Drive) -> dict[str, Any]:
    """Put an image into the drive, in place of the one that is there."""
    return await drive.insert(order.image, order.mode)


@router.delete("/drive", response_model=DriveState)
async def eject(
    drive: Drive,
    force: Annotated[bool, Query(description="Even if the target has locked the drive.")] = False,
) -> dict[str, Any]:
    """Take the image out of the drive."""
    return await drive.eject(force)
