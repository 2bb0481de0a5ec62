"""Locks: the target's Caps Lock and Num Lock, as its lights report them.

A lock that is in the way of a text is switched off by pressing its key, and the light has to
follow: a lock that does not do what its light says would turn a text into another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from api.keys.order import KEY_OF, NAME_OF, lights_of
from api.keys.plan import Stroke
from api.keys.session import Outcome, Session
from api.ports import Gadget
from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Led

FOLLOWS_WITHIN_S = 1.0


class LockStuckError(KaputtError):
    """A lock's light stayed on although its key was pressed."""

    code = "lock_stuck"

    def __init__(self, light: Led) -> None:
        super().__init__(
            f"{NAME_OF[light]} is on at the target and did not go off when its key was pressed; "
            "with it on the text cannot be typed.",
            f"Switch {NAME_OF[light]} off at the target.",
        )


class Locks:
    """What we did to the target's locks, to be undone."""

    def __init__(self, gadget: Gadget, follows_within_s: float = FOLLOWS_WITHIN_S) -> None:
        self._gadget = gadget
        self._follows_within_s = follows_within_s
        self._off: dict[Led, None] = {}
        self._stuck: set[Led] = set()

    @property
    def lights(self) -> frozenset[Led]:
        """Those that are on now, as far as gadgetd has said."""
        status = self._gadget.status
        return lights_of(status["keyboard"]["leds"]) if status else frozenset()

    @property
    def switched_off(self) -> tuple[Led, ...]:
        """The locks that we switched off and nobody has switched on since."""
        lights = self.lights
        return tuple(light for light in self._off if light in self._stuck or light not in lights)

    @property
    def keys_back(self) -> list[Stroke]:
        """What to press so that they are on again."""
        return [KEY_OF[light] for light in self.switched_off]

    def forget(self) -> None:
        """They are as they were."""
        self._off.clear()
        self._stuck.clear()

    async def differ_from(self, lights: frozenset[Led]) -> None:
        """Wait until other lights than these are on, but not for long."""
        await self._until(lambda: self.lights != lights)

    async def switch_off(self, session: Session, lights: Iterable[Led]) -> Outcome:
        """Press the keys of these locks, and see their lights go off.

        Raises:
            LockStuckError: one does not.
            KaputtError: gadgetd was lost.
        """
        for light in lights:
            if light not in self.lights:
                continue
            outcome = await session.type([KEY_OF[light]])
            if outcome.typed or outcome.unsure:
                self._off[light] = None
            if outcome.reason:
                return outcome
            await self._until(lambda light=light: light not in self.lights)  # type: ignore[misc]
            if light in self.lights:
                self._stuck.add(light)
                raise LockStuckError(light)
        return Outcome(0)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._follows_within_s):
                while not is_so():
                    await self._gadget.next_change(self._gadget.revision)
