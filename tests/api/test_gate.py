"""Nothing is reachable without a login, except what is meant to be."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus

from api.app import create_app
from tests.api.doubles import PASSWORD, Stage, closed_with, stage

pytestmark = pytest.mark.asyncio

OPEN = {
    ("POST", "/api/login"),
    ("GET", "/api/health"),
    ("GET", "/"),
    ("GET", "/index.html"),
    ("GET", "/main.js"),
    ("GET", "/lib/a.js"),
}


def doors(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, however deep; WebSockets have the method WS."""
    for route in routes:
        if isinstance(route, Route):
            yield from ((method, route.path) for method in route.methods or ())
        elif isinstance(route, WebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/anything"
            yield from doors(route.routes)
        elif hasattr(route, "original_router"):  # newer FastAPI keeps included routers whole
            yield from doors(route.original_router.routes)
        else:
            raise AssertionError(f"a kind of route this test does not know: {route!r}")


def all_doors(app: FastAPI) -> set[tuple[str, str]]:
    found = set(doors(app.routes))
    assert {("WS", "/api/video"), ("GET", "/openapi.json"), ("PUT", "/api/drive")} <= found
    return found


async def test_every_route_but_the_open_ones_wants_a_login(outside: Stage) -> None:
    for method, path in sorted(all_doors(create_app(outside.services))):
        if method == "WS":
            async with outside.socket(path) as socket:
                assert await closed_with(socket) == 4401, path
        else:
            answer = await outside.http.request(method, path)
            is_open = (method.replace("HEAD", "GET"), path) in OPEN
            assert (answer.status_code != 401) == is_open, (method, path)
            if not is_open and method != "HEAD":
                assert answer.json()["code"] == "login_required"
    assert outside.gadget.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/no/such/thing",
        "/api/",
        "/api//login",
        "/api/login/",
        "/.secret",
        "/lib/../.secret",
        "/lib/%2e%2e/%2e%2e/auth.json",
        "/lib/%2e%2e/api/status",
        "//api/status",
        "/docs",
    ],
)
async def test_paths_that_do_not_exist_are_closed_as_well(outside: Stage, path: str) -> None:
    assert (await outside.http.get(path)).status_code == 401


async def test_a_socket_that_does_not_exist_is_closed_as_well(outside: Stage) -> None:
    async with outside.socket("/no/such/socket") as socket:
        assert await closed_with(socket) == 4401


async def test_a_made_up_cookie_is_no_login(outside: Stage) -> None:
    for value in ("", "x", "0" * 43, "ä"):
        answer = await outside.http.get(
            "/api/status", headers=[(b"Cookie", f"kaputtkvm_session={value}".encode())]
        )
        assert answer.status_code == 401


def basic(password: str, user: str = "kvm") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def test_programs_may_send_the_password_along(outside: Stage) -> None:
    assert (await outside.http.get("/api/status", headers=basic(PASSWORD))).status_code == 200
    assert (await outside.http.get("/api/status", headers=basic(PASSWORD, "me"))).status_code == 200
    async with outside.socket("/api/status", additional_headers=basic(PASSWORD)) as socket:
        assert "cable" in str(await socket.recv())


async def test_a_wrong_password_sent_along_is_refused(outside: Stage) -> None:
    answer = await outside.http.get("/api/status", headers=basic("wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, "password_wrong")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic bm9jb2xvbg==", "Bearer x", "Basic /w=="]
)
async def test_an_authorization_that_makes_no_sense_is_no_login(
    outside: Stage, header: str
) -> None:
    answer = await outside.http.get("/api/status", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


async def test_players_are_asked_for_the_password_and_the_page_is_not(outside: Stage) -> None:
    # ffmpeg and VLC send a password only when asked; a browser would open a window over our page.
    for path, asks in {"/video.mjpg": True, "/snapshot.jpg": True, "/api/status": False}.items():
        answer = await outside.http.get(path)
        assert ("WWW-Authenticate" in answer.headers) == asks, path


FOREIGN: list[dict[str, Any]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_sites_page_may_not_change_anything(
    signed_in: Stage, headers: dict[str, str]
) -> None:
    for method, path in all_doors(create_app(signed_in.services)):
        if method not in ("GET", "HEAD", "WS"):
            answer = await signed_in.http.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused"), path
    assert signed_in.gadget.asked == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
async def test_another_sites_page_gets_no_socket(signed_in: Stage, origin: str) -> None:
    for path in ("/api/status", "/api/keys", "/api/video"):
        with pytest.raises(InvalidStatus) as refusal:
            async with signed_in.socket(path, origin=origin):
                pass
        assert refusal.value.response.status_code == 403


async def test_our_own_page_and_listed_origins_may(tmp_path: Any) -> None:
    async with stage(tmp_path, origins=("https://kvm.example.org",)) as made:
        for origin in (made.url, "https://kvm.example.org"):
            answer = await made.http.post(
                "/api/keys", json={"press": ["KeyA"]}, headers={"Origin": origin}
            )
            assert answer.status_code == 200, answer.text
            async with made.socket("/api/status", origin=origin) as socket:
                await socket.recv()
