"""Keep a few processes running: started in order, restarted when they die, ended in reverse.

Each child has its own session, so that Ctrl-C in a terminal reaches the launcher alone and the
launcher ends them one after another; and each dies with the launcher (PR_SET_PDEATHSIG), so that
nothing survives even a SIGKILL of it.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gadgetd.errors import KaputtError

PR_SET_PDEATHSIG = 1
PATIENCE_S = 10.0
RESTART_DELAY_S = 0.5
UNUSABLE = 2  # the exit status for "this cannot work": bad configuration, port in use


class ChildFailedError(KaputtError):
    """A process ended on purpose: starting it again would not help."""

    code = "child_failed"


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent is gone. Runs between fork and exec."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Child:
    """One long-running program of ours, and what it last said."""

    name: str
    command: list[str]
    on_line: Callable[[str, str], None]
    last_lines: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it; its output comes line by line to `on_line(name, line)`."""
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.last_lines = [*self.last_lines[-9:], line.rstrip()]
            self.on_line(self.name, line.rstrip())

    def stop(self) -> None:
        """Ask it to end; after ten seconds, make it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(PATIENCE_S)


class Supervisor:
    """Children in the order they need one another."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        self._started: list[Child] = []

    def __enter__(self) -> Supervisor:
        for child in self._children:
            child.start()
            self._started.append(child)
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._started):
            child.stop()

    def check(self) -> None:
        """Start again what was killed.

        Raises:
            ChildFailedError: a child says by its exit status that it cannot work like this.
        """
        for child in self._started:
            status = child.process.poll()
            if status is None:
                continue
            child.reader.join(PATIENCE_S)
            if status == UNUSABLE:
                raise ChildFailedError(
                    f"{child.name} cannot start: {' '.join(child.last_lines[-1:])}"
                )
            cause = f"signal {-status}" if status < 0 else f"exit status {status}"
            print(f"{child.name} ended ({cause}); starting it again.", file=sys.stderr, flush=True)
            time.sleep(RESTART_DELAY_S)
            child.start()
