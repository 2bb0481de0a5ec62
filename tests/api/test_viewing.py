"""The screen: to our page by socket, to players as a stream, and as one picture."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from api.video.errors import PictureUnavailableError
from api.video.picture import Frame, PictureState
from api.viewer import Viewer
from tests.api.doubles import JPEG, ScriptedCamera, Stage

pytestmark = pytest.mark.asyncio


async def frame(socket: ClientConnection) -> tuple[int, int, int, int, bytes]:
    """The next message as the contract has it: u32, u64, u16, u16, big-endian; then the JPEG."""
    message = await socket.recv()
    assert isinstance(message, bytes)
    sequence, captured_us, width, height = struct.unpack_from(">IQHH", message)
    return sequence, captured_us, width, height, message[16:]


async def acknowledge(socket: ClientConnection, sequence: int) -> None:
    await socket.send(json.dumps({"ack": sequence}))


async def nothing_comes(socket: ClientConnection) -> None:
    """That something does not happen cannot be waited for; this is long on a loopback."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.3)


async def test_a_frame_has_sixteen_bytes_of_header_and_then_the_jpeg(signed_in: Stage) -> None:
    async with signed_in.socket("/api/video") as video:
        signed_in.camera.show(0x0102030405060708)
        message = await video.recv()
        assert isinstance(message, bytes)
        assert message[4:16].hex(" ") == "01 02 03 04 05 06 07 08 02 d0 01 e0"
        assert message[16:] == JPEG


async def test_no_more_than_two_frames_are_on_their_way_and_the_next_is_the_newest(
    signed_in: Stage,
) -> None:
    camera = signed_in.camera
    async with signed_in.socket("/api/video") as video:
        camera.show(1)
        first, captured_us, *_ = await frame(video)
        assert captured_us == 1
        camera.show(2)
        second, captured_us, *_ = await frame(video)
        assert captured_us == 2
        for number in range(3, 50):
            camera.show(number)
        await nothing_comes(video)
        await acknowledge(video, first)
        third, captured_us, *_ = await frame(video)
        assert captured_us == 49
        await acknowledge(video, third)
        for number in (50, 51):
            camera.show(number)
            assert (await frame(video))[1] == number
        assert second < third


async def test_answers_to_frames_that_are_not_on_their_way_change_nothing(signed_in: Stage) -> None:
    async with signed_in.socket("/api/video") as video:
        for number in (1, 2):
            signed_in.camera.show(number)
            last = (await frame(video))[0]
        for message in ("", "{", "[]", '{"ack": null}', '{"ack": "1"}', '{"ack": 99999}', b"\x01"):
            await video.send(message)
        signed_in.camera.show(3)
        await nothing_comes(video)
        await acknowledge(video, last)
        assert (await frame(video))[1] == 3


async def test_without_a_picture_a_card_says_why(signed_in: Stage) -> None:
    async with signed_in.socket("/api/video") as video:
        signed_in.camera.slot.publish_card(PictureState.NO_SIGNAL, "No signal.", "Check the cable.")
        assert json.loads(await video.recv()) == {
            "card": {"state": "no_signal", "sentence": "No signal.", "remedy": "Check the cable."}
        }
        signed_in.camera.show(5)
        assert (await frame(video))[1] == 5


async def test_one_viewer_that_answers_nothing_does_not_hold_up_another(signed_in: Stage) -> None:
    async with signed_in.socket("/api/video") as lazy, signed_in.socket("/api/video") as keen:
        for number in range(1, 30):
            signed_in.camera.show(number)
            sequence, captured_us, *_ = await frame(keen)
            assert captured_us == number
            await acknowledge(keen, sequence)
        assert [(await frame(lazy))[1] for _ in range(2)] == [1, 2]
        await nothing_comes(lazy)


async def test_a_viewer_that_answers_nothing_for_long_lets_the_grabber_close() -> None:
    camera, shown = ScriptedCamera(), asyncio.Queue[int]()

    async def send_frame(message: bytes) -> None:
        shown.put_nowait(struct.unpack_from(">I", message)[0])

    async def send_card(card: dict[str, str]) -> None:
        raise AssertionError(card)

    viewer = Viewer(camera, send_frame, send_card, stalled_after_s=0.05)
    showing = asyncio.create_task(viewer.show())
    sequences = []
    for number in (1, 2):
        camera.show(number)
        sequences.append(await shown.get())
    assert camera.viewer_count == 1
    await camera.until(lambda: camera.viewer_count == 0)
    camera.show(3)
    viewer.acknowledge(sequences[-1])
    assert await shown.get() > sequences[-1]
    assert camera.viewer_count == 1
    showing.cancel()
    await asyncio.wait({showing})
    assert camera.viewer_count == 0


async def test_a_viewer_that_leaves_is_no_viewer_any_more(signed_in: Stage) -> None:
    async with signed_in.socket("/api/video"):
        await signed_in.camera.until(lambda: signed_in.camera.viewer_count == 1)
    await signed_in.camera.until(lambda: signed_in.camera.viewer_count == 0)


async def read_part(chunks: Any, buffer: bytearray) -> bytes:
    """One whole part of the stream, with the boundary before it."""
    while buffer.count(b"--kaputtkvm-frame\r\n") < 2:
        buffer += await anext(chunks)
    _, part, rest = bytes(buffer).split(b"--kaputtkvm-frame\r\n", 2)
    buffer[:] = b"--kaputtkvm-frame\r\n" + rest
    return part


async def test_the_stream_is_multipart_and_a_part_is_complete_before_the_next_frame(
    signed_in: Stage,
) -> None:
    signed_in.camera.show(1)
    async with signed_in.http.stream("GET", "/video.mjpg") as answer:
        assert answer.headers["Content-Type"] == (
            "multipart/x-mixed-replace; boundary=kaputtkvm-frame"
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        chunks, buffer = answer.aiter_raw(), bytearray()
        expected = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
        for jpeg in (JPEG, b"second", b"third"):
            if jpeg is not JPEG:
                signed_in.camera.show(2, jpeg)
            assert await read_part(chunks, buffer) == expected % (len(jpeg), jpeg)
    await signed_in.camera.until(lambda: signed_in.camera.viewer_count == 0)


async def test_a_picture_that_does_not_change_is_repeated(signed_in: Stage) -> None:
    signed_in.camera.show(1)
    async with signed_in.http.stream("GET", "/video.mjpg") as answer:
        chunks, buffer = answer.aiter_raw(), bytearray()
        assert await read_part(chunks, buffer) == await read_part(chunks, buffer)


async def test_a_stream_without_a_picture_is_refused_with_the_reason(signed_in: Stage) -> None:
    signed_in.camera.slot.publish_card(PictureState.NO_DEVICE, "No grabber.", "Plug it in.")
    answer = await signed_in.http.get("/video.mjpg")
    assert (answer.status_code, answer.json()["code"]) == (503, "picture_unavailable")
    assert answer.json()["detail"] == "No grabber."


async def test_a_snapshot_is_the_picture_or_the_reason_why_not(signed_in: Stage) -> None:
    answer = await signed_in.http.get("/snapshot.jpg")
    assert (answer.status_code, answer.json()["code"]) == (503, "picture_unavailable")
    signed_in.camera.show(1)
    answer = await signed_in.http.get("/snapshot.jpg")
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_stream_waits_for_its_first_picture_as_long_as_a_snapshot(
    signed_in: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s = []

    async def snapshot(timeout_s: float) -> Frame:
        waits_s.append(timeout_s)
        raise PictureUnavailableError("The grabber gave no picture.")

    monkeypatch.setattr(signed_in.camera, "snapshot", snapshot)
    for path in ("/snapshot.jpg", "/video.mjpg"):
        assert (await signed_in.http.get(path)).status_code == 503
    assert waits_s == [10, 10]
