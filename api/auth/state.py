"""The file that remembers the password's hash across restarts.

Written to one side, then renamed over: after a power cut there is the old file or the new one,
never half of either. Only its owner may read it. A file that is there but makes no sense is an
error and is left alone: making a new password over it would lock the owner out silently.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api import durable
from api.auth.password import PasswordHash, made_up
from gadgetd.errors import KaputtError

VERSION = 1
OWNER_ONLY = 0o600


class AuthStateError(KaputtError):
    """The file with the password's hash cannot be used."""

    code = "auth_state_invalid"

    def __init__(self, path: Path, reason: str, remedy: str = "") -> None:
        super().__init__(
            f"The login state {path} {reason}.",
            remedy or "Remove the file and start again: a new password is made and shown once.",
        )


def load_or_create(path: Path) -> tuple[PasswordHash, str | None]:
    """The stored hash, and the new password when there was none and one was made.

    Raises:
        AuthStateError: the file makes no sense, or may not be read or written.
    """
    try:
        text = path.read_text()
    except FileNotFoundError:
        password = made_up()
        stored = PasswordHash.of(password)
        store(path, stored)
        return stored, password
    except (OSError, UnicodeDecodeError) as error:
        raise AuthStateError(path, f"cannot be read: {reason_of(error)}") from error
    return parsed(path, text), None


def store(path: Path, password_hash: PasswordHash) -> None:
    """Write the file, whole or not at all.

    Raises:
        AuthStateError: the directory cannot be made or written.
    """
    try:
        durable.write(path, json.dumps(document(password_hash), indent=2) + "\n", OWNER_ONLY)
    except OSError as error:
        raise AuthStateError(
            path,
            f"cannot be written: {reason_of(error)}",
            "Give the user who runs this a directory of its own, or set auth.state.",
        ) from error


def document(password_hash: PasswordHash) -> dict[str, Any]:
    """The hash as JSON wants it."""
    return {
        "version": VERSION,
        "scrypt": {
            "n": password_hash.cost_n,
            "r": password_hash.block_size_r,
            "p": password_hash.parallel_p,
            "salt": password_hash.salt.hex(),
            "hash": password_hash.digest.hex(),
        },
    }


def parsed(path: Path, text: str) -> PasswordHash:
    """The hash out of the file's text."""
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            raise AuthStateError(path, f"has version {content['version']!r}, not {VERSION}")
        scrypt = content["scrypt"]
        return PasswordHash(
            salt=bytes.fromhex(scrypt["salt"]),
            digest=bytes.fromhex(scrypt["hash"]),
            cost_n=int(scrypt["n"]),
            block_size_r=int(scrypt["r"]),
            parallel_p=int(scrypt["p"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AuthStateError(path, "is not what was stored there") from error


def reason_of(error: OSError | UnicodeDecodeError) -> str:
    """Why, without the path, which the sentence already names."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else "it is not text"
