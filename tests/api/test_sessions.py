"""Sessions: how long they last, and what ends with them."""

from __future__ import annotations

import asyncio

import pytest

from api.auth.sessions import SESSIONS_KEPT, Ending, Session, SessionOverError, Sessions
from tests.api.test_attempts import Clock

pytestmark = pytest.mark.asyncio
HOUR_S = 3600


async def test_a_token_has_256_bits_and_finds_its_session() -> None:
    sessions = Sessions(Clock())
    token, session = sessions.open()
    assert len(token) == 43  # 32 bytes in base64url
    assert sessions.find(token) is session
    assert sessions.find(token[:-1]) is None


async def test_twelve_idle_hours_end_a_session_and_use_does_not() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    token, session = sessions.open()
    for _ in range(5):
        clock.now_s += 11 * HOUR_S
        assert sessions.find(token) is session
    clock.now_s += 12 * HOUR_S + 1
    assert sessions.find(token) is None
    assert session.ending is Ending.SIGNED_OUT


async def test_a_session_with_an_open_socket_is_not_idle() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    token, session = sessions.open()
    with session.held():
        clock.now_s += 100 * HOUR_S
        assert sessions.find(token) is session


async def test_too_many_sessions_push_out_the_one_unused_longest() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    first, _ = sessions.open()
    second, _ = sessions.open()
    clock.now_s += 1
    sessions.find(first)
    for _ in range(SESSIONS_KEPT - 1):
        sessions.open()
    assert sessions.find(second) is None
    assert sessions.find(first) is not None


async def test_the_server_going_ends_every_session_even_one_that_comes_late() -> None:
    sessions = Sessions(Clock())
    _, session = sessions.open()
    sessions.close()
    _, late = sessions.open()
    for each in (session, late, sessions.by_password):
        assert each.ending is Ending.SERVER_GOES
        await each.over()


async def test_waiting_for_work_ends_with_the_session_and_cancels_the_work() -> None:
    session, never = Session(), asyncio.Event()
    work = asyncio.ensure_future(never.wait())
    waiting = asyncio.ensure_future(session.wait_for(work))
    await asyncio.sleep(0)
    session.end(Ending.SIGNED_OUT)
    with pytest.raises(SessionOverError):
        await waiting
    assert work.cancelled()


async def test_waiting_for_work_gives_its_result_or_its_error() -> None:
    async def fails() -> None:
        raise ValueError

    session = Session()
    assert await session.wait_for(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ValueError):  # noqa: PT011
        await session.wait_for(fails())
    with pytest.raises(TimeoutError):
        await session.wait_for(asyncio.Event().wait(), within_s=0.01)
