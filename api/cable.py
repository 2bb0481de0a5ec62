"""The cable to the target: pulled and plugged in again, and used to wake the target up."""

from __future__ import annotations

from api.ports import Gadget

# gadgetd leaves the cable unplugged for half a second, and the kernel takes its time on both sides.
REPLUGGED_WITHIN_S = 15.0
WOKEN_WITHIN_S = 5.0


class Cable:
    """The one cable, through gadgetd. Every method raises the `KaputtError` that gadgetd gives."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget

    async def replug(self) -> None:
        """Have the target find our USB device anew."""
        await self._gadget.call("replug", within_s=REPLUGGED_WITHIN_S)

    async def wake(self) -> None:
        """Ask a target that sleeps to wake up."""
        await self._gadget.call("wake", within_s=WOKEN_WITHIN_S)
