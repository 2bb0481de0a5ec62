"""Waiting for what announces itself nowhere: look, and look again, within a limit.

And what is mostly waited for: that a killed process is there again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from lab import Board

HAPPENS_WITHIN_S = 60.0
LOOK_INTERVAL_S = 0.3
# The promise is two seconds. All clocks are the board's, and the first one is read before the cause
# is given; but the board is emulated on a machine that is doing other things, and a process there
# may wait for the only processor while a timer of ours is due.
LET_GO_WITHIN_S = 2.0
EMULATED_S = 1.0
BACK_WITHIN_S = 60.0
LOCK_OF = {"num_lock": "NumLock", "caps_lock": "CapsLock", "scroll_lock": "ScrollLock"}


def eventually(look: Callable[[], bool], within_s: float = HAPPENS_WITHIN_S) -> bool:
    """Whether it came true in time."""
    limit = time.monotonic() + within_s
    while not look():
        if time.monotonic() > limit:
            return False
        time.sleep(LOOK_INTERVAL_S)
    return True


def status(client: httpx.Client) -> dict[str, Any]:
    """The status document."""
    document: dict[str, Any] = client.get("/api/status").raise_for_status().json()
    return document


def is_dark(client: httpx.Client, light: str) -> bool:
    """Whether this lock light is off."""
    return light not in status(client)["keyboard"]["leds"]


def lights_out(client: httpx.Client) -> None:
    """Press what lights the lock lights until all are dark, as the target's console has it."""
    for light in status(client)["keyboard"]["leds"]:
        client.post("/api/keys", json={"press": [LOCK_OF[light]]}).raise_for_status()
        assert eventually(partial(is_dark, client, light))


def seconds_now(board: Board, then: str) -> float:
    """The board's time just before it did `then`."""
    return float(board.shell(f"cut -d' ' -f1 /proc/uptime; {then}"))


def kill(board: Board, name: str) -> float:
    """SIGKILL for the process that runs our module `name`; when it was, by the board's clock."""
    return seconds_now(board, f"kill -9 $(pgrep -f -- '-m {name} --config' | head -n 1)")


def back(look: Callable[[], bool]) -> bool:
    """Whether it works again in time. While it is away, connections fail; that is expected."""

    def looked() -> bool:
        with contextlib.suppress(httpx.HTTPError, OSError):
            return look()
        return False

    return eventually(looked, BACK_WITHIN_S)
