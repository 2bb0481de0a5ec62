"""Computing: what takes a processor for a while, one thing at a time.

Threads take turns with the event loop, so with each one that computes, keys wait a little longer
for theirs. And what nobody waits for any more is computed all the same; so only few may wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gadgetd.errors import KaputtError

AT_ONCE = 8

P = ParamSpec("P")
T = TypeVar("T")


class ComputingBusyError(KaputtError):
    """So much is to be computed that nothing more is taken."""

    code = "computing_busy"
    retry_after_s = 1

    def __init__(self) -> None:
        super().__init__(
            f"{AT_ONCE} questions about texts or layouts wait already; this one was not taken.",
            "Ask again in a second.",
        )


class Computing:
    """One thread's worth of it."""

    def __init__(self) -> None:
        self._asked = 0
        self._one_at_a_time = asyncio.Lock()

    async def run(self, function: Callable[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
        """What the function gives, computed in a thread.

        Raises:
            ComputingBusyError: too much waits already.
        """
        if self._asked >= AT_ONCE:
            raise ComputingBusyError
        self._asked += 1
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(function, *arguments, **options)
        finally:
            self._asked -= 1
