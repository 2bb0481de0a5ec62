"""The board's hand: starts processes there for whoever holds the other end of a virtio port.

Lines of JSON both ways, many processes at once, each under the number its starter chose. Bytes
travel as base64. A port and not a TCP server, because whoever reaches this is root in here.

Orders:  {"id", "do": "start", "argv", "env", "cwd"}, {"id", "do": "write", "data"},
         {"id", "do": "close"}, {"id", "do": "signal", "number"}
Reports: {"event": "hello"}, {"id", "event": "started", "pid"}, {"id", "event": "refused", "why"},
         {"id", "event": "stdout" | "stderr", "data"}, {"id", "event": "exit", "status"}
"""

import base64
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from typing import IO, Any

CHUNK_BYTES = 65536
# A background child may keep the pipes open; the exit of what was asked for is still news.
DRAIN_LIMIT_S = 1.0


class Agent:
    """Reads orders from one file and writes reports to another."""

    def __init__(self, orders: IO[bytes], reports: IO[bytes]) -> None:
        self._orders = orders
        self._reports = reports
        self._lock = threading.Lock()
        self._inputs: dict[int, queue.SimpleQueue[bytes | None]] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def serve(self) -> None:
        """Say hello and obey until the port closes."""
        self._report(event="hello")
        for line in self._orders:
            order = json.loads(line)
            number = order["id"]
            match order["do"]:
                case "start":
                    self._start(number, order)
                case "write" if number in self._inputs:
                    self._inputs[number].put(base64.b64decode(order["data"]))
                case "close" if number in self._inputs:
                    self._inputs[number].put(None)
                case "signal" if number in self._processes:
                    self._signal(self._processes[number], order["number"])

    def _start(self, number: int, order: dict[str, Any]) -> None:
        try:
            process = subprocess.Popen(
                order["argv"],
                cwd=order["cwd"],
                env={**os.environ, **order["env"]},
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            self._report(id=number, event="refused", why=str(error))
            return
        self._processes[number] = process
        self._inputs[number] = queue.SimpleQueue()
        self._report(id=number, event="started", pid=process.pid)
        threading.Thread(target=self._feed, args=(number, process), daemon=True).start()
        threading.Thread(target=self._watch, args=(number, process), daemon=True).start()

    def _feed(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        try:
            while data := self._inputs[number].get():
                while data:
                    data = data[process.stdin.write(data) or 0 :]
            process.stdin.close()
        except (OSError, KeyError):
            pass  # it closed its input, or it ended

    def _watch(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        pumps = [
            threading.Thread(target=self._pump, args=(number, event, pipe), daemon=True)
            for event, pipe in (("stdout", process.stdout), ("stderr", process.stderr))
        ]
        for pump in pumps:
            pump.start()
        status = process.wait()
        for pump in pumps:
            pump.join(DRAIN_LIMIT_S)
        self._inputs.pop(number).put(None)
        del self._processes[number]
        self._report(id=number, event="exit", status=status)

    def _pump(self, number: int, event: str, pipe: IO[bytes]) -> None:
        while data := os.read(pipe.fileno(), CHUNK_BYTES):
            self._report(id=number, event=event, data=base64.b64encode(data).decode())
        pipe.close()

    def _signal(self, process: subprocess.Popen[bytes], number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # just ended; its exit is on the way
            os.killpg(process.pid, number)

    def _report(self, **report: object) -> None:
        line = json.dumps(report).encode() + b"\n"
        with self._lock:
            self._reports.write(line)
            self._reports.flush()


def main() -> None:
    """Serve the virtio port given as the only argument."""
    port = os.open(sys.argv[1], os.O_RDWR | os.O_CLOEXEC)
    with os.fdopen(port, "rb", closefd=False) as orders, os.fdopen(port, "wb") as reports:
        Agent(orders, reports).serve()


if __name__ == "__main__":
    main()
