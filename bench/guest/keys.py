"""Runs on the board: how long a key takes from the socket to the endpoint and to the input layer.

Reads its order as one JSON object from standard input: `url`, `password`, `strokes`, `warm_up`.
Prints one JSON object: for each way a list of [to the endpoint, to evdev] in microseconds, one for
each key event.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.guest.page import Page, Socket
from bench.guest.tracing import tracing
from bench.guest.wire import KEY_A, BenchError, Evdev, hidg

BARE = Path(__file__).with_name("bare.py")
ARRIVES_WITHIN_S = 10.0
# The endpoint's record is written when the controller has returned. The host may have the report
# by then.
RECORD_LAG_S = 0.05
# Fingers are slower than this. What the event before has left to do is done by then, and the
# next one finds the bus at any place within its frame.
PAUSE_S = (0.004, 0.012)


@dataclass(frozen=True)
class Event:
    """One key event, in seconds: when it was sent, and when evdev had it."""

    began: float
    arrived: float


Strike = Callable[[bool], tuple[float, Callable[[], None]]]


def main() -> None:
    """Measure both ways in turns."""
    order = json.load(sys.stdin)
    page = Page(order["url"], order["password"])
    with ExitStack() as stack:
        evdev = Evdev()
        stack.callback(evdev.close)
        ways = {
            "page": stack.enter_context(through_the_api(page)),
            "bare": stack.enter_context(through_a_bare_socket()),
        }
        events: dict[str, list[Event]] = {way: [] for way in ways}
        trace = stack.enter_context(tracing())
        for stroke in range(order["warm_up"] + order["strokes"]):
            for way, strike in ways.items():
                pair = [timed(strike, is_down, evdev) for is_down in (True, False)]
                if stroke >= order["warm_up"]:
                    events[way] += pair
        queued = trace.read()
    print(json.dumps({way: [samples(event, queued) for event in events[way]] for way in ways}))


def timed(strike: Strike, is_down: bool, evdev: Evdev) -> Event:
    """Send one key event and wait until it is through.

    Raises:
        BenchError: it did not arrive.
    """
    time.sleep(random.uniform(*PAUSE_S))
    began, finish = strike(is_down)
    arrived: list[tuple[float, int, bool]] = []
    while not arrived:  # on a slow machine the kernel's auto-repeat comes in between
        if not evdev.wait(ARRIVES_WITHIN_S):
            raise BenchError(f"A key event did not arrive within {ARRIVES_WITHIN_S} s.")
        arrived += evdev.read()
    finish()
    if [(code, down) for _, code, down in arrived] != [(KEY_A, is_down)]:
        raise BenchError(f"One event of the A key was sent, and this arrived: {arrived}.")
    return Event(began, arrived[0][0])


def samples(event: Event, queued: list[float]) -> tuple[float, float]:
    """Microseconds from sending to the endpoint, and to evdev.

    Raises:
        BenchError: nothing was queued between sending and arriving.
    """
    place = bisect_left(queued, event.began)
    if place == len(queued) or queued[place] > event.arrived + RECORD_LAG_S:
        raise BenchError("The trace does not show the report of a key that arrived.")
    return (queued[place] - event.began) * 1e6, (event.arrived - event.began) * 1e6


@contextmanager
def through_the_api(page: Page) -> Iterator[Strike]:
    """The page's key socket; each event is answered before the next is sent."""
    line = page.socket("/api/keys")

    def strike(is_down: bool) -> tuple[float, Callable[[], None]]:
        data = line.packed({"code": "KeyA", "down": is_down})
        began = time.monotonic()
        line.send_packed(data)
        return began, lambda: answered(line)

    yield strike
    line.close()


def answered(line: Socket) -> None:
    """Wait for the answer to a key event.

    Raises:
        BenchError: the key was not taken.
    """
    while "delivery" not in (answer := line.receive()):
        if "error" in answer:
            raise BenchError(answer["error"]["sentence"])
    if answer["delivery"] == "undelivered":
        raise BenchError(answer["sentence"])


@contextmanager
def through_a_bare_socket() -> Iterator[Strike]:
    """A process that does nothing but write the report."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-S", "-I", str(BARE), str(theirs.fileno()), str(hidg())]

    def strike(is_down: bool) -> tuple[float, Callable[[], None]]:
        began = time.monotonic()
        ours.sendall(b"d" if is_down else b"u")
        return began, lambda: None

    with subprocess.Popen(command, pass_fds=[theirs.fileno()]), ours:  # it ends when we hang up
        theirs.close()
        yield strike


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
