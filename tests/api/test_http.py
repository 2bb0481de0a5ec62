"""What every answer has in common: headers, problem documents, limits; and the page's files."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

import api
import gadgetd
from api.listening import listen
from api.page import Page, PageMissingError
from api.problems import STATUS
from gadgetd.errors import KaputtError, RemoteError
from tests.api.doubles import Stage, seated, stage

NEVER_ANSWERED = {
    "error",  # the base class's own
    "descriptor_unreadable",  # nothing but tests reads descriptors
    # Why there is no picture: cards and status say it in words, answers as picture_unavailable.
    "capture_failed",
    "capture_missing",
    "capture_forbidden",
    "capture_busy",
    "capture_input_unknown",
    "capture_standard_unknown",
    "capture_format_refused",
    "capture_stuck",
    "capture_gone",
    "jpeg_malformed",  # of the encoder's own work, in the camera's thread
    # Before there is anybody to answer: these end a process with a sentence.
    "settings_invalid",
    "auth_state_invalid",
    "page_missing",
    "port_taken",
    "listen_failed",
    "already_running",
    "socket_unusable",
    "stroke_unknown",  # gadgetd answers it as a wrong argument
    "lock_stuck",  # of a text on its way: its job says so
}


def kinds(base: type[KaputtError]) -> Iterator[type[KaputtError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_error_that_can_be_answered_has_a_status() -> None:
    for package in (api, gadgetd):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = [
        kind
        for kind in kinds(KaputtError)
        if kind is not RemoteError and kind.__module__.split(".")[0] in ("api", "gadgetd")
    ]
    assert len(ours) > 30
    missing = {kind.code for kind in ours} - STATUS.keys() - NEVER_ANSWERED
    assert missing == set()


@pytest.mark.asyncio
async def test_the_page_is_served_with_its_types_and_strict_headers(outside: Stage) -> None:
    for path, media_type in {"/": "text/html", "/main.js": "text/javascript"}.items():
        answer = await outside.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(media_type)
        assert answer.headers["Cache-Control"] == "no-cache"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.asyncio
async def test_a_file_that_has_not_changed_is_not_sent_again(outside: Stage) -> None:
    tag = (await outside.http.get("/lib/a.js")).headers["ETag"]
    answer = await outside.http.get("/lib/a.js", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.asyncio
async def test_beside_the_page_nothing_of_the_disk_is_served(signed_in: Stage) -> None:
    for path in ("/.secret", "/lib/../.secret", "/lib/%2e%2e/.secret", "/lib/", "/lib", "/../etc"):
        assert (await signed_in.http.get(path)).status_code == 404, path


def test_a_page_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PageMissingError, match=str(tmp_path)):
        Page(tmp_path)


@pytest.mark.asyncio
async def test_what_is_not_there_and_what_cannot_be_asked_are_problems(signed_in: Stage) -> None:
    answer = await signed_in.http.get("/api/nothing")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await signed_in.http.patch("/api/drive")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "PATCH" in answer.json()["detail"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "where"), [(b"{", "JSON"), (b"", "required"), (b'{"pass": 1}', "password")]
)
async def test_a_request_that_is_not_what_it_should_be_says_where(
    outside: Stage, content: bytes, where: str
) -> None:
    answer = await outside.http.post(
        "/api/login", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert where in answer.json()["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.asyncio
async def test_a_mistake_of_ours_is_a_sentence_and_not_a_traceback(
    signed_in: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("the cause")

    signed_in.services.status.document = fail  # type: ignore[method-assign,assignment]
    answer = await signed_in.http.get("/api/status")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "the cause" not in answer.text
    assert "the cause" in caplog.text


@pytest.mark.asyncio
@pytest.mark.parametrize("size_bytes", [64 * 1024 + 1, 500_000])
async def test_a_body_larger_than_any_order_is_refused(outside: Stage, size_bytes: int) -> None:
    async def drops() -> object:
        for _ in range(size_bytes // 1000 + 1):
            yield b"x" * 1000

    for content in (b"x" * size_bytes, drops()):  # with Content-Length, and chunked
        answer = await outside.http.post("/api/login", content=content)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.asyncio
async def test_a_body_that_never_ends_is_cut_off(outside: Stage) -> None:
    host, port = outside.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    sent_bytes = 0
    try:
        while sent_bytes < 50_000_000:
            writer.write(b"x" * 65536)
            sent_bytes += 65536
            await asyncio.wait_for(writer.drain(), 10)
            if writer.transport.is_closing() or reader.at_eof():
                break
    except ConnectionError:
        pass
    assert sent_bytes < 50_000_000
    writer.close()


def test_connections_inherit_a_short_queue_for_unsent_bytes() -> None:
    listener = listen("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            unsent = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT)
            assert unsent == 16384
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * 131072


@pytest.mark.asyncio
async def test_shutting_down_ends_streams_and_sockets_within_two_seconds(tmp_path: Path) -> None:
    async with stage(tmp_path) as made:
        made.camera.show(1)
        async with (
            made.socket("/api/video") as video,
            made.socket("/api/status") as status,
            seated(made) as keys,
            made.http.stream("GET", "/video.mjpg") as stream,
        ):
            await keys.send('{"code": "KeyA", "down": true}')
            await keys.recv()
            parts = stream.aiter_raw()
            await anext(parts)
            started_s = time.monotonic()
            made.stop.set()
            await made.serving
            assert time.monotonic() - started_s < 2
            async for _ in parts:
                pass
            for socket_ in (video, status, keys):
                await asyncio.wait_for(socket_.wait_closed(), 2)
                assert socket_.close_code in (1001, 1012)
    assert made.gadget.verbs()[-1] == "seat_close"


@pytest.mark.asyncio
async def test_a_file_of_the_page_is_found_whatever_its_name(tmp_path: Path) -> None:
    for name in ("index.html", "why?.js", "a#b.js"):
        (tmp_path / name).write_text(name)
    served = httpx.ASGITransport(Starlette(routes=list(Page(tmp_path).routes())))
    async with httpx.AsyncClient(transport=served, base_url="http://x") as http:
        assert (await http.get("/why%3F.js")).text == "why?.js"
        assert (await http.get("/a%23b.js")).text == "a#b.js"


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["[", "a/b", "x?y", "x#y", ""])
async def test_a_host_that_makes_no_sense_confuses_nobody(outside: Stage, host: str) -> None:
    for path, status in (("/", b"200"), ("/api/health", b"200"), ("/api/status", b"401")):
        address, port = outside.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(address, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert (await reader.read()).split()[1] == status
        writer.close()
