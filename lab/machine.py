"""One QEMU process: started, watched, spoken to, ended; with its logs for when it goes wrong."""

import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab.errors import LabError
from lab.packages import tool
from lab.process import spawn
from lab.qmp import Qmp
from lab.rundir import RunDir

SOCKET_LIMIT_S = 60.0
QUIT_LIMIT_S = 5.0
TAIL_BYTES = 3000


class Machine:
    """A QEMU process named `name` with a run directory of its own; a context manager's inside.

    `start` adds to the caller's arguments what all guests share: no devices nobody asked for, a
    serial console into `console.log`, QMP on a Unix socket, QEMU's own words into `qemu.log`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._run_dir = RunDir()
        self.run_dir = self._run_dir.path
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None

    @property
    def qmp(self) -> Qmp:
        """The connection to QEMU; only after `start`."""
        if self._qmp is None:
            raise self.failure("lab.guest.stopped", f"The {self.name} guest is not running.")
        return self._qmp

    @property
    def pid(self) -> int:
        """The process id of QEMU."""
        assert self._process is not None
        return self._process.pid

    def start(self, argv: Sequence[str]) -> None:
        """Start QEMU with `argv` and connect to it.

        Raises:
            LabError: `lab.guest.died`, with the end of both logs.
        """
        qemu = tool("qemu-system-x86_64", "qemu-system-x86")
        self._process = spawn(
            [
                str(qemu),
                "-name",
                f"kaputtkvm-{self.name}",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-smp",
                "1",
                *unix_chardev("qmp", self.run_dir / "qmp"),
                "-mon",
                "chardev=qmp,mode=control",
                "-chardev",
                f"file,id=console,path={self.run_dir / 'console.log'}",
                "-serial",
                "chardev:console",
                *argv,
            ],
            self.run_dir / "qemu.log",
        )
        deadline = time.monotonic() + SOCKET_LIMIT_S
        while self._qmp is None:
            try:
                self._qmp = Qmp(self.run_dir / "qmp")
            except (OSError, LabError):
                self.check_alive()
                if time.monotonic() > deadline:
                    raise self.failure(
                        "lab.guest.late", f"The {self.name} guest's QEMU does not answer."
                    ) from None
                time.sleep(0.02)

    def connect(self, name: str) -> socket.socket:
        """Connect to the Unix socket `name` that QEMU opened in the run directory."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.run_dir / name))
        return connection

    def check_alive(self) -> None:
        """Raise `lab.guest.died`, with the end of the logs, if QEMU has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise self.failure(
                "lab.guest.died",
                f"The {self.name} guest ended by itself (status {self._process.returncode}).",
            )

    def failure(self, code: str, sentence: str) -> LabError:
        """A `LabError` that carries the end of QEMU's and the console's log."""
        return LabError(code, sentence, log=self.tail())

    def tail(self) -> str:
        """The end of both logs, as text."""
        parts = []
        for log in ("qemu.log", "console.log"):
            path = self.run_dir / log
            text = path.read_bytes()[-TAIL_BYTES:] if path.exists() else b""
            if text.strip():
                parts.append(f"--- {self.name}: {log}\n{text.decode(errors='replace').strip()}")
        return "\n".join(parts)

    def stop(self) -> None:
        """End QEMU, politely first, and remove the run directory. Twice is harmless."""
        if self._process is not None:
            if self._qmp is not None and self._process.poll() is None:
                try:
                    self._qmp.ask("quit")
                    self._process.wait(QUIT_LIMIT_S)
                except (LabError, subprocess.TimeoutExpired):
                    pass
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._qmp is not None:
            self._qmp.close()
            self._qmp = None
        if self.run_dir.exists():
            self._run_dir.close()


def unix_chardev(name: str, path: Path) -> list[str]:
    """QEMU arguments for a character device that listens on a Unix socket."""
    return ["-chardev", f"socket,id={name},path={path},server=on,wait=off"]
