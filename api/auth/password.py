"""The password: made at random once, kept only as a hash.

scrypt makes every guess cost memory and time, on the board as for whoever steals the file. With
n = 2^14 and r = 8 one guess takes 16 MiB; an old ARM core needs most of a second for it, so nobody
should call `matches` on the event loop.

Sources: RFC 7914 (scrypt, and its parameters).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

# Without I, O, 0 and 1, which look alike on a screen seen from a metre away. 32 signs: 5 bits each.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS = 4
GROUP_LENGTH = 4

COST_N = 2**14
BLOCK_SIZE_R = 8
PARALLEL_P = 1
SALT_SIZE_BYTES = 16
HASH_SIZE_BYTES = 32
MEMORY_LIMIT_BYTES = 64 * 1024 * 1024


def made_up() -> str:
    """A new random password of 80 bits, in groups a person can copy."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


@dataclass(frozen=True)
class PasswordHash:
    """A password as it may be stored: enough to recognise it, not to know it."""

    salt: bytes
    digest: bytes
    cost_n: int = COST_N
    block_size_r: int = BLOCK_SIZE_R
    parallel_p: int = PARALLEL_P

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a salt of its own. Slow on purpose."""
        blank = cls(salt=secrets.token_bytes(SALT_SIZE_BYTES), digest=b"")
        return cls(salt=blank.salt, digest=blank.derive(password))

    def matches(self, password: str) -> bool:
        """Whether it is this password. Slow on purpose, and equally slow for right and wrong."""
        return hmac.compare_digest(self.derive(password), self.digest)

    def derive(self, password: str) -> bytes:
        """The digest that `password` has with this salt and these costs."""
        return hashlib.scrypt(
            password.encode(),
            salt=self.salt,
            n=self.cost_n,
            r=self.block_size_r,
            p=self.parallel_p,
            maxmem=MEMORY_LIMIT_BYTES,
            dklen=HASH_SIZE_BYTES,
        )
