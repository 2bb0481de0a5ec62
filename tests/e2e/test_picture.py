"""A picture put into the grabber's cable, and what comes out for browsers and programs."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from websockets.sync.client import connect

from tests.e2e.conftest import Desk
from tests.pictures import colour_card, decoded, fields_exchanged, psnr_db

pytestmark = pytest.mark.lab

HEADER = struct.Struct(">IQHH")
GOOD_DB = 30.0
SHOWN_WITHIN_S = 60.0


@pytest.fixture
def card(desk: Desk) -> Iterator[Image.Image]:
    """A colour card on the grabber's cable instead of the target's screen."""
    picture = colour_card()
    with desk.lab.screen_unplugged() as feed:
        feed.show(picture)
        yield picture


def best(frames: Iterator[bytes], picture: Image.Image) -> float:
    """The likeness of the first frame that shows the picture, else the best seen in time."""
    limit = time.monotonic() + SHOWN_WITHIN_S
    likeness = 0.0
    for jpeg in frames:
        likeness = max(likeness, psnr_db(decoded(jpeg), picture))
        if likeness >= GOOD_DB or time.monotonic() > limit:
            break
    return likeness


def snapshots(client: httpx.Client) -> Iterator[bytes]:
    while True:
        yield client.get("/snapshot.jpg").raise_for_status().content


def motion_jpeg(client: httpx.Client) -> Iterator[bytes]:
    """Parts of multipart/x-mixed-replace, by their Content-Length."""
    with client.stream("GET", "/video.mjpg") as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
        buffer = b""
        for chunk in answer.iter_raw():
            buffer += chunk
            while b"\r\n\r\n" in buffer:
                head, _, rest = buffer.partition(b"\r\n\r\n")
                fields = dict(
                    line.lower().split(b": ", 1) for line in head.split(b"\r\n") if b": " in line
                )
                size = int(fields[b"content-length"])
                if len(rest) < size:
                    break
                assert fields[b"content-type"] == b"image/jpeg"
                yield rest[:size]
                buffer = rest[size:]


def socket_frames(desk: Desk, client: httpx.Client) -> Iterator[bytes]:
    """Frames of the page's WebSocket, each acknowledged."""
    cookie = f"kaputtkvm_session={client.cookies['kaputtkvm_session']}"
    address = desk.url.replace("http", "ws") + "/api/video"
    with connect(address, origin=desk.url, additional_headers={"Cookie": cookie}) as socket:
        while True:
            message = socket.recv(timeout=SHOWN_WITHIN_S)
            if isinstance(message, str):
                continue
            sequence, _, width, height = HEADER.unpack_from(message)
            assert (width, height) == (720, 480)
            socket.send(json.dumps({"ack": sequence}))
            yield message[HEADER.size :]


def test_snapshot_shows_what_went_into_the_cable(card: Image.Image, client: httpx.Client) -> None:
    assert best(snapshots(client), card) >= GOOD_DB


def test_motion_jpeg_shows_what_went_into_the_cable(
    card: Image.Image, client: httpx.Client
) -> None:
    assert best(motion_jpeg(client), card) >= GOOD_DB


def test_the_pages_socket_shows_what_went_into_the_cable(
    card: Image.Image, client: httpx.Client, desk: Desk
) -> None:
    assert best(socket_frames(desk, client), card) >= GOOD_DB


def test_the_lines_of_both_fields_are_in_their_order(
    card: Image.Image, client: httpx.Client
) -> None:
    assert best(snapshots(client), card) >= GOOD_DB
    seen = decoded(client.get("/snapshot.jpg").content)
    steps = (40, 342, 680, 460)
    assert psnr_db(seen.crop(steps), card.crop(steps)) >= GOOD_DB
    assert psnr_db(seen.crop(steps), fields_exchanged(card).crop(steps)) < GOOD_DB / 2
