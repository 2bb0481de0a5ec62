"""`python -m api` as a process: how it starts, what it says, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.doubles import gadget_status

ROOT = Path(__file__).resolve().parents[2]
FIRST_LOGIN = re.compile(r"First login: password ((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})")


def config(tmp_path: Path, port: int = 0) -> Path:
    file = tmp_path / "kaputtkvm.yaml"
    file.write_text(
        f"gadget: {{socket: {tmp_path}/g.sock}}\n"
        f"images: {{directory: {tmp_path}}}\n"
        f"video: {{device: {tmp_path}/no-video}}\n"
        f"http: {{port: {port}}}\n"
        f"auth: {{state: {tmp_path}/auth.json}}\n"
    )
    return file


def started(file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api", "--config", str(file)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error::UserWarning"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(file: Path) -> Iterator[tuple[subprocess.Popen[str], str, str | None]]:
    """A process, the address of its page, and the first password if it made one."""
    process = started(file)
    try:
        assert process.stdout
        password = url = None
        while url is None:
            line = process.stdout.readline()
            assert line, "it ended without saying where the page is"
            if match := FIRST_LOGIN.fullmatch(line.strip()):
                password = match[1]
            elif match := re.search(r"The page is at (http://\S+)/", line):
                url = match[1]
        yield process, url, password
    finally:
        process.kill()
        process.communicate()


def refused(file: Path) -> str:
    """What it says when it cannot start; it has to say so at once and without a traceback."""
    process = started(file)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "Traceback" not in said
    return said


def test_without_gadgetd_and_grabber_it_runs_and_says_what_is_missing(tmp_path: Path) -> None:
    with running(config(tmp_path)) as (_, url, password):
        assert password is not None
        with httpx.Client(base_url=url, auth=("kvm", password), timeout=20) as http:
            status = http.get("/api/status").raise_for_status().json()
            assert status["cable"]["state"] == "no_gadgetd"
            snapshot = http.get("/snapshot.jpg")
            assert (snapshot.status_code, snapshot.json()["code"]) == (503, "picture_unavailable")
            assert "no-video" in snapshot.json()["detail"]
            assert "<" in http.get("/").text  # the page itself, found beside the program


def test_the_password_is_shown_at_the_first_start_only_and_stays(tmp_path: Path) -> None:
    file = config(tmp_path)
    with running(file) as (_, _, password):
        assert password is not None
    with running(file) as (_, url, none):
        assert none is None
        assert httpx.post(f"{url}/api/login", json={"password": password}).status_code == 204


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_and_with_success(tmp_path: Path, number: signal.Signals) -> None:
    with running(config(tmp_path)) as (process, url, password):
        with httpx.Client(base_url=url, timeout=20) as http:  # keeps its connection
            http.post("/api/login", json={"password": password}).raise_for_status()
            process.send_signal(number)
            # Generous: what takes time on a busy machine is Python's own end, not ours.
            said, _ = process.communicate(timeout=10)
        assert process.returncode == 0
        assert "Traceback" not in said


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(config(tmp_path, port))
    assert f"Port {port} on 127.0.0.1 is taken by another program; set http.port." in said
    assert not (tmp_path / "auth.json").exists()  # no password that nobody would notice


def test_a_configuration_that_is_wrong_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("video: {standart: NTSC-M}\n")
    assert "video.standart is not a setting; did you mean video.standard?" in refused(file)


def test_a_login_state_that_makes_no_sense_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{")
    assert "auth.json" in refused(config(tmp_path))


def test_an_address_that_is_not_ours_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = config(tmp_path)
    file.write_text(file.read_text().replace("{port: 0}", "{host: 192.0.2.1, port: 0}"))
    assert "192.0.2.1" in refused(file)


def test_a_text_being_typed_ends_with_the_process(tmp_path: Path) -> None:
    """What gadgetd is told last: the typing has ended, and the seat is given back."""
    said: list[dict[str, Any]] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/g.sock")
        listener.listen()
        answering = threading.Thread(target=answer_everybody, args=(listener, said), daemon=True)
        answering.start()
        with running(config(tmp_path)) as (process, url, password):
            with httpx.Client(base_url=url, auth=("kvm", str(password)), timeout=20) as http:
                while http.get("/api/status").json()["cable"]["state"] != "configured":
                    pass
                order = {"text": "xyzzy-Plugh-4711" * 1000}
                assert http.post("/api/typing", json=order).status_code == 201
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=20)
        assert process.returncode == 0
    verbs = [request["do"] for request in said]
    assert "type" in verbs
    assert verbs.index("typing_end") < verbs.index("seat_close")
    assert "Traceback" not in output
    assert "never retrieved" not in output
    assert "xyzzy" not in output


def answer_everybody(listener: socket.socket, said: list[dict[str, Any]]) -> None:
    """A gadgetd whose target takes no text: `type` is answered when the typing has ended."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection, said), daemon=True).start()


def answer(connection: socket.socket, said: list[dict[str, Any]]) -> None:
    typing: list[int] = []

    def tell(number: int, ok: dict[str, Any]) -> None:
        connection.sendall(json.dumps({"id": number, "ok": ok}).encode() + b"\n")

    with connection, suppress(OSError):
        for line in connection.makefile():
            request = json.loads(line)
            said.append(request)
            match request["do"]:
                case "hello":
                    tell(request["id"], {"version": 1, "status": gadget_status()})
                case "seat_open":
                    tell(request["id"], {"seat": "s1"})
                case "type":
                    typing.append(request["id"])
                case verb:
                    stopped = {"typed": 0, "unsure": 0, "reason": "stopped", "sentence": ""}
                    while verb == "typing_end" and typing:
                        tell(typing.pop(), stopped)
                    tell(request["id"], {})
