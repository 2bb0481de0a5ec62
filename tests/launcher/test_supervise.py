"""Children of the launcher: restarted when killed, ended when asked, given up when they say so."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.supervise import Child, ChildFailedError, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = "import time; print('here', flush=True); time.sleep(600)"


class Said:
    """What the children printed, and a way to wait for it."""

    def __init__(self) -> None:
        reader, self._writer = os.pipe()
        self._lines = os.fdopen(reader)

    def take(self, name: str, line: str) -> None:
        os.write(self._writer, f"{name}: {line}\n".encode())

    def next(self) -> str:
        return self._lines.readline().strip()


def child(said: Said, script: str) -> Child:
    return Child("child", [sys.executable, "-c", script], said.take)


def test_a_killed_child_is_started_again(capfd: pytest.CaptureFixture[str]) -> None:
    said = Said()
    one = child(said, SLEEPER)
    with Supervisor([one]) as supervisor:
        assert said.next() == "child: here"
        first = one.process.pid
        os.kill(first, signal.SIGKILL)
        one.process.wait()
        supervisor.check()
        assert said.next() == "child: here"
        assert one.process.pid != first
    assert one.process.poll() == -signal.SIGTERM
    assert "signal 9" in capfd.readouterr().err


def test_a_child_that_says_it_cannot_work_is_not_started_again() -> None:
    said = Said()
    one = child(said, "print('no such setting'); raise SystemExit(2)")
    with Supervisor([one]) as supervisor:
        one.process.wait()
        with pytest.raises(ChildFailedError, match="no such setting"):
            supervisor.check()


def test_children_end_in_the_reverse_of_their_order() -> None:
    said = Said()
    script = (
        "import signal, time\n"
        "def end(*_): print('ends', flush=True); raise SystemExit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('here', flush=True)\n"
        "time.sleep(600)"
    )
    children = [
        Child(name, [sys.executable, "-c", script], said.take) for name in ("first", "second")
    ]
    with Supervisor(children):
        assert {said.next(), said.next()} == {"first: here", "second: here"}
    assert [said.next(), said.next()] == ["second: ends", "first: ends"]


def test_children_die_with_a_killed_launcher() -> None:
    script = (
        "import sys, time\n"
        "from launcher.supervise import Child, Supervisor\n"
        f"one = Child('child', [sys.executable, '-c', {SLEEPER!r}],"
        " lambda name, line: print(one.process.pid, flush=True))\n"
        "with Supervisor([one]): time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout is not None
        watched = os.pidfd_open(int(launcher.stdout.readline()))
        launcher.kill()
    # The child is not ours to wait for, but its descriptor becomes readable when it ends.
    readable, _, _ = select.select([watched], [], [], 30)
    os.close(watched)
    assert readable
