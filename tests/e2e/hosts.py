"""The board's own kernel as the host of the gadget: what its drivers say arrived."""

from __future__ import annotations

import sys
from pathlib import Path

from lab import Board, GuestProcess

GUEST = Path(__file__).resolve().parent / "guest"
IDENTITY = ("1d6b", "0104")
ARRIVES_WITHIN_S = 20.0


class InputLayer:
    """Key events of our keyboard, as the kernel's input layer has them and libevdev names them."""

    def __init__(self, board: Board) -> None:
        self._watch: GuestProcess = board.start(
            [sys.executable, GUEST / "evdev_watch.py", *IDENTITY]
        )
        assert self.next() == "ready"

    def next(self, timeout_s: float = ARRIVES_WITHIN_S) -> str:
        """The next line: `KEY_A down`, `KEY_A up`, `gone` or `ready`."""
        return self._watch.next_line(timeout_s)

    def until(self, line: str, timeout_s: float = ARRIVES_WITHIN_S) -> list[str]:
        """All lines up to and with `line`."""
        seen = [self.next(timeout_s)]
        while seen[-1] != line:
            seen.append(self.next(timeout_s))
        return seen

    def close(self) -> None:
        """Stop watching."""
        self._watch.signal()
        self._watch.wait()


class HostDrive:
    """Our drive, through the kernel's sr driver."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def read(self, size_bytes: int) -> str:
        """SHA-256 of the medium, once there is one of that size."""
        return self._ask(str(size_bytes)).split()[1]

    def wait_until_empty(self) -> None:
        """Until the drive has no medium."""
        assert self._ask("empty") == "empty"

    def is_there(self) -> bool:
        """Whether the host has the drive at all."""
        return self._ask("there") == "there"

    def _ask(self, wanted: str) -> str:
        command = [sys.executable, "-S", "-I", GUEST / "drive_read.py", *IDENTITY, wanted]
        return self._board.run(command, timeout_s=120).stdout.strip()
