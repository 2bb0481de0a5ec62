"""The lock lights: what the target sets is told to everybody who follows the status."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import httpx
import pytest

from lab import GuestProcess, LabError
from tests.e2e.conftest import Desk
from tests.e2e.hosts import GUEST, IDENTITY, InputLayer
from tests.e2e.seats import InsideClient
from tests.e2e.waiting import lights_out

pytestmark = pytest.mark.lab

QUIET_S = 0.3
MOST_NEWS = 50


@pytest.fixture(autouse=True)
def dark(desk: Desk, client: httpx.Client) -> None:
    """Whoever was here before may have pressed a lock key."""
    InputLayer(desk.board).close()  # the host's kernel has found a keyboard of ours
    lights_out(client)


@pytest.fixture
def status_feed(desk: Desk, client: httpx.Client) -> Iterator[InsideClient]:
    """Somebody in the board who follows the status, so that both clocks are the same."""
    feed = InsideClient(desk.board, client, path="/api/status", pings=False)
    yield feed
    feed.close()


@pytest.fixture
def lights(desk: Desk) -> Iterator[GuestProcess]:
    """The target's desktop, which sets the lights; they are off at the end."""
    InputLayer(desk.board).close()  # the host's kernel has found a keyboard of ours
    process = desk.board.start([sys.executable, GUEST / "lights.py", *IDENTITY])
    assert process.next_line() == "ready"
    yield process
    for light in ("num_lock", "caps_lock", "scroll_lock"):
        set_light(process, light, on=False)
    process.close_stdin()
    process.wait()


def set_light(lights: GuestProcess, light: str, *, on: bool) -> float:
    """Set it, and say when on the board's clock."""
    lights.write(f"{light} {int(on)}\n")
    return float(lights.next_line())


def settle(feed: InsideClient) -> None:
    """Until nothing has changed for a while: changes close together are told as one, later."""
    with contextlib.suppress(LabError):
        for _ in range(MOST_NEWS):
            feed.process.next_line(QUIET_S)


def shows(feed: InsideClient, wanted: set[str]) -> float:
    """When the status first said that just these lights are on."""
    while True:
        when_s, document = feed.until("keyboard")
        if set(document["keyboard"]["leds"]) == wanted:
            return when_s


def test_each_light_the_target_sets_is_told_without_asking(
    lights: GuestProcess, status_feed: InsideClient
) -> None:
    on: set[str] = set()
    took_ms = []
    for light in ("caps_lock", "num_lock", "scroll_lock"):
        for is_on in (True, False, True):
            settle(status_feed)
            since_s = set_light(lights, light, on=is_on)
            on = on | {light} if is_on else on - {light}
            took_ms.append(1000 * (shows(status_feed, on) - since_s))
    print("from the target's light to a client:", ", ".join(f"{ms:.0f} ms" for ms in took_ms))


def test_the_targets_own_caps_lock_lights_the_light(
    desk: Desk, client: httpx.Client, status_feed: InsideClient
) -> None:
    # Nobody of ours sets this light: the key goes to the target's console, and that sets it.
    shows(status_feed, set())
    InputLayer(desk.board).close()
    for wanted in ({"caps_lock"}, set[str]()):
        client.post("/api/keys", json={"press": ["CapsLock"]}).raise_for_status()
        shows(status_feed, wanted)
