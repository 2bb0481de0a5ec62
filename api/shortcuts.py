"""Shortcuts: keys that users press together at a touch, kept in a file on the device.

Written to one side, then renamed over: after a power cut there are the old ones or the new ones.
A file that is there but makes no sense is an error and is left alone, because somebody's shortcuts
are in it and a person may still read them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import durable
from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import CODES, key_for

VERSION = 1
LONGEST = 64
LABEL_LONGEST = 40
KEYS_LONGEST = 8
LARGEST_BYTES = 256 * 1024  # several times what the longest list of shortcuts takes
READABLE_BY_ALL = 0o644


class ShortcutsUnreadableError(KaputtError):
    """The file with the shortcuts is there, but is not to be read or makes no sense."""

    code = "shortcuts_unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The shortcuts in {path} cannot be used: {reason}.",
            "It was left as it is. Correct it, or move it away to start with none.",
        )


class ShortcutsUnwritableError(KaputtError):
    """The file with the shortcuts cannot be written."""

    code = "shortcuts_unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The shortcuts cannot be written to {path}: {reason}.",
            "Make room or give the api's user the directory, or set keyboard.shortcuts.",
        )


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys, by KeyboardEvent.code, in the order in which they go down, and what to call them."""

    label: str
    codes: tuple[str, ...]


class Shortcuts:
    """The one list of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one_at_a_time = asyncio.Lock()

    async def all(self) -> tuple[Shortcut, ...]:
        """The shortcuts, in their order; none while there is no file.

        Raises:
            ShortcutsUnreadableError: there is one that cannot be used.
        """
        return await asyncio.to_thread(read, self._path)

    async def replace(self, shortcuts: Sequence[Shortcut]) -> None:
        """Keep these from now on.

        Raises:
            UnknownKeyError: one has a code that no key has; nothing was changed.
            ShortcutsUnreadableError: what is there makes no sense, and would be lost.
            ShortcutsUnwritableError: they cannot be kept.
        """
        for shortcut in shortcuts:
            for code in shortcut.codes:
                key_for(code)
        async with self._one_at_a_time:
            await asyncio.to_thread(read, self._path)
            await asyncio.to_thread(write, self._path, shortcuts)


def read(path: Path) -> tuple[Shortcut, ...]:
    """The shortcuts in the file; none without one."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ShortcutsUnreadableError(path, error.strerror or str(error)) from error
    if len(content) > LARGEST_BYTES:
        raise ShortcutsUnreadableError(path, f"it has more than {LARGEST_BYTES} bytes")
    try:
        document = json.loads(content)
        if document["version"] != VERSION:
            raise ShortcutsUnreadableError(path, f"it has version {document['version']!r}")
        shortcuts = tuple(shortcut_in(entry) for entry in document["shortcuts"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ShortcutsUnreadableError(path, "it is not what was stored there") from error
    if len(shortcuts) > LONGEST:
        raise ShortcutsUnreadableError(path, f"there are more than {LONGEST}")
    return shortcuts


def shortcut_in(entry: dict[str, Any]) -> Shortcut:
    """One entry of the file."""
    label, codes = entry["label"], entry["codes"]
    if not isinstance(label, str) or not is_label(label):
        raise ValueError("no label")
    if not 1 <= len(codes) <= KEYS_LONGEST or not all(code in CODES for code in codes):
        raise ValueError("no keys")
    return Shortcut(label, tuple(codes))


def is_label(text: str) -> bool:
    """Whether it can be shown on a button, or wherever else there is one line for it."""
    return len(text) <= LABEL_LONGEST and text.isprintable() and bool(text.strip())


def write(path: Path, shortcuts: Iterable[Shortcut]) -> None:
    """Write the file, whole or not at all."""
    document = {
        "version": VERSION,
        "shortcuts": [{"label": each.label, "codes": list(each.codes)} for each in shortcuts],
    }
    try:
        content = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        durable.write(path, content, READABLE_BY_ALL)
    except OSError as error:
        raise ShortcutsUnwritableError(path, error.strerror or str(error)) from error
