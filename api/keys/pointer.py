"""The pointer: one mouse's motion, at most one of it unanswered, and the buttons gadgetd has taken.

A browser moves the mouse sixty times a second, and a target may ask for it more seldom. What comes
while a motion is unanswered is merged and goes out with the answer, so the target is where the hand
is, and not where it was. A button takes what waits along, because it was pressed there.

Buttons are not held for a target that does not take them. Gadgetd lets them go then and says so in
its status only, so what was in it once and is no more was let go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from api.keys.changes import Delivery, MouseChange


class Pointer:
    """One mouse of one seat."""

    def __init__(self, send: Callable[[MouseChange], Awaitable[Delivery]]) -> None:
        """`send` has gadgetd move the mouse, and gives what became of it."""
        self._send = send
        self._is_moving = False
        self._waiting: MouseChange | None = None
        self._taken: dict[str, bool] = {}  # buttons, and whether the status has named them since

    @property
    def is_moving(self) -> bool:
        """Whether motion is unanswered: what comes now is merged."""
        return self._is_moving

    async def move(self, motion: MouseChange) -> Delivery | None:
        """Move it. None: merged with what waits, and with that it will be delivered.

        Raises:
            KaputtError: gadgetd cannot be asked; what waited is dropped.
        """
        if self._is_moving:
            self._waiting = self.up_to(motion)
            return None
        self._is_moving = True
        try:
            delivery = await self._send(motion)
            while self._waiting is not None:
                waiting, self._waiting = self._waiting, None
                delivery = await self._send(waiting)
        finally:
            self._is_moving, self._waiting = False, None
        return delivery

    def up_to(self, change: MouseChange) -> MouseChange:
        """The change, with the motion before it that has not gone out; nothing waits any more."""
        waiting, self._waiting = self._waiting, None
        return change if waiting is None else change.after(waiting)

    def took(self, button: str, held: Collection[str]) -> None:
        """gadgetd has answered that the button is down. Its status names `held`, or is about to."""
        self._taken[button] = button in held

    def forget(self, button: str) -> None:
        """The button goes down anew, or up; what the status says may be older than that."""
        self._taken.pop(button, None)

    def lost(self, held: Collection[str]) -> list[str]:
        """The buttons that were let go by gadgetd, whose status names `held` now."""
        for button in self._taken:
            self._taken[button] |= button in held
        return [
            button for button, was_held in self._taken.items() if was_held and button not in held
        ]
