"""Signing in: from a password, or from what a request carries, to a session.

A password is compared in a thread, at most two at once, because scrypt takes long and much memory.
Programs that send the password with every request (HTTP Basic) are compared that way once; later a
keyed hash of what was right, with a key that this process alone knows, is enough.

Sources: RFC 7617 (Basic), RFC 6265 (cookies).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable

from api.auth.attempts import Attempts
from api.auth.password import PasswordHash
from api.auth.sessions import Session, Sessions
from gadgetd.errors import KaputtError

COMPARISONS_AT_ONCE = 2
PASSWORD_LONGEST = 1024


class LoginRequiredError(KaputtError):
    """Nobody has signed in here."""

    code = "login_required"

    def __init__(self) -> None:
        super().__init__("You are not signed in.", "Sign in with the password of this KaputtKVM.")


class PasswordWrongError(KaputtError):
    """Not the password."""

    code = "password_wrong"

    def __init__(self) -> None:
        super().__init__(
            "This is not the password.",
            "It was shown on the terminal when KaputtKVM was started for the first time.",
        )


class SignIn:
    """Turns passwords and tokens into sessions."""

    def __init__(
        self, password_hash: PasswordHash, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._password_hash = password_hash
        self.sessions = Sessions(clock)
        self._attempts = Attempts(clock)
        self._comparing = asyncio.Semaphore(COMPARISONS_AT_ONCE)
        self._key = secrets.token_bytes(32)
        self._was_right: bytes | None = None
        self._comparing_basic = asyncio.Lock()

    async def with_password(self, password: str, address: str) -> tuple[str, Session]:
        """A new session and its token.

        Raises:
            PasswordWrongError: it is not the password.
            TooManyAttemptsError: it comes too soon after wrong ones.
        """
        await self._check(password, address)
        return self.sessions.open()

    async def with_basic(self, header: str, address: str) -> Session:
        """The session of those who send the password along. The user name may be anything.

        Raises:
            LoginRequiredError: the header is not Basic, or makes no sense.
            PasswordWrongError: it is not the password.
            TooManyAttemptsError: it comes too soon after wrong ones.
        """
        password = password_in(header)
        if password is None:
            raise LoginRequiredError
        keyed = hmac.digest(self._key, password.encode(), "sha256")
        if not self._is_known(keyed):
            # One after the other: a program that sends ten requests at once is not ten guesses.
            async with self._comparing_basic:
                if not self._is_known(keyed):
                    await self._check(password, address)
                    self._was_right = keyed
        return self.sessions.by_password

    def _is_known(self, keyed: bytes) -> bool:
        return self._was_right is not None and hmac.compare_digest(keyed, self._was_right)

    async def _check(self, password: str, address: str) -> None:
        self._attempts.begin(address)
        async with self._comparing:
            is_right = await asyncio.to_thread(self._password_hash.matches, password)
        if not is_right:
            raise PasswordWrongError
        self._attempts.right(address)


def password_in(header: str) -> str | None:
    """The password of an Authorization header; None when it holds none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    _, colon, password = text.partition(":")
    return password if colon and len(password) <= PASSWORD_LONGEST else None
