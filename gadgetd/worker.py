"""The one thread that waits for the kernel, so that the event loop never does.

A call into configfs can block for as long as the storage below an image is silent, and nothing can
interrupt it. It must not stop the keyboard, and it must not be forgotten: all such calls go through
one thread, one after the other, and whoever asks gets an answer in time, if only that the kernel is
still busy. One thread is enough, because a stuck call holds up all others inside the kernel anyway.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from gadgetd.failures import KernelStuckError

T = TypeVar("T")

PATIENCE_S = 10.0


class Worker:
    """Runs calls in order, in a thread that does not keep the process from ending."""

    def __init__(self, changed: Callable[[], None], patience_s: float = PATIENCE_S) -> None:
        """`changed` hears when the kernel has become stuck, and when it has come back."""
        self._changed = changed
        self._patience_s = patience_s
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._late: dict[asyncio.Future[Any], tuple[str, float]] = {}
        # Not an executor of the event loop: that would wait for its threads at the end, and a
        # thread inside a stuck call never ends.
        threading.Thread(target=self._serve, name="kernel", daemon=True).start()

    async def run(self, what: str, call: Callable[[], T], patience_s: float | None = None) -> T:
        """Run `call` and give what it gives; `what` says in words what it does.

        Raises:
            KernelStuckError: it, or an earlier one, has not come back in time. It still runs, and
                may yet have its effect.
        """
        if self.problem is not None:
            raise self.problem
        started = time.monotonic()
        answer = self._submit(call)
        # Retrieved even if whoever asked does not wait for it any more.
        answer.add_done_callback(lambda answer: answer.cancelled() or answer.exception())
        await asyncio.wait({answer}, timeout=patience_s or self._patience_s)
        if answer.done():
            return answer.result()
        self._late[answer] = what, started
        answer.add_done_callback(self._recover)
        self._changed()
        raise KernelStuckError(what, time.monotonic() - started)

    @property
    def problem(self) -> KernelStuckError | None:
        """The call that has not come back, if there is one: of several, the one asked for first."""
        for what, since in self._late.values():
            return KernelStuckError(what, time.monotonic() - since)
        return None

    def _recover(self, answer: asyncio.Future[Any]) -> None:
        del self._late[answer]
        self._changed()

    def _submit(self, call: Callable[[], T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def give(result: T | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]  # None only if T allows it

        def serve() -> None:
            result, error = None, None
            try:
                result = call()
            except Exception as raised:  # whatever it is, it belongs to the one who asked
                error = raised
            if not loop.is_closed():
                loop.call_soon_threadsafe(give, result, error)

        self._calls.put(serve)
        return answer

    def _serve(self) -> None:
        while True:
            self._calls.get()()
