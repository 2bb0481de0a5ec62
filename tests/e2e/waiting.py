"""Waiting for what announces itself nowhere: look, and look again, within a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

HAPPENS_WITHIN_S = 60.0
LOOK_INTERVAL_S = 0.3


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
