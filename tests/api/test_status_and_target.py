"""The status document and its news; the target's reset button."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from api.video.picture import PictureState, PictureStatus
from tests.api.doubles import Stage, gadget_status, stage

pytestmark = pytest.mark.asyncio


async def news(socket: ClientConnection) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return document


async def test_the_status_is_composed_of_all_parts(signed_in: Stage) -> None:
    signed_in.camera.status = PictureStatus(
        PictureState.LIVE, "Live.", 720, 480, (4, 3), "/dev/video0", 30
    )
    status = (await signed_in.http.get("/api/status")).json()
    told = gadget_status()
    assert status["cable"] == told["cable"]
    assert status["keyboard"] == told["keyboard"]
    assert status["drive"] == told["drive"]
    assert status["picture"] == {
        "state": "live",
        "sentence": "Live.",
        "width": 720,
        "height": 480,
        "aspect": [4, 3],
        "device": "/dev/video0",
        "frames_per_second": 30,
    }
    assert status["target"] == {"reset": False}
    assert status["problems"] == []
    assert status["version"] == "0.1.0"


async def test_without_gadgetd_the_rest_is_still_told(signed_in: Stage) -> None:
    signed_in.gadget.go()
    status = (await signed_in.http.get("/api/status")).json()
    assert status["cable"]["state"] == "no_gadgetd"
    assert [problem["code"] for problem in status["problems"]] == ["gadgetd_unreachable"]
    assert status["picture"]["state"] == "idle"


async def test_the_status_comes_at_once_and_after_every_change(signed_in: Stage) -> None:
    async with signed_in.socket("/api/status") as socket:
        first = await news(socket)
        assert first == (await signed_in.http.get("/api/status")).json()
        signed_in.gadget.go()
        assert (await news(socket))["cable"]["state"] == "no_gadgetd"
        signed_in.gadget.come()
        assert (await news(socket))["cable"]["state"] == "configured"
        signed_in.camera.status = PictureStatus(PictureState.STUCK, "It hangs.")
        signed_in.camera.happen()
        assert (await news(socket))["picture"]["state"] == "stuck"


async def test_many_changes_come_as_few_messages_and_the_last_is_the_truth(
    signed_in: Stage,
) -> None:
    async with signed_in.socket("/api/status") as socket:
        await news(socket)
        started_s = time.monotonic()
        for number in range(1, 201):
            signed_in.camera.status = replace(signed_in.camera.status, width=number)
            signed_in.camera.happen()
            await asyncio.sleep(0.002)
        widths = []
        while 200 not in widths:
            widths.append((await news(socket))["picture"]["width"])
        took_s = time.monotonic() - started_s
        assert len(widths) <= took_s * 10 + 2


async def test_a_change_that_changes_nothing_is_no_news(signed_in: Stage) -> None:
    async with signed_in.socket("/api/status") as socket:
        await news(socket)
        for _ in range(5):
            signed_in.gadget.happen()
            await asyncio.sleep(0.02)
        signed_in.gadget.go()
        assert (await news(socket))["cable"]["state"] == "no_gadgetd"


async def test_what_a_browser_says_on_the_status_socket_means_nothing(signed_in: Stage) -> None:
    async with signed_in.socket("/api/status") as socket:
        await news(socket)
        await socket.send("{")
        await socket.send(b"\x00")
        signed_in.gadget.go()
        assert (await news(socket))["cable"]["state"] == "no_gadgetd"


async def test_reset_writes_one_word_into_the_device(tmp_path: Path) -> None:
    device = tmp_path / "reset"
    os.mkfifo(device)
    reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    async with stage(tmp_path, reset_device=device) as made:
        assert (await made.http.get("/api/status")).json()["target"] == {"reset": True}
        assert (await made.http.post("/api/target/reset")).status_code == 204
        assert os.read(reader, 64) == b"reset\n"
    os.close(reader)


async def test_without_a_reset_device_there_is_none_to_press(signed_in: Stage) -> None:
    answer = await signed_in.http.post("/api/target/reset")
    assert (answer.status_code, answer.json()["code"]) == (404, "reset_unavailable")


async def test_a_reset_device_that_is_gone_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, reset_device=tmp_path / "gone") as made:
        answer = await made.http.post("/api/target/reset")
        assert (answer.status_code, answer.json()["code"]) == (404, "reset_unavailable")
        assert "gone" in answer.json()["detail"]
        assert not (tmp_path / "gone").exists()


async def test_a_reset_device_nobody_listens_to_fails_at_once_with_the_reason(
    tmp_path: Path,
) -> None:
    device = tmp_path / "reset"
    os.mkfifo(device)  # without a reader: opening it for writing would wait for one
    async with stage(tmp_path, reset_device=device) as made:
        answer = await made.http.post("/api/target/reset")
        assert (answer.status_code, answer.json()["code"]) == (502, "reset_failed")
        assert "No such device" in answer.json()["detail"]
