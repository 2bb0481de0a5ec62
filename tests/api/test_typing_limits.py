"""How much may be asked about texts at once, so that keys do not wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response

from api.bodies import LONG_AT_ONCE
from api.computing import AT_ONCE
from gadgetd.settings import TypingSettings
from tests.api.doubles import Stage, stage
from tests.api.typing_host import TypingGadget
from tests.api.xkb_host import Desktop

pytestmark = pytest.mark.asyncio

MARKER = "xyzzy-Plugh-4711"


@pytest.fixture
def gadget() -> TypingGadget:
    return TypingGadget(Desktop().keyboard("de"))


@pytest_asyncio.fixture
async def made(tmp_path: Path, gadget: TypingGadget) -> AsyncIterator[Stage]:
    async with stage(tmp_path, gadget=gadget, typing=TypingSettings(layout="de")) as made:
        yield made


async def test_so_many_checks_at_once_that_keys_would_wait_are_refused(made: Stage) -> None:
    typist = made.services.typist
    may_go_on = threading.Event()
    computing = [asyncio.create_task(typist.compute(may_go_on.wait)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    try:
        for ask in (
            made.http.post("/api/typing/check", json={"text": MARKER}),
            made.http.get("/api/layouts/de/keys"),
        ):
            answer = await ask
            assert (answer.status_code, answer.json()["code"]) == (429, "computing_busy")
            assert answer.headers["Retry-After"] == "1"
    finally:
        may_go_on.set()
        await asyncio.gather(*computing)
    answer = await made.http.post("/api/typing/check", json={"text": MARKER})
    assert answer.status_code == 200


async def test_few_long_texts_are_read_at_once(made: Stage) -> None:
    half, whole = b'{"text": "' + b"a" * 70_000, asyncio.Event()
    read = asyncio.Queue[None]()

    async def slowly() -> AsyncIterator[bytes]:
        yield half
        read.put_nowait(None)
        await whole.wait()
        yield b'"}'

    def asked() -> Coroutine[Any, Any, Response]:
        headers = {"Content-Type": "application/json"}
        return made.http.post("/api/typing/check", content=slowly(), headers=headers)

    slow = [asyncio.create_task(asked()) for _ in range(LONG_AT_ONCE)]
    for _ in slow:
        await read.get()
    refused = None
    while refused is None or refused.status_code == 200:  # until both have been noticed
        refused = await made.http.post("/api/typing/check", json={"text": "a" * 70_000})
    assert (refused.status_code, refused.json()["code"]) == (429, "texts_waiting")
    short = await made.http.post("/api/typing/check", json={"text": "a" * 1000})
    assert short.status_code == 200
    whole.set()
    assert [(await each).status_code for each in slow] == [200] * LONG_AT_ONCE
    again = await made.http.post("/api/typing/check", json={"text": "a" * 70_000})
    assert again.status_code == 200
