"""A seat: what one person holds down at the target, keys and mouse buttons alike.

gadgetd lets go of it when the connection is lost, and when the target takes nothing. Then it is not
pressed again behind anybody's back: whoever held it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from api.keys.changes import MICE, Delivery, KeyChange, MouseChange, Pressed, words
from api.keys.pointer import Pointer
from api.keys.remote import RemoteSeat
from api.keys.turn import SeatLostError
from api.ports import Gadget
from gadgetd.errors import KaputtError, RemoteError
from gadgetd.failures import GadgetdUnreachableError
from gadgetd.hid.keycodes import key_for


class KeysReleasedError(KaputtError):
    """Keys were let go without their owner having let them go."""

    code = "keys_released"

    def __init__(self, held: Iterable[Pressed], because: str) -> None:
        super().__init__(
            f"{because}, so these keys were let go: {words(held)}.",
            "Press them again if they are still meant to be down.",
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was pressed; a later one with other numbers finds it let go.

    Attributes:
        generation: of the connection to gadgetd, with which its seats end.
        releases: how often gadgetd had let go of all keys, because the target took none.
    """

    generation: int
    releases: int


class Rules(Protocol):
    """What holds for all seats together."""

    def check_room(self, seat: Seat) -> None:
        """Raise a `KaputtError` when too much is unanswered already."""

    def check_turn(self, seat: Seat) -> None:
        """Raise a `SeatTakenError` when the seat may not press anything now."""

    def pressed(self, seat: Seat) -> None:
        """The seat presses something."""

    def used(self, motion: MouseChange | None = None) -> None:
        """Somebody does something; the mouse goes there."""

    def changed(self) -> None:
        """What a seat says of itself may be another thing now."""

    def has_text(self, seat: Seat) -> bool:
        """Whether text of this seat's is being typed just now."""


class Seat:
    """One person's keys and buttons.

    Attributes:
        id: what others know the seat by.
        name: what its owner is called.
        address: where they are.
        since: when they came.
    """

    def __init__(
        self,
        gadget: Gadget,
        rules: Rules,
        *,
        seat_id: str,
        name: str,
        address: str,
        answered_within_s: float,
    ) -> None:
        self.id, self.name, self.address = seat_id, name, address
        self.since = datetime.now(UTC)
        self._gadget = gadget
        self._rules = rules
        self._remote = RemoteSeat(gadget, answered_within_s)
        self._held: dict[Pressed, Moment] = {}  # in the order in which they went down
        self._pointers = {mouse: Pointer(self._move) for mouse in MICE}
        self._lost_to: asyncio.Queue[SeatLostError] = asyncio.Queue()

    @property
    def held(self) -> tuple[Pressed, ...]:
        """What is held here, in the order it went down."""
        return tuple(self._held)

    @property
    def may_hold(self) -> bool:
        """Whether gadgetd may know of something held, even if nothing is known here."""
        return self._remote.is_opened

    @property
    def load(self) -> int:
        """Answers that gadgetd owes, now and for letting go of what is held."""
        return self._remote.unanswered + len(self._held)

    def rename(self, name: str) -> None:
        """Be called something else from now on."""
        self.name = name
        self._rules.changed()

    async def key(self, change: KeyChange) -> Delivery:
        """Press or let go one key.

        Raises:
            KaputtError: no key has this code, the seat may not press it, or gadgetd cannot be
                asked.
        """
        key_for(change.code)
        with self._pressing(change.code, change.is_down):
            self._rules.used()
            return await self._remote.ask(
                "key",
                code=change.code,
                down=change.is_down,
                after_text=self._rules.has_text(self),
            )

    async def mouse(self, change: MouseChange) -> Delivery | None:
        """Move the mouse, or press or let go one of its buttons, after having moved it.

        None: it was merged with motion that waits, and with that it will be delivered.

        Raises:
            KaputtError: the seat may not, there is no such mouse, or gadgetd cannot be asked.
        """
        pointer = self._pointers[change.mouse]
        if change.button is None:
            self._rules.check_turn(self)
            if not pointer.is_moving:
                self._rules.check_room(self)
            self._rules.used(change)
            return await pointer.move(change)
        pointer.forget(change.button)
        pressed = change.mouse, change.button
        with self._pressing(pressed, change.is_down) as moment:
            self._rules.used(change)
            told = await self._move(pointer.up_to(change))
        if self._held.get(pressed) is moment:
            # Unlike a key, no button is held for a target that is not there.
            if told.is_undelivered:
                self._drop([pressed])
            else:
                pointer.took(change.button, self._buttons_held())
        return told

    async def release(self) -> Delivery:
        """Let go everything held here."""
        if not self._held:
            self._rules.check_room(self)
        self._held.clear()
        self._rules.changed()
        return await self._remote.ask("release")

    async def interrupted(self) -> KeysReleasedError:
        """Wait until something held was let go by gadgetd."""
        while True:
            revision = self._gadget.revision
            because, lost = self._lost()
            if lost:
                self._drop(lost)
                return KeysReleasedError(lost, because)
            await self._gadget.next_change(revision)

    def yield_to(self, name: str) -> asyncio.Task[Delivery]:
        """Hold nothing any more, because somebody else takes the keyboard.

        It is let go even if whoever takes it has gone by then. The task raises a `KaputtError`
        when gadgetd cannot be asked.
        """
        self._lost_to.put_nowait(SeatLostError(name, words(self._held)))
        self._held.clear()
        return self._remote.ask_anyway("release")

    async def wait_for(self, works: Collection[asyncio.Future[Any]]) -> None:
        """Have these done before anything that this seat does from now on."""
        await self._remote.wait_for(works)

    async def lost(self) -> SeatLostError:
        """Wait until somebody else takes the keyboard."""
        return await self._lost_to.get()

    async def leave(self) -> None:
        """Let everything go and give the seat back."""
        self._held.clear()
        await self._remote.give_back()

    # --- what is pressed --------------------------------------------------------------------------

    @contextmanager
    def _pressing(self, pressed: Pressed, is_down: bool) -> Iterator[Moment]:
        if is_down:
            self._rules.check_turn(self)
        if is_down or pressed not in self._held:
            # What was let in is let out: its answer has had its place since it went down.
            self._rules.check_room(self)
        moment = self._now()
        # Counted before gadgetd answers: if the answer is lost, the key may be down all the same.
        # Without a connection there is nobody to hold it.
        if is_down and self._remote.is_connected:
            self._held[pressed] = moment
            self._rules.pressed(self)
        elif not is_down:
            self._held.pop(pressed, None)
        self._rules.changed()
        try:
            yield moment
        except (RemoteError, GadgetdUnreachableError):
            # Said no, or lost the connection and with it everything: it is not down.
            if self._held.get(pressed) is moment:
                self._drop([pressed])
            raise

    def _drop(self, lost: Iterable[Pressed]) -> None:
        for pressed in lost:
            self._held.pop(pressed, None)
            if not isinstance(pressed, str):
                mouse, button = pressed
                self._pointers[mouse].forget(button)
        self._rules.changed()

    async def _move(self, change: MouseChange) -> Delivery:
        return await self._remote.ask("mouse", **change.arguments())

    def _lost(self) -> tuple[str, list[Pressed]]:
        """What is not held any more for one and the same reason, and the reason."""
        now = self._now()
        lost = [each for each, at in self._held.items() if at.generation != now.generation]
        if lost or not self._remote.is_connected:
            return "The connection to the keyboard broke", lost or list(self._held)
        keys = [each for each in self._held if isinstance(each, str)]
        lost = [key for key in keys if self._held[key].releases != now.releases]
        if lost:
            return "The target stopped asking for keys", lost
        held = self._buttons_held()
        return "The mouse did not reach the target any more", [
            (mouse, button)
            for mouse, pointer in self._pointers.items()
            for button in pointer.lost(held)
        ]

    def _now(self) -> Moment:
        return Moment(self._gadget.generation, self._told("keyboard").get("releases", 0))

    def _buttons_held(self) -> list[str]:
        """Of all seats, as gadgetd last said."""
        return list(self._told("mouse").get("held", ()))

    def _told(self, part: str) -> dict[str, Any]:
        """A part of what gadgetd last said."""
        status: dict[str, Any] = {**(self._gadget.status or {})}
        return dict(status.get(part, {}))
