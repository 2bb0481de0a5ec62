"""`python -m gadgetd` as an administrator meets it: exit status, words, what it leaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

LIMIT_S = 60.0


class Process:
    """One gadgetd on a board without gadgets, and the service manager's end of its notices."""

    def __init__(self, root: Path, **gadget: object) -> None:
        config = root / "kaputtkvm.yaml"
        section = {
            "configfs": str(root / "no-configfs"),
            "modprobe": False,
            "socket": str(root / "gadgetd.sock"),
            **gadget,
        }
        config.write_text(yaml.safe_dump({"gadget": section}))
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notices.bind(str(root / f"notify-{os.urandom(4).hex()}"))
        self._notices.settimeout(LIMIT_S)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gadgetd", "--config", str(config)],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": self._notices.getsockname()},
        )

    def notice(self) -> str:
        """What it tells the service manager next."""
        return self._notices.recv(4096).decode()

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Its exit status and all it said."""
        _, said = self._process.communicate(timeout=LIMIT_S)
        self._notices.close()
        return self._process.returncode, said

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self.end()


@pytest.fixture
def started() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_when_it_is_ready_and_ends_cleanly_when_asked(
    tmp_path: Path, started: list[Process], number: int
) -> None:
    process = Process(tmp_path)
    started.append(process)
    assert process.notice() == "READY=1"
    process.send(number)
    assert process.notice() == "STOPPING=1"
    status, said = process.end()
    assert status == 0
    assert "Traceback" not in said
    assert "configfs is not mounted" in said
    assert not (tmp_path / "gadgetd.sock").exists()


def test_a_second_one_ends_with_one_sentence(tmp_path: Path, started: list[Process]) -> None:
    first = Process(tmp_path)
    started.append(first)
    assert first.notice() == "READY=1"
    second = Process(tmp_path)
    started.append(second)
    status, said = second.end()
    assert status == 2
    assert said.count("\n") == 1
    assert "already running" in said


def test_after_a_kill_the_next_one_takes_the_socket(tmp_path: Path, started: list[Process]) -> None:
    first = Process(tmp_path)
    started.append(first)
    assert first.notice() == "READY=1"
    first.kill()
    assert (tmp_path / "gadgetd.sock").exists()
    second = Process(tmp_path)
    started.append(second)
    assert second.notice() == "READY=1"


def test_a_wrong_setting_ends_it_with_one_sentence(tmp_path: Path, started: list[Process]) -> None:
    process = Process(tmp_path, storag="always")
    started.append(process)
    status, said = process.end()
    assert status == 2
    assert said.count("\n") == 1
    assert "did you mean gadget.storage?" in said
