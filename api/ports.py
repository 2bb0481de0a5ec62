"""What the api needs of others, and nothing more of them than that.

The real ones are `gadgetd.client.GadgetClient` and `api.video.camera.Camera`; a test hands in its
own, scripted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from api.video.picture import Card, Frame, PictureStatus
from gadgetd.failures import GadgetdUnreachableError
from gadgetd.status import GadgetStatus

TextOwner = Callable[[], str | None]
"""Gives the seat, such as "p3", whose text is being typed just now; None when nobody's is."""


class Gadget(Protocol):
    """The way to gadgetd, which may be there or not at any time."""

    @property
    def status(self) -> GadgetStatus | None:
        """gadgetd's last word on cable, keyboard and drive; None while it is not reachable."""
        ...

    @property
    def unreachable(self) -> GadgetdUnreachableError | None:
        """Why there is no status; None while there is one."""
        ...

    @property
    def revision(self) -> int:
        """Another number after every change: of the status, or of the connection."""
        ...

    @property
    def generation(self) -> int:
        """Another number for every connection; what an earlier one held is gone."""
        ...

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        ...

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Ask gadgetd for something, and wait so long for its answer; None: as long as it takes.

        Raises a `KaputtError` with the code gadgetd gave it, or one that says why there is none.
        """
        ...


class Seats(Protocol):
    """Who is there."""

    @property
    def revision(self) -> int:
        """Another number after every change of it."""
        ...

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        ...

    def documents(self) -> list[dict[str, Any]]:
        """Everybody, for the status document."""
        ...


class Typing(Protocol):
    """What text is being typed."""

    @property
    def revision(self) -> int:
        """Another number after every change of it."""
        ...

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        ...

    def document(self) -> dict[str, Any] | None:
        """The job, for the status document."""
        ...


class Slot(Protocol):
    """Where the newest frame lies, or the card that says why there is none."""

    async def next(self, after_sequence: int = 0) -> Frame | Card:
        """Wait for something other than number `after_sequence`."""
        ...


class Camera(Protocol):
    """The target's screen. It captures while somebody watches."""

    @property
    def status(self) -> PictureStatus:
        """The picture in words and numbers."""
        ...

    @property
    def revision(self) -> int:
        """Another number after every change of the status."""
        ...

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        ...

    def watch(self) -> AbstractAsyncContextManager[Slot]:
        """Be a viewer for as long as the block lasts."""
        ...

    async def snapshot(self, timeout_s: float) -> Frame:
        """A fresh frame. Raises a `KaputtError` that says why there is none."""
        ...
