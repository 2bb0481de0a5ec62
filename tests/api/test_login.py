"""Signing in and out, seen from outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from api.auth.password import PasswordHash
from tests.api.doubles import PASSWORD, Stage, closed_with, seated, stage

pytestmark = pytest.mark.asyncio


async def test_the_right_password_gives_a_cookie_that_scripts_cannot_read(outside: Stage) -> None:
    answer = await outside.http.post("/api/login", json={"password": PASSWORD})
    assert answer.status_code == 204
    cookie = answer.headers["Set-Cookie"].lower()
    assert cookie.startswith("kaputtkvm_session=")
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
    assert "secure" not in cookie  # over plain HTTP the browser would not send it back
    assert (await outside.http.get("/api/session")).json() == {"signed_in": True}


async def test_behind_a_proxy_that_speaks_https_the_cookie_is_for_https_only(
    outside: Stage,
) -> None:
    answer = await outside.http.post(
        "/api/login", json={"password": PASSWORD}, headers={"X-Forwarded-Proto": "https"}
    )
    assert "secure" in answer.headers["Set-Cookie"].lower()


async def test_a_wrong_password_says_so_and_gives_no_cookie(outside: Stage) -> None:
    answer = await outside.http.post("/api/login", json={"password": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "password_wrong")
    assert "Set-Cookie" not in answer.headers


async def test_after_five_wrong_ones_even_the_right_one_has_to_wait(outside: Stage) -> None:
    for _ in range(5):
        answer = await outside.http.post("/api/login", json={"password": "wrong"})
        assert answer.status_code == 401
    answer = await outside.http.post("/api/login", json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_hundred_guesses_at_once_get_no_more_than_five_answers(outside: Stage) -> None:
    answers = await asyncio.gather(
        *(outside.http.post("/api/login", json={"password": str(n)}) for n in range(100))
    )
    assert [answer.status_code for answer in answers].count(401) == 5
    assert [answer.status_code for answer in answers].count(429) == 95


async def test_signing_out_closes_the_sessions_sockets_and_lets_its_keys_go(
    signed_in: Stage,
) -> None:
    sockets = [signed_in.socket(f"/api/{name}") for name in ("keys", "status", "video")]
    async with sockets[0] as keys, sockets[1] as status, sockets[2] as video:
        await keys.send('{"code": "KeyA", "down": true}')
        await keys.recv()
        token = signed_in.http.cookies["kaputtkvm_session"]
        assert (await signed_in.http.post("/api/logout")).status_code == 204
        for socket in (keys, status, video):
            assert await closed_with(socket) == 4401
    assert await signed_in.gadget.was_asked("seat_close") == {"seat": "s1"}
    assert "kaputtkvm_session" not in signed_in.http.cookies
    stolen = await signed_in.http.get(
        "/api/status", headers={"Cookie": f"kaputtkvm_session={token}"}
    )
    assert stolen.status_code == 401


async def test_signing_out_leaves_other_sessions_alone(signed_in: Stage) -> None:
    async with seated(signed_in) as keys:
        await signed_in.login()  # somebody else: another cookie
        assert (await signed_in.http.post("/api/logout")).status_code == 204
        await keys.send('{"ping": 7}')
        assert await keys.recv() == '{"pong":7}'


async def test_signing_out_ends_a_stream(signed_in: Stage) -> None:
    signed_in.camera.show(1)
    async with signed_in.http.stream("GET", "/video.mjpg") as answer:
        parts = answer.aiter_raw()
        await anext(parts)
        assert (await signed_in.http.post("/api/logout")).status_code == 204
        async for _ in parts:  # ends, or the test does not
            pass


async def test_a_real_scrypt_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async with stage(tmp_path, is_signed_in=False) as made:
        made.sign_in._password_hash = PasswordHash.of(PASSWORD)
        login = asyncio.create_task(made.http.post("/api/login", json={"password": PASSWORD}))
        answers = 0
        while not login.done():
            assert (await made.http.get("/api/health")).json() == {"ok": True}
            answers += 1
        assert (await login).status_code == 204
        assert answers > 1


async def test_a_password_sent_along_is_hashed_slowly_only_once(tmp_path: Path) -> None:
    async with stage(tmp_path, is_signed_in=False) as made:
        slow, times = made.sign_in._password_hash, 0

        class Counted:
            def matches(self, password: str) -> bool:
                nonlocal times
                times += 1
                return slow.matches(password)

        made.sign_in._password_hash = Counted()  # type: ignore[assignment]
        for _ in range(5):
            assert (await made.http.get("/api/status", auth=("kvm", PASSWORD))).status_code == 200
        assert times == 1
        assert (await made.http.get("/api/status", auth=("kvm", "wrong"))).status_code == 401
        assert times == 2


async def test_ten_requests_at_once_with_the_right_password_are_not_ten_guesses(
    outside: Stage,
) -> None:
    answers = await asyncio.gather(
        *(outside.http.get("/api/status", auth=("kvm", PASSWORD)) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {200}
