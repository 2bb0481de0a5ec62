"""Runs on the board: how fast a text is typed, and how fast its reports can be written at all.

Reads its order as one JSON object from standard input: `url`, `password`, `text`, `rounds`. Prints
one JSON object: for each way a list of rounds, each {"rate": characters per second from the first
report to the last, "start_ms": from the request to the first report, "end_ms": from the last one
to hearing of the end}.

The reports for the bare loop are those that the host got (hidraw) when the text was typed first.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from bench.guest.page import Page
from bench.guest.tracing import Trace, tracing
from bench.guest.typist import Reader, Typist
from bench.guest.wire import BenchError, Evdev, hidg


def main() -> None:
    """Type once to learn the reports, replay them once to be sure, then measure in turns."""
    order = json.load(sys.stdin)
    text = order["text"]
    typist = Typist(Page(order["url"], order["password"]))
    with ExitStack() as stack:
        evdev = Evdev()
        stack.callback(evdev.close)
        reports, leading = learnt(typist, text, evdev)
        bare = Bare(hidg(), reports)
        stack.callback(bare.close)
        with Reader(evdev) as reader:
            bare.type(meanwhile=reader.read)
            reader.finish()
        check(reader.text, text, "the bare loop")
        trace = stack.enter_context(tracing())
        rounds: dict[str, list[dict[str, float]]] = {"page": [], "bare": []}
        for _ in range(order["rounds"]):
            rounds["page"].append(timed(trace, lambda: typist.type(text), len(text), leading))
            rounds["bare"].append(timed(trace, bare.type, len(text), 0))
    print(json.dumps(rounds))


def learnt(typist: Typist, text: str, evdev: Evdev) -> tuple[list[bytes], int]:
    """The reports that the text is made of, and how many empty ones come before.

    Raises:
        BenchError: something else arrived than the text.
    """
    with Reader(evdev, with_reports=True) as reader:
        name = typist.start(text)
        reader.follow(typist, name)
    check(reader.text, text, "typing")
    return of_the_text(reader.reports, len(text))


def of_the_text(reports: list[bytes], characters: int) -> tuple[list[bytes], int]:
    """The two reports of each character, and how many empty ones come before.

    Raises:
        BenchError: they are not all there.
    """
    leading = next((place for place, report in enumerate(reports) if any(report)), len(reports))
    # A picture sent once more, because a host took long to ask for it, is none of the text's.
    found = [report for report, _ in groupby(reports[leading:])][: 2 * characters]
    names_keys = [any(report) for report in found]
    if names_keys != [True, False] * characters:
        raise BenchError(f"The {len(reports)} reports are not two for each character.")
    return found, leading


def check(arrived: str, text: str, what: str) -> None:
    """Refuse to measure what does not work."""
    if arrived != text:
        raise BenchError(f"Of {len(text)} characters, {what} brought {len(arrived)}, or others.")


class Bare:
    """The least that can write reports: wait for room, write."""

    def __init__(self, node: Path, reports: list[bytes]) -> None:
        self._node = os.open(node, os.O_WRONLY | os.O_NONBLOCK)
        self._reports = reports
        self._poll = select.poll()
        self._poll.register(self._node, select.POLLOUT)

    def close(self) -> None:
        """Give the node back."""
        os.close(self._node)

    def type(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Write them all, and return when the last one has been collected."""
        for report in self._reports:
            self._poll.poll()
            os.write(self._node, report)
            if meanwhile is not None:
                meanwhile()
        self._poll.poll()


def timed(
    trace: Trace, type_text: Callable[[], None], characters: int, leading: int
) -> dict[str, float]:
    """One round, by the kernel's own record.

    Raises:
        BenchError: fewer reports were written than the text is made of.
    """
    trace.restart()
    began = time.monotonic()
    type_text()
    ended = time.monotonic()
    queued = trace.read()
    if len(queued) < leading + 2 * characters:
        raise BenchError(f"{characters} characters were typed with {len(queued)} reports.")
    first, last = queued[leading], queued[leading + 2 * characters - 1]
    return {
        "rate": characters / (last - first),
        "start_ms": (first - began) * 1000,
        "end_ms": (ended - last) * 1000,
    }


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
