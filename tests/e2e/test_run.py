"""`./kaputtkvm run` as a person starts it: what it prints, what is behind it, what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Desk, free_port
from tests.pictures import decoded

pytestmark = pytest.mark.lab

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN_S = 60


def processes_of(pid: int) -> set[int]:
    """A process and everything below it."""
    found = {pid}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            child, parent = (
                int(stat.parent.name),
                int(stat.read_text().rsplit(")", 1)[1].split()[1]),
            )
        except (OSError, IndexError):
            continue
        if parent == pid:
            found |= processes_of(child)
    return found


def test_run_shows_the_target_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    mounts, modules = Path("/proc/mounts").read_text(), modules_now()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "launcher", "run", "--lab", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--images", str(tmp_path / "images")],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"},
    ) as launcher:
        assert launcher.stdout is not None
        said: list[str] = []
        password = address = ""
        for line in launcher.stdout:
            said.append(line)
            if line.startswith("The page:"):
                address = line.split()[-1]
            if line.startswith("First login:"):
                password = line.split()[-1]
                break
        assert address == f"http://127.0.0.1:{port}/", "".join(said)
        assert (tmp_path / "images" / "grub-demo.iso").exists()
        with httpx.Client(base_url=address, timeout=60) as client:
            client.post("/api/login", json={"password": password}).raise_for_status()
            picture = decoded(client.get("/snapshot.jpg").raise_for_status().content)
            assert picture.size == (720, 480)
            assert client.get("/api/status").json()["target"]["reset"] is True

        family = processes_of(launcher.pid)
        assert len(family) >= 3  # the launcher and two guests
        os.killpg(launcher.pid, signal.SIGINT)
        rest = launcher.stdout.read()
        assert launcher.wait(ENDS_WITHIN_S) == 0, rest
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]
    assert list(scratch.iterdir()) == []
    assert Path("/proc/mounts").read_text() == mounts
    assert modules_now() == modules


def modules_now() -> set[str]:
    """Names of this machine's loaded modules."""
    listing = Path("/proc/modules")
    return (
        {line.split()[0] for line in listing.read_text().splitlines()}
        if listing.exists()
        else set()
    )


def test_a_taken_port_is_said_before_anything_starts(desk: Desk) -> None:
    port = desk.url.rpartition(":")[2]
    answer = subprocess.run(
        [sys.executable, "-m", "launcher", "run", "--lab", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert answer.returncode == 1
    assert port in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr
