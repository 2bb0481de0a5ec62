"""The camera on the kernel's own V4L2: vivid's S-Video input, fed through its S-Video output.

What goes in is a picture; what comes out is judged after a decoder that is not ours. Faults are
the driver's: lost signal, unplugged device, broken streams, another program in the way.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lab.board import Board
from lab.picture import Feed
from tests.api.video import studio
from tests.pictures import colour_card, decoded, fields_exchanged, psnr_db

pytestmark = pytest.mark.lab

CHECKOUT = Path(__file__).parents[2]
GOOD_DB = 30.0
SHOWN_WITHIN_S = 20.0
DRIVER = "/sys/bus/platform/drivers/vivid"


class Filming:
    """The camera in the board, and the knobs of the grabber it films with."""

    def __init__(self, board: Board, share: Path, retry_s: float = 0.5) -> None:
        self.board = board
        self._share = share
        argv = [sys.executable, "-m", "tests.lab.filming", str(share), str(retry_s)]
        self.process = board.start(argv, cwd=CHECKOUT)
        assert self.heard() == {"ready": True}

    def heard(self) -> dict[str, object]:
        return json.loads(self.process.next_line())

    def order(self, order: str) -> None:
        self.process.write(order + "\n")

    def asked(self, order: str, key: str) -> dict[str, object]:
        """The answer to an order: the first line that has `key`; states go by."""
        self.order(order)
        while key not in (answer := self.heard()):
            pass
        return answer

    def until(self, state: str) -> dict[str, object]:
        """Wait until the camera is in this state."""
        while (news := self.heard()).get("state") != state:
            pass
        return news

    def refused(self, **settings: object) -> dict[str, object]:
        return self.asked("open " + json.dumps(settings), "code")

    def snapshot(self) -> Image.Image:
        self.asked("snapshot one.jpg", "snapshot")
        return decoded((self._share / "one.jpg").read_bytes())

    def best_likeness(self, picture: Image.Image) -> float:
        """The output node shows a frame some time after it took it; so look until it does."""
        limit_s = time.monotonic() + SHOWN_WITHIN_S
        best_db = psnr_db(self.snapshot(), picture)
        while best_db < GOOD_DB and time.monotonic() < limit_s:
            best_db = max(best_db, psnr_db(self.snapshot(), picture))
        return best_db

    def turn(self, *controls: str) -> None:
        """Turn the driver's knobs."""
        self.shell(*(f"v4l2-ctl -d $capture -c {control}" for control in controls))

    def shell(self, *commands: str) -> str:
        nodes = "capture=$(cat /run/lab/vivid-capture) output=$(cat /run/lab/vivid-output)"
        return self.board.shell("\n".join([nodes, *commands]))


@pytest.fixture(scope="module")
def feed(board: Board) -> Iterator[Feed]:
    feed = Feed(board)
    feed.show(colour_card())
    yield feed
    feed.close()


@pytest.fixture(scope="module")
def camera_process(board: Board, share: Path) -> Filming:
    return Filming(board, share)


@pytest.fixture
def filming(camera_process: Filming) -> Filming:
    """The camera with nobody watching."""
    return camera_process


@pytest.fixture
def live(filming: Filming) -> Iterator[Filming]:
    """The camera with one viewer who sees a picture."""
    filming.order("watch")
    filming.until("live")
    yield filming
    filming.order("leave")
    filming.until("idle")


@pytest.mark.parametrize(
    "picture",
    [colour_card(), studio.console(), studio.sunset()],
    ids=["card", "console", "sunset"],
)
def test_what_goes_into_the_cable_is_what_is_seen(live: Filming, feed: Feed, picture) -> None:
    feed.show(picture)
    assert live.best_likeness(picture) >= GOOD_DB


def test_the_fields_are_woven_in_their_order(live: Filming, feed: Feed) -> None:
    card, steps = colour_card(), (40, 342, 680, 460)
    feed.show(card)
    assert live.best_likeness(card) >= GOOD_DB
    seen = live.snapshot().crop(steps)
    assert psnr_db(seen, card.crop(steps)) > psnr_db(seen, fields_exchanged(card).crop(steps)) + 10


def test_the_status_names_the_device_and_the_shape_of_the_picture(filming: Filming) -> None:
    filming.order("watch")
    status = filming.until("live")
    filming.order("leave")
    filming.until("idle")
    assert (status["width"], status["height"], status["aspect"]) == (720, 480, [4, 3])
    assert status["device"] == "/dev/video0"


def test_with_nobody_watching_nothing_of_the_device_is_held(filming: Filming) -> None:
    filming.snapshot()
    filming.until("idle")
    assert filming.asked("held", "held") == {"held": []}


def test_a_lost_signal_is_said_and_its_return_is_seen(live: Filming, feed: Feed) -> None:
    live.turn("standard_signal_mode=1")
    news = live.until("no_signal")
    assert "receives no signal" in str(news["sentence"])
    live.turn("standard_signal_mode=0")
    live.until("live")
    assert live.best_likeness(colour_card()) >= GOOD_DB


def test_an_unplugged_grabber_comes_back_by_itself(live: Filming, feed: Feed) -> None:
    live.shell(f"echo vivid.0 > {DRIVER}/unbind")
    assert live.until("no_device")["sentence"]
    assert live.asked("held", "held") == {"held": []}
    live.shell(f"echo vivid.0 > {DRIVER}/bind")
    live.until("live")
    feed.show(colour_card())
    assert live.best_likeness(colour_card()) >= GOOD_DB


def test_udev_announces_a_grabber_that_comes_back(board: Board, share: Path) -> None:
    patient = Filming(board, share, retry_s=3600)
    patient.order("watch")
    patient.until("live")
    patient.shell(f"echo vivid.0 > {DRIVER}/unbind")
    patient.until("no_device")
    patient.shell(f"echo vivid.0 > {DRIVER}/bind")
    patient.until("live")
    patient.process.close_stdin()
    assert patient.process.wait().returncode == 0


def test_a_grabber_that_goes_dead_is_opened_again(live: Filming, feed: Feed) -> None:
    live.turn("disconnect=0")
    live.until("no_device")
    # vivid stays dead until every program has let go of it; the feed does so at its next frame.
    feed.show(colour_card())
    live.until("live")
    assert live.best_likeness(colour_card()) >= GOOD_DB


def test_frames_with_errors_are_passed_over(live: Filming, feed: Feed) -> None:
    feed.show(colour_card())
    live.best_likeness(colour_card())
    for _ in range(5):
        live.turn("inject_v4l2_buf_flag_error=0")
        assert psnr_db(live.snapshot(), colour_card()) >= GOOD_DB


def test_a_stream_that_breaks_off_is_started_again(live: Filming) -> None:
    for _ in range(3):  # the driver may say so as it gives a frame, or as it takes a buffer back
        live.turn("inject_fatal_streaming_error=0")
        assert "the stream broke off" in str(live.until("stuck")["sentence"])
        live.until("live")


def test_a_device_that_does_not_start_is_tried_again(filming: Filming) -> None:
    filming.turn("inject_vidioc_streamon_error=0")
    filming.order("watch")
    assert "did not start to stream" in str(filming.until("failed")["sentence"])
    filming.until("live")
    filming.order("leave")
    filming.until("idle")


def test_another_program_in_the_way_is_said_and_waited_for(filming: Filming) -> None:
    filming.shell(
        "v4l2-ctl -d $capture --stream-mmap > /dev/null 2>&1 & echo $! > /run/other",
        "until ls -l /proc/$(cat /run/other)/fd | grep -q $capture; do sleep 0.1; done",
    )
    filming.order("watch")
    assert "in use by another program" in str(filming.until("failed")["sentence"])
    filming.shell("kill $(cat /run/other)")
    filming.until("live")
    filming.order("leave")
    filming.until("idle")


def test_picture_controls_are_reset_and_the_drivers_own_are_not(filming: Filming) -> None:
    filming.turn("brightness=0", "hue=40", "percentage_of_dropped_buffers=1")
    filming.asked("open {}", "format")
    values = filming.shell(
        "v4l2-ctl -d $capture -C brightness,hue,percentage_of_dropped_buffers",
        "v4l2-ctl -d $capture -c percentage_of_dropped_buffers=0",
    )
    assert values.split() == [
        "brightness:", "128", "hue:", "0", "percentage_of_dropped_buffers:", "1"
    ]  # fmt: skip


def test_both_orders_of_the_bytes_give_the_same_picture(filming: Filming) -> None:
    for pixel_format in ("UYVY", "YUYV"):
        answer = filming.asked(f'open {{"pixel_format": "{pixel_format}"}}', "format")
        assert answer == {"format": pixel_format, "size_bytes": 691_200}


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"device": "/dev/video77"}, "capture_missing", "(vivid, driver vivid)"),
        ({"device": "driver:stk1160"}, "capture_missing", "(vivid, driver vivid)"),
        ({"input": 7}, "capture_input_unknown", "0 (S-Video 0)"),
        ({"input": "HDMI"}, "capture_input_unknown", "0 (S-Video 0)"),
        ({"standard": "NTSC-Z"}, "capture_standard_unknown", "NTSC-M"),
    ],
)
def test_a_wrong_choice_is_answered_with_what_there_is(
    filming: Filming, settings: dict[str, object], code: str, says: str
) -> None:
    error = filming.refused(**settings)
    assert error["code"] == code
    assert says in str(error["sentence"])


@pytest.mark.parametrize("standard", ["PAL-B", "PAL-B/G", "SECAM", "NTSC", "NTSC-M"])
def test_every_standard_people_write_is_taken(filming: Filming, standard: str) -> None:
    assert filming.asked(f'open {{"standard": "{standard}"}}', "format")
