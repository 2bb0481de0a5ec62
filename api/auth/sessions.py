"""Sessions: who has signed in, until they sign out or stay away too long.

They live in memory only, so a restart signs everybody out. A session knows when it ends, and
everything long-lived that was opened with it (sockets, streams) waits for that as well as for its
own news: signing out closes them at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TypeVar

Clock = Callable[[], float]
T = TypeVar("T")

TOKEN_SIZE_BYTES = 32
IDLE_LIMIT_S = 12 * 3600.0
SESSIONS_KEPT = 256


class Ending(IntEnum):
    """Why a session ended, as the close code its sockets get (RFC 6455 §7.4)."""

    SERVER_GOES = 1001
    SIGNED_OUT = 4401


class SessionOverError(Exception):
    """Not an error anybody is shown: the way out of whatever was waiting."""


class Session:
    """One signed-in browser, or everybody who sends the password along (HTTP Basic)."""

    def __init__(self) -> None:
        self.ending: Ending | None = None
        self._over = asyncio.Event()
        self._holders = 0

    @property
    def is_held(self) -> bool:
        """Whether a socket or stream of it is open; it is not idle then."""
        return self._holders > 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the session from being idle for as long as the block lasts."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1

    def end(self, ending: Ending) -> None:
        """End it. The first reason stays."""
        self.ending = self.ending or ending
        self._over.set()

    async def over(self) -> None:
        """Wait until it ends."""
        await self._over.wait()

    async def wait_for(self, work: Awaitable[T], within_s: float | None = None) -> T:
        """The result of `work`, unless the session ends first.

        Raises:
            SessionOverError: it did; `work` is cancelled.
            TimeoutError: `within_s` seconds have passed; `work` is cancelled.
        """
        working = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait(
                {working, ending}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
            if self._over.is_set():
                raise SessionOverError
            if not working.done():
                raise TimeoutError
            return working.result()
        finally:
            ending.cancel()
            if not working.done():
                working.cancel()
                await asyncio.wait({working})


class Sessions:
    """All sessions. Tokens are known here by their hash alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}
        self._used_at_s: dict[Session, float] = {}
        self._ending: Ending | None = None
        # Whoever sends the password with every request needs no token; their streams end with us.
        self.by_password = Session()

    def open(self) -> tuple[str, Session]:
        """A new session, and the token that its browser keeps."""
        self._drop_idle()
        while len(self._sessions) >= SESSIONS_KEPT:
            self._drop(min(self._sessions, key=lambda key: self._used_at_s[self._sessions[key]]))
        token = secrets.token_urlsafe(TOKEN_SIZE_BYTES)
        session = Session()
        self._sessions[key_of(token)] = session
        self._used_at_s[session] = self._clock()
        if self._ending is not None:
            session.end(self._ending)
        return token, session

    def find(self, token: str) -> Session | None:
        """The session of this token, which counts as used now; None when there is none."""
        self._drop_idle()
        session = self._sessions.get(key_of(token))
        if session is not None:
            self._used_at_s[session] = self._clock()
        return session

    def end(self, session: Session) -> None:
        """Sign out: the token is worth nothing from now on, and what was opened with it closes."""
        for key in [key for key, known in self._sessions.items() if known is session]:
            self._drop(key)

    def close(self) -> None:
        """The server goes: everything that is open ends, and what still comes in ends at once."""
        self._ending = Ending.SERVER_GOES
        for session in [*self._sessions.values(), self.by_password]:
            session.end(Ending.SERVER_GOES)

    def _drop_idle(self) -> None:
        now_s = self._clock()
        for key, session in list(self._sessions.items()):
            if session.is_held:
                self._used_at_s[session] = now_s
            elif now_s - self._used_at_s[session] > IDLE_LIMIT_S:
                self._drop(key)

    def _drop(self, key: bytes) -> None:
        session = self._sessions.pop(key)
        del self._used_at_s[session]
        session.end(Ending.SIGNED_OUT)


def key_of(token: str) -> bytes:
    """What a token is looked up by. Hashed, so that comparing takes no time a guess could learn."""
    return hashlib.sha256(token.encode()).digest()
