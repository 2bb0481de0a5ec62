"""What is let go of when a process dies without having done it, however it dies."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_S = 60.0
REPORT = bytes(8)

# Stands in for gadgetd: makes its will, says so, and waits for its end.
MAKER = """
import sys
from pathlib import Path
from gadgetd.devices.will import Will

will = Will()
for node, report in zip(sys.argv[1::2], sys.argv[2::2]):
    will.let_go(Path(node), bytes.fromhex(report))
print(will._heir.pid, flush=True)
sys.stdin.readline()
will.revoke()
print("revoked", flush=True)
sys.stdin.readline()
"""


class Maker:
    """A process that has made its will."""

    def __init__(self, *wishes: tuple[Path, bytes]) -> None:
        words = [word for node, report in wishes for word in (str(node), report.hex())]
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAKER, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.heir = int(self.line())

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def revoke(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        assert self.line() == "revoked"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A place that takes reports; a FIFO that somebody reads behaves as a node does."""
    path = tmp_path / "hidg0"
    os.mkfifo(path)
    return path


def read(node: Path) -> int:
    return os.open(node, os.O_RDONLY | os.O_NONBLOCK)


def received(fd: int) -> bytes:
    assert select.select([fd], [], [], LIMIT_S)[0]
    return os.read(fd, 64)


def test_a_killed_process_lets_everything_go(node: Path) -> None:
    target = read(node)
    maker = Maker((node, REPORT))
    maker.kill()
    assert received(target) == REPORT
    os.close(target)


def test_every_node_gets_its_own_and_one_that_is_not_there_stops_nobody(tmp_path: Path) -> None:
    keyboard, mouse = tmp_path / "hidg0", tmp_path / "hidg1"
    for path in (keyboard, mouse):
        os.mkfifo(path)
    targets = read(keyboard), read(mouse)
    neutral = bytes([0, 0, 0x80, 0, 0x80, 0, 0])
    maker = Maker((tmp_path / "gone", REPORT), (keyboard, REPORT), (mouse, neutral))
    maker.kill()
    assert [received(target) for target in targets] == [REPORT, neutral]
    for target in targets:
        os.close(target)


def test_what_ends_the_whole_group_does_not_end_it_before_it_has_let_go(node: Path) -> None:
    target = read(node)
    maker = Maker((node, REPORT))
    ignored = f"/proc/{maker.heir}/status"
    while not is_ignoring(Path(ignored).read_text(), signal.SIGTERM):
        os.sched_yield()
    os.kill(maker.heir, signal.SIGTERM)
    maker.kill()
    assert received(target) == REPORT
    os.close(target)


def is_ignoring(status: str, number: int) -> bool:
    """Whether a process's /proc status says that it ignores the signal."""
    [mask] = [line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:")]
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_whoever_ends_in_order_leaves_nothing_to_be_done(node: Path) -> None:
    target = read(node)
    maker = Maker((node, REPORT))
    maker.revoke()
    maker.kill()
    assert os.read(target, 64) == b""
    with pytest.raises(ProcessLookupError):
        os.kill(maker.heir, 0)
    os.close(target)


def test_the_last_wish_for_a_node_counts(node: Path) -> None:
    target = read(node)
    maker = Maker((node, b"\x01" * 8), (node, REPORT))
    maker.kill()
    assert received(target) == REPORT
    os.close(target)


def test_a_stopped_service_that_is_then_killed_still_lets_go(node: Path) -> None:
    target = read(node)
    maker = Maker((node, REPORT))
    os.kill(maker.process.pid, signal.SIGSTOP)
    maker.kill()
    assert received(target) == REPORT
    os.close(target)
