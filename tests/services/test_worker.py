"""The one thread that waits for the kernel, with calls that are slow on purpose."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gadgetd.failures import KernelStuckError
from gadgetd.worker import Worker


def worker(patience_s: float = 5.0) -> Worker:
    return Worker(changed=lambda: None, patience_s=patience_s)


def test_a_call_runs_elsewhere_and_its_result_comes_back() -> None:
    async def scene() -> None:
        assert await worker().run("look", threading.get_ident) != threading.get_ident()

    asyncio.run(scene())


def test_an_error_belongs_to_the_one_who_asked() -> None:
    async def scene() -> None:
        calls = worker()
        with pytest.raises(ZeroDivisionError):
            await calls.run("divide", lambda: 1 / 0)
        assert await calls.run("go on", lambda: "fine") == "fine"

    asyncio.run(scene())


def test_calls_are_made_in_order() -> None:
    async def scene() -> None:
        calls, seen = worker(), list[int]()
        await asyncio.gather(*(calls.run("count", lambda n=n: seen.append(n)) for n in range(20)))
        assert seen == list(range(20))

    asyncio.run(scene())


def test_a_call_that_does_not_come_back_is_told_in_words_and_does_not_stop_the_loop() -> None:
    async def scene() -> None:
        released = threading.Event()
        calls = worker(patience_s=0.05)
        with pytest.raises(KernelStuckError, match=r"eject debian\.iso"):
            await calls.run("eject debian.iso", released.wait)
        released.set()

    asyncio.run(scene())


def test_while_the_kernel_is_stuck_nobody_queues_behind_it() -> None:
    async def scene() -> None:
        released, second = threading.Event(), threading.Event()
        calls = worker(patience_s=0.05)
        with pytest.raises(KernelStuckError):
            await calls.run("eject debian.iso", released.wait)
        with pytest.raises(KernelStuckError, match=r"eject debian\.iso"):
            await calls.run("look", second.set)
        released.set()
        assert not second.is_set()

    asyncio.run(scene())


def test_a_call_that_comes_back_late_frees_the_worker_and_is_news() -> None:
    async def scene() -> None:
        released, news = threading.Event(), asyncio.Event()
        calls = Worker(changed=news.set, patience_s=0.05)
        with pytest.raises(KernelStuckError):
            await calls.run("eject debian.iso", released.wait)
        assert news.is_set()
        assert calls.problem is not None
        news.clear()
        released.set()
        await news.wait()
        assert calls.problem is None
        assert await calls.run("look", lambda: "fine") == "fine"

    asyncio.run(scene())


def test_of_two_calls_that_wait_the_first_one_back_does_not_hide_that_the_other_is_stuck() -> None:
    async def scene() -> None:
        first, second, news = threading.Event(), threading.Event(), asyncio.Event()
        calls = Worker(changed=news.set, patience_s=0.05)
        refusals = await asyncio.gather(
            calls.run("look", first.wait),
            calls.run("eject debian.iso", second.wait),
            return_exceptions=True,
        )
        assert [type(refusal) for refusal in refusals] == [KernelStuckError] * 2
        assert "look" in str(calls.problem)
        news.clear()
        first.set()
        await news.wait()
        assert "eject debian.iso" in str(calls.problem)
        second.set()

    asyncio.run(scene())
