"""The board's own kernel as the host of the gadget: what its drivers say arrived."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lab import Board, GuestProcess

GUEST = Path(__file__).resolve().parent / "guest"
IDENTITY = ("1d6b", "0104")
ARRIVES_WITHIN_S = 20.0


class InputLayer:
    """Key events of our keyboard, as the kernel's input layer has them and libevdev names them.

    Args:
        alone: nobody else on the board hears the keys, such as its console, which obeys some.

    Attributes:
        when_s: when the last event returned happened, on the board's CLOCK_MONOTONIC.
    """

    def __init__(
        self, board: Board, identity: tuple[str, str] = IDENTITY, *, alone: bool = False
    ) -> None:
        self.when_s = 0.0
        command: list[str | Path] = [sys.executable, GUEST / "evdev_watch.py", *identity]
        self._watch: GuestProcess = board.start([*command, "alone"] if alone else command)
        assert self.next() == "ready"

    def next(self, timeout_s: float = ARRIVES_WITHIN_S) -> str:
        """The next line: `KEY_A down`, `KEY_A up`, `gone` or `ready`."""
        line = self._watch.next_line(timeout_s)
        event, _, when = line.rpartition(" ")
        if event:
            self.when_s = float(when)
        return event or line

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


class TextReader:
    """A Linux desktop with a layout of its own: our keyboard's events as the text they write.

    A key that stays down for a quarter of a second is repeated by the target itself, whatever it
    is that keeps the report that lets go of it: a target that does not ask, or a board that is
    busy. The emulated board is as busy as the machine it runs on. So there are two texts.
    """

    def __init__(
        self,
        board: Board,
        layout: str,
        variant: str = "",
        identity: tuple[str, str] = IDENTITY,
    ) -> None:
        self._text = {"text": "", "struck": ""}
        # A Compose file of somebody's own would be found in the home directory.
        self._reader = board.start(
            [sys.executable, GUEST / "text_reader.py", *identity, layout, variant],
            env={"HOME": "/nonexistent"},
        )
        assert self._line(ARRIVES_WITHIN_S) == "ready"

    @property
    def struck(self) -> str:
        """What the keys have written until now where nothing repeats them; Return is a newline."""
        return self._until_now("struck")

    @property
    def repeated(self) -> str:
        """The same on a console that repeats keys that stay down."""
        return self._until_now("text")

    def until(self, ending: str, timeout_s: float = ARRIVES_WITHIN_S) -> str:
        """`struck` once it ends with `ending`; at most `timeout_s` from one piece to the next.

        Raises:
            LabError: `lab.process.silent`, it does not.
        """
        while not self.struck.endswith(ending):
            self._hear(timeout_s)
        return self.struck

    def until_length(self, characters: int, timeout_s: float = ARRIVES_WITHIN_S) -> str:
        """`struck` once it has so many characters, or more. Limit and errors as for `until`."""
        while len(self.struck) < characters:
            self._hear(timeout_s)
        return self.struck

    def close(self) -> None:
        """Stop reading."""
        if added := len(self.repeated) - len(self.struck):
            print(f"{added} characters were added by the target's auto-repeat")
        self._reader.signal()
        self._reader.wait()

    def _until_now(self, which: str) -> str:
        while "\n" in self._reader.output:
            self._hear()
        return self._text[which].replace("\r", "\n")

    def _hear(self, timeout_s: float = ARRIVES_WITHIN_S) -> None:
        piece = self._line(timeout_s)
        if piece == "ready":  # found again after it was gone
            return
        assert "lost" not in piece, "the reader was too slow for the kernel"
        for which in self._text:
            self._text[which] += piece[which]

    def _line(self, timeout_s: float) -> Any:
        return json.loads(self._reader.next_line(timeout_s))


class Pointers:
    """Our mice, as the board's own kernel has them."""

    def __init__(self, board: Board) -> None:
        self._watch: GuestProcess = board.start(
            [sys.executable, GUEST / "mouse_watch.py", *IDENTITY]
        )
        assert {self.next(), self.next()} == {"ready absolute", "ready relative"}

    def next(self) -> str:
        """All that the next report has made: `relative REL_X 5 REL_Y -3`."""
        return self._watch.next_line(ARRIVES_WITHIN_S)

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


class HostPort:
    """The port of the host that our device hangs on, and its power.

    Source: Linux Documentation/driver-api/usb/power-management.rst.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        vendor, product = IDENTITY
        found = board.shell(
            "cd /sys/bus/usb/devices; for device in *; do "
            f'if [ "$(cat $device/idVendor $device/idProduct 2> /dev/null | xargs)" = '
            f'"{vendor} {product}" ]; then echo "$PWD/$device"; fi; done'
        )
        (self._device,) = found.split()

    @property
    def can_be_woken(self) -> bool:
        """Whether the host lets our device wake it."""
        return self._read("wakeup") == "enabled"

    @property
    def is_asleep(self) -> bool:
        """Whether the host has suspended our device."""
        return self._read("runtime_status") == "suspended"

    def let_sleep(self) -> None:
        """Have the host suspend our device as soon as it has been idle for a tenth of a second."""
        self._write("autosuspend_delay_ms", "100")
        self._write("control", "auto")

    def keep_awake(self) -> None:
        """Have the host resume our device, and never suspend it."""
        self._write("control", "on")

    def _read(self, name: str) -> str:
        return self._board.shell(f"cat {self._device}/power/{name}").strip()

    def _write(self, name: str, value: str) -> None:
        self._board.shell(f"echo {value} > {self._device}/power/{name}")
