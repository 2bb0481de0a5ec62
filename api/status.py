"""The status document: what gadgetd, the camera, the desk and the configuration say, in one.

Whoever watches gets it at once, and again after every change, but not more often than eyes follow.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncGenerator, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Protocol

from api.ports import Camera, Gadget, Seats, Typing
from api.target import ResetLine
from gadgetd import status
from gadgetd.errors import KaputtError
from gadgetd.status import GadgetStatus

PACE_S = 0.1


def without_gadgetd(why: KaputtError | None) -> GadgetStatus:
    """What is known about the cable when nobody is there to ask."""
    return {
        "cable": {
            "state": "no_gadgetd",
            "udc": None,
            "speed": None,
            "sentence": "The USB service, gadgetd, does not answer.",
        },
        "keyboard": {
            "held": [],
            "leds": [],
            "collecting": False,
            "typing": False,
            "releases": 0,
            "sentence": "No key reaches the target without gadgetd.",
        },
        "mouse": {
            "absolute": False,
            "relative": False,
            "held": [],
            "sentence": "No mouse reaches the target without gadgetd.",
        },
        "drive": {
            "shown": False,
            "image": None,
            "mode": None,
            "size_bytes": None,
            "sentence": "What the target sees is not known without gadgetd.",
        },
        "problems": status.problems([why]),
    }


class Source(Protocol):
    """Something that changes."""

    @property
    def revision(self) -> int:
        """Another number after every change."""
        ...

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        ...


class StatusBoard:
    """What there is to know, and news of it."""

    def __init__(
        self, gadget: Gadget, camera: Camera, target: ResetLine, seats: Seats, typing: Typing
    ) -> None:
        self._gadget = gadget
        self._camera = camera
        self._target = target
        self._seats = seats
        self._typing = typing
        self._sources: tuple[Source, ...] = (gadget, camera, seats, typing)
        self._version = version()

    def document(self) -> dict[str, Any]:
        """Everything, as it is now."""
        usb = self._gadget.status or without_gadgetd(self._gadget.unreachable)
        return {
            "cable": usb["cable"],
            "keyboard": usb["keyboard"],
            "mouse": usb["mouse"],
            "seats": self._seats.documents(),
            "typing": self._typing.document(),
            "drive": usb["drive"],
            "picture": self._camera.status.document(),
            "target": {"reset": self._target.is_there},
            "problems": usb["problems"],
            "version": self._version,
        }

    async def news(self) -> AsyncGenerator[dict[str, Any], None]:
        """The document now, and after every change of it. Changes close together come as one."""
        told: dict[str, Any] | None = None
        while True:
            seen = [source.revision for source in self._sources]
            document = self.document()
            if document != told:
                told = document
                yield document
                await asyncio.sleep(PACE_S)
            await self._change_since(seen)

    async def _change_since(self, revisions: Sequence[int]) -> None:
        waits = {
            asyncio.ensure_future(source.next_change(seen))
            for source, seen in zip(self._sources, revisions, strict=True)
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def version() -> str:
    """Ours: as it was installed, or as the checkout says it would be."""
    try:
        return installed_version("kaputtkvm")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])
