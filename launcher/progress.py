"""What the launcher is doing, as lines a person can follow, with the time each step took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Numbered steps on the terminal; details overwrite one another where there is a terminal."""

    def __init__(self, step_count: int = 0) -> None:
        self._step_count = step_count
        self._step = 0
        self._live = sys.stdout.isatty()
        self._width = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Progress]:
        """One step: its title now, how long it took when it is done."""
        self._step += 1
        number = f"[{self._step}/{self._step_count}] " if self._step_count else ""
        began = time.monotonic()
        print(f"{number}{title}", flush=True)
        try:
            yield self
        finally:
            self._clear()
        print(f"      done in {time.monotonic() - began:.0f} s", flush=True)

    def detail(self, text: str) -> None:
        """What the current step is busy with."""
        if self._live:
            text = text[:110]
            print(f"\r      {text.ljust(self._width)}", end="", flush=True)
            self._width = max(self._width, len(text))
        else:
            print(f"      {text}", flush=True)

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(f"      {text}", flush=True)

    def _clear(self) -> None:
        if self._live and self._width:
            print("\r" + " " * (self._width + 6) + "\r", end="", flush=True)
            self._width = 0
