"""The target's drive, as the api moves it: gadgetd judges and acts, and its words pass through."""

from __future__ import annotations

from typing import Any

from api.ports import Gadget
from gadgetd.usb.medium import MediumMode


class Drive:
    """The one drive, through gadgetd. Every method raises the `KaputtError` that gadgetd gives."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget

    async def state(self) -> dict[str, Any]:
        """What the target sees, asked anew."""
        answer = await self._gadget.call("status")
        return drive_in(answer["status"])

    async def insert(self, image: str, mode: MediumMode) -> dict[str, Any]:
        """Put an image of the library in, by its name."""
        return drive_in(await self._gadget.call("insert", image=image, mode=mode.value))

    async def eject(self, force: bool) -> dict[str, Any]:
        """Take out what is in; with `force` even if the target has locked the tray."""
        return drive_in(await self._gadget.call("eject", force=force))


def drive_in(answer: dict[str, Any]) -> dict[str, Any]:
    """The drive's part of an answer."""
    drive: dict[str, Any] = answer["drive"]
    return drive
