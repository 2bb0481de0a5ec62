"""QEMU's machine protocol, as much as a lab needs: one question, one answer, over a Unix socket.

Ours and not `qemu.qmp`, because that is asyncio and the lab lives on threads; what is left of the
protocol without events is fifty lines.

Source: QEMU docs/interop/qmp-spec.rst.
"""

import contextlib
import json
import socket
import threading
from pathlib import Path
from typing import Any, cast

from lab.errors import LabError

ANSWER_LIMIT_S = 60.0


class Qmp:
    """A connection to one QEMU. Safe to use from several threads; each question waits its turn."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_LIMIT_S)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("rb")
        self._lines.readline()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: object) -> Any:
        """Ask QEMU and return its answer.

        Raises:
            LabError: `lab.qmp.refused`, QEMU says no; `lab.qmp.gone`, QEMU ended or hangs.
        """
        question: dict[str, object] = {"execute": command}
        if arguments:
            question["arguments"] = arguments
        with self._lock:
            try:
                self._socket.sendall(json.dumps(question).encode() + b"\n")
                answer = self._answer()
            except (OSError, ValueError) as error:
                raise LabError(
                    "lab.qmp.gone", f"QEMU did not answer {command}: {error or 'it ended'}."
                ) from error
        if "error" in answer:
            raise LabError("lab.qmp.refused", f"QEMU refused {command}: {answer['error']['desc']}")
        return answer["return"]

    def monitor(self, line: str) -> str:
        """What QEMU's human monitor prints for `line`, such as `info usb`."""
        return cast(str, self.ask("human-monitor-command", **{"command-line": line}))

    def close(self) -> None:
        """Hang up; whoever waits for an answer gets `lab.qmp.gone`."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _answer(self) -> dict[str, Any]:
        while line := self._lines.readline():
            message = cast(dict[str, Any], json.loads(line))
            if "return" in message or "error" in message:
                return message  # anything else is an event
        raise ValueError("it ended")
