"""Processes in the board, held from outside: the other end of `lab/guest/agent.py`."""

import base64
import contextlib
import json
import signal as signals
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import LabError

LINE_LIMIT_S = 60.0


@dataclass(frozen=True)
class Completed:
    """A process in the board that has ended: its output as text, its exit status."""

    stdout: str
    stderr: str
    returncode: int


class GuestProcess:
    """One process in the board. Its output is kept until it is asked for."""

    def __init__(self, agent: "Agent", number: int, argv: Sequence[str]) -> None:
        self.argv = tuple(argv)
        self.pid = 0
        self._agent = agent
        self._number = number
        self._news = threading.Condition()
        self._stdout = bytearray()
        self._stderr = bytearray()
        self._returncode: int | None = None
        self._refused = ""

    @property
    def stderr(self) -> str:
        """All it has said on standard error so far."""
        with self._news:
            return self._stderr.decode(errors="replace")

    @property
    def output(self) -> str:
        """What it has said on standard output and nobody has read yet."""
        with self._news:
            return self._stdout.decode(errors="replace")

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for a signal as in `subprocess`; None while it runs."""
        return self._returncode

    def next_line(self, timeout_s: float = LINE_LIMIT_S) -> str:
        """The next line of its standard output, without the line end.

        Raises:
            LabError: `lab.process.silent`, nothing came in time; `lab.process.ended`, nothing
                will come any more.
        """
        line = self._line(timeout_s)
        if line is None:
            raise self._failure("lab.process.ended", f"ended ({self._returncode})")
        return line

    def lines(self, timeout_s: float = LINE_LIMIT_S) -> Iterator[str]:
        """The lines of its standard output until it ends; at most `timeout_s` for each."""
        while (line := self._line(timeout_s)) is not None:
            yield line

    def write(self, data: str | bytes) -> None:
        """Hand `data` to its standard input."""
        raw = data.encode() if isinstance(data, str) else data
        self._agent.order(self._number, "write", data=base64.b64encode(raw).decode())

    def close_stdin(self) -> None:
        """End its standard input."""
        self._agent.order(self._number, "close")

    def signal(self, number: int = signals.SIGTERM) -> None:
        """Send a signal to it and to its children."""
        self._agent.order(self._number, "signal", number=int(number))

    def wait(self, timeout_s: float = LINE_LIMIT_S) -> Completed:
        """Wait for its end; the output is what nobody has read yet.

        Raises:
            LabError: `lab.process.late`, it still runs after `timeout_s`.
        """
        with self._news:
            if not self._news.wait_for(lambda: self._over, timeout_s):
                raise self._failure("lab.process.late", f"still runs after {timeout_s} s")
            self._check()
            assert self._returncode is not None
            return Completed(
                self._stdout.decode(errors="replace"),
                self._stderr.decode(errors="replace"),
                self._returncode,
            )

    @property
    def _over(self) -> bool:
        return self._returncode is not None or bool(self._refused)

    def _line(self, timeout_s: float) -> str | None:
        with self._news:
            if not self._news.wait_for(lambda: b"\n" in self._stdout or self._over, timeout_s):
                raise self._failure("lab.process.silent", f"said nothing for {timeout_s} s")
            self._check()
            if not self._stdout:
                return None
            raw, _, rest = bytes(self._stdout).partition(b"\n")
            self._stdout[:] = rest
            return raw.decode(errors="replace")

    def _check(self) -> None:
        if self._refused:
            raise LabError("lab.process.refused", f"{self.argv[0]} did not run: {self._refused}.")

    def _failure(self, code: str, what: str) -> LabError:
        text = (bytes(self._stdout) + bytes(self._stderr))[-2000:].decode(errors="replace")
        return LabError(code, f"In the board, `{' '.join(self.argv)}` {what}.", log=text)

    def hear(self, report: dict[str, Any]) -> None:
        """Take one report of the agent; only the agent's reader calls this."""
        with self._news:
            match report["event"]:
                case "started":
                    self.pid = report["pid"]
                case "refused":
                    self._refused = report["why"]
                case "stdout":
                    self._stdout += base64.b64decode(report["data"])
                case "stderr":
                    self._stderr += base64.b64decode(report["data"])
                case "exit":
                    self._returncode = report["status"]
            self._news.notify_all()


class Agent:
    """The line to the board's agent. `check` is asked while waiting for the board to come up."""

    def __init__(self, connection: socket.socket, check: Callable[[], None]) -> None:
        self._connection = connection
        self._check = check
        self._lock = threading.Lock()
        self._hello = threading.Event()
        self._processes: dict[int, GuestProcess] = {}
        self._next_number = 1
        self._reader = threading.Thread(target=self._read, name="lab-agent", daemon=True)
        self._reader.start()

    def wait_for_hello(self, limit_s: float) -> bool:
        """Wait until the agent runs; False if it did not within `limit_s`."""
        deadline = time.monotonic() + limit_s
        while not self._hello.wait(0.2):
            self._check()
            if time.monotonic() > deadline:
                return False
        return True

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> GuestProcess:
        """Start a process in the board."""
        with self._lock:
            number = self._next_number
            self._next_number += 1
            process = GuestProcess(self, number, argv)
            self._processes[number] = process
        self.order(number, "start", argv=list(argv), env=dict(env), cwd=cwd)
        return process

    def order(self, process: int, do: str, **rest: object) -> None:
        """Send one order.

        Raises:
            LabError: `lab.guest.stopped`, the board is gone.
        """
        line = json.dumps({"id": process, "do": do, **rest}).encode() + b"\n"
        try:
            with self._lock:
                self._connection.sendall(line)
        except OSError as error:
            raise LabError("lab.guest.stopped", "The board guest is gone.") from error

    def close(self) -> None:
        """Hang up; processes still waited for count as refused."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._connection.close()

    def _read(self) -> None:
        try:
            with self._connection.makefile("rb") as reports:
                for line in reports:
                    report = json.loads(line)
                    if report["event"] == "hello":
                        self._hello.set()
                    else:
                        self._processes[report["id"]].hear(report)
        except (OSError, ValueError):
            pass  # the board was stopped in the middle of a line
        for process in list(self._processes.values()):
            if process.returncode is None:
                process.hear({"event": "refused", "why": "the board guest is gone"})
