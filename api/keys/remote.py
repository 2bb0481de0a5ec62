"""A seat with gadgetd: opened when it is needed first, asked in order, given back at the end.

It ends with the connection to gadgetd, and another one is opened on the next. Requests are begun in
the order in which they were made; only their answers are waited for. So a key that waits for the
target holds up nothing but itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from api.keys.changes import Delivery, delivery_of
from api.ports import Gadget
from gadgetd.errors import KaputtError

log = logging.getLogger(__name__)

LEAVE_WITHIN_S = 2.0
# So long gadgetd waits, once the kernel has a key, to be able to say that the target has it too.
# Hosts ask every few milliseconds; who has not asked by then will not be waited for.
COLLECTED_WITHIN_MS = 250


class RemoteSeat:
    """One seat, under whatever name gadgetd gives it."""

    def __init__(self, gadget: Gadget, answered_within_s: float) -> None:
        self._gadget = gadget
        self._answered_within_s = answered_within_s
        self._name: str | None = None
        self._generation: int | None = None
        self._opening: asyncio.Task[None] | None = None
        self._order = asyncio.Lock()  # it is fair: who asks first is first
        self._asking_anyway: set[asyncio.Task[Delivery]] = set()
        self.unanswered = 0

    @property
    def is_opened(self) -> bool:
        """Whether anything may be held there."""
        return self._name is not None

    @property
    def is_connected(self) -> bool:
        """Whether there is anybody to ask."""
        return self._gadget.status is not None

    async def ask(self, verb: str, *, after_text: bool = False, **arguments: Any) -> Delivery:
        """Have something done after all that was asked for before.

        Raises:
            KaputtError: gadgetd refuses, or cannot be asked.
        """
        within_s: float | None = self._answered_within_s
        if after_text:
            arguments["after_text"] = True
            within_s = None  # it waits for all of the text
        arguments["patience_ms"] = COLLECTED_WITHIN_MS
        self.unanswered += 1
        try:
            async with self._order:
                await self._open()
                # A task, not a call: it is begun before whoever waits for the lock goes on, and its
                # answer is waited for without the lock.
                asking = asyncio.ensure_future(
                    self._gadget.call(verb, within_s=within_s, seat=self._name, **arguments)
                )
            return delivery_of(await asking)
        finally:
            self.unanswered -= 1

    def ask_anyway(self, verb: str) -> asyncio.Task[Delivery]:
        """Have something done even if nobody waits for it any more."""
        asking = asyncio.create_task(self.ask(verb))
        self._asking_anyway.add(asking)
        asking.add_done_callback(self._asked_anyway)
        return asking

    async def wait_for(self, works: Collection[asyncio.Future[Any]]) -> None:
        """Have these done before anything that is asked for from now on.

        They go on if whoever waits here does not. Raises what the first of them raises.
        """
        async with self._order:
            if works:
                await asyncio.wait(works)
        for work in works:
            work.result()

    async def give_back(self) -> None:
        """Have everything let go that is held there, as far as gadgetd can be asked."""
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                if self._opening is not None and not self._opening.done():
                    with suppress(KaputtError):
                        await self._opening
                if self._name is None or not self._is_open:
                    return  # gadgetd let go of everything when it lost the connection
                name, self._name = self._name, None
                await self._gadget.call("seat_close", seat=name)
        except (KaputtError, TimeoutError) as error:
            log.warning("a seat could not be given back: %s", error)

    def _asked_anyway(self, asking: asyncio.Task[Delivery]) -> None:
        self._asking_anyway.discard(asking)
        if not asking.cancelled() and (error := asking.exception()):
            log.warning("a seat could not be let go of: %s", error)

    @property
    def _is_open(self) -> bool:
        return self.is_connected and self._gadget.generation == self._generation

    async def _open(self) -> None:
        if self._is_open:
            return
        # Who leaves while the seat is being opened still has to give it back.
        self._opening = asyncio.ensure_future(self._opened())
        await asyncio.shield(self._opening)

    async def _opened(self) -> None:
        generation = self._gadget.generation
        answer = await self._gadget.call("seat_open", within_s=self._answered_within_s)
        self._name, self._generation = str(answer["seat"]), generation
