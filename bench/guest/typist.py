"""A typing job as the page runs it: asked for by POST, followed on the status socket."""

from __future__ import annotations

import os
import select

from bench.guest.page import Page
from bench.guest.us import written
from bench.guest.wire import BenchError, Evdev, hidraw

REPORT_BYTES = 8
OVER = ("done", "cancelled", "failed", "interrupted")
QUIET_S = 0.5
READERS_PRIORITY = 10


class Typist:
    """Types text through the API, one job after another."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._status = page.socket("/api/status")

    def start(self, text: str) -> str:
        """Ask for the text to be typed; returns the job's name."""
        job = self._page.ask("POST", "/api/typing", {"text": text, "layout": "us"})
        return str(job["id"])

    def fileno(self) -> int:
        """To wait on: readable when `is_over` has something to read."""
        return self._status.fileno()

    def is_over(self, name: str) -> bool:
        """Read what has come: whether the job is at its end.

        Raises:
            BenchError: it ended, but not with the whole text typed.
        """
        for status in self._status.waiting():
            job = status.get("typing")
            if job and job["id"] == name and job["state"] in OVER:
                if job["state"] != "done":
                    raise BenchError(f"Typing ended as {job['state']}: {job['sentence']}")
                return True
        return False

    def type(self, text: str) -> None:
        """Type it all."""
        name = self.start(text)
        while not self.is_over(name):
            select.select([self], [], [])


class Reader:
    """All that arrives while something types: key events, and the reports they are made of.

    The kernel keeps 64 of each for a reader, so this one goes before everything else that runs.
    """

    def __init__(self, evdev: Evdev, *, with_reports: bool = False) -> None:
        self._evdev = evdev
        self._raw = os.open(hidraw(), os.O_RDONLY | os.O_NONBLOCK) if with_reports else None
        self.events: list[tuple[int, bool]] = []
        self.reports: list[bytes] = []

    def __enter__(self) -> Reader:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(READERS_PRIORITY))
        return self

    def __exit__(self, *_: object) -> None:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        if self._raw is not None:
            os.close(self._raw)

    @property
    def text(self) -> str:
        """What has been written so far, on a US keyboard."""
        return written(self.events)

    def follow(self, typist: Typist, name: str) -> None:
        """Read until the job is over; then what is still on its way."""
        sources = [self._evdev.fileno(), typist.fileno()]
        if self._raw is not None:
            sources.append(self._raw)
        is_over = False
        while not is_over:
            readable, _, _ = select.select(sources, [], [])
            self.read()
            if typist.fileno() in readable:
                is_over = typist.is_over(name)
        self.finish()

    def finish(self) -> None:
        """Read until nothing more comes."""
        while self._evdev.wait(QUIET_S):
            self.read()

    def read(self) -> None:
        """Take what is there."""
        self.events += [(code, is_down) for _, code, is_down in self._evdev.read()]
        while self._raw is not None:
            try:
                self.reports.append(os.read(self._raw, REPORT_BYTES))
            except BlockingIOError:
                return
