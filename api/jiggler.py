"""The jiggler: moves the mouse a little when nobody has used anything for a while.

A target that thinks that it is alone shows its screen saver, or locks. The mouse comes back to
where it was, and nothing is moved at a target that is asleep, not there, or having text typed.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from api.keys.changes import FURTHEST, MouseChange
from api.keys.desk import Desk
from api.ports import Gadget
from gadgetd.errors import KaputtError

log = logging.getLogger(__name__)

STEP = 1
# Of 32,767 across the screen: one or two pixels, so that no target rounds it to no motion at all.
PLACE_STEP = 32
MIDDLE = (FURTHEST // 2, FURTHEST // 2)


class Jiggler:
    """Every so many seconds without anybody."""

    def __init__(self, desk: Desk, gadget: Gadget, every_s: float | None) -> None:
        """`every_s` is None for never."""
        self._desk = desk
        self._gadget = gadget
        self._every_s = every_s
        self._trouble = ""

    async def run(self) -> None:
        """Mind the target, until cancelled."""
        if self._every_s is None:
            await asyncio.Event().wait()
            return
        seat = self._desk.hidden_seat()
        try:
            while True:
                left_s = self._every_s - self._desk.idle_s
                await asyncio.sleep(left_s if left_s > 0 else self._every_s)
                if self._desk.idle_s < self._every_s:
                    continue
                try:
                    for motion in self._motions():
                        await seat.mouse(motion)  # which counts as use
                    self._trouble = ""
                except KaputtError as error:
                    self._note(error)
        finally:
            await seat.leave()

    def _motions(self) -> list[MouseChange]:
        status: dict[str, Any] = {**(self._gadget.status or {})}
        mouse = status.get("mouse", {})
        is_awake = status.get("cable", {}).get("state") == "configured"
        if not is_awake or status["keyboard"].get("typing"):
            return []
        if mouse.get("relative"):
            return [MouseChange("relative", dx=step) for step in (STEP, -STEP)]
        if mouse.get("absolute"):
            x, y = self._desk.place or MIDDLE
            aside = x + PLACE_STEP if x + PLACE_STEP <= FURTHEST else x - PLACE_STEP
            return [MouseChange("absolute", x=there, y=y) for there in (aside, x)]
        return []

    def _note(self, error: KaputtError) -> None:
        """Once, however often: it is tried again and again."""
        if error.code != self._trouble:
            self._trouble = error.code
            log.warning("The mouse was not moved: %s", error)
