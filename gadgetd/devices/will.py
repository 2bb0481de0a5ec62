"""The last will: a small process that lets everything go when gadgetd dies without having done so.

What was down stays down at the target until somebody sends another report, and Linux repeats a key
for as long. A killed gadgetd is started anew, but on a small board that takes seconds. So this
process waits at the other end of a pipe, with its interpreter loaded, and does one thing when the
pipe breaks. It is this very file, run with nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

log = logging.getLogger(__name__)

# A target that does not ask for reports within this time may get it from the next gadgetd.
PATIENCE_S = 1.0


class Will:
    """What is to be written, and to which node, when we are gone."""

    def __init__(self) -> None:
        """Start the process that waits for it."""
        self._wishes: dict[str, str] = {}
        self._heir = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, close_fds=True
        )

    def let_go(self, node: Path, report: bytes) -> None:
        """Write this report to this node at the end, after what was wished for other nodes."""
        self._wishes[str(node)] = report.hex()
        self._tell()

    def revoke(self) -> None:
        """Everything has been let go of: nothing is to be written any more."""
        self._wishes.clear()
        self._tell()
        assert self._heir.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._heir.stdin.close()
        self._heir.wait()

    def _tell(self) -> None:
        assert self._heir.stdin is not None
        try:
            self._heir.stdin.write(json.dumps(self._wishes).encode() + b"\n")
            self._heir.stdin.flush()
        except BrokenPipeError:
            log.warning("The process that releases all keys if this one is killed has ended.")


def execute() -> None:
    """Wait until nobody writes any more, then do what the last whole line says."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # who ends gadgetd's group ends gadgetd first
    last = b"{}"
    for line in sys.stdin.buffer:
        if line.endswith(b"\n"):
            last = line
    for node, report in json.loads(last).items():
        with contextlib.suppress(OSError):  # no node, no target: nothing is down
            write(node, bytes.fromhex(report))


def write(node: str, report: bytes) -> None:
    """Write one report as soon as there is room for it, if there is in time."""
    fd = os.open(node, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    until = time.monotonic() + PATIENCE_S
    try:
        while select.select([], [fd], [], max(0.0, until - time.monotonic()))[1]:
            with contextlib.suppress(BlockingIOError):
                os.write(fd, report)
                return
    finally:
        os.close(fd)


if __name__ == "__main__":
    execute()
