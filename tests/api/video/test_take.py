"""One take, played without a thread and with a clock of the test's own."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

import pytest

from api.video.errors import CaptureError, CaptureStuckError
from api.video.take import NoSignal, Picture, Rate, Take
from tests.api.video.stage import DEVICE, CountingEncoder, ScriptedGrabber, Shop, grey


class Filmed:
    """A finished take: a frame every `interval_s`, and what was told."""

    def __init__(
        self,
        script: Iterable[bytes | CaptureError],
        *,
        interval_s: float = 1 / 32,
        signal: Iterable[bool | None] = (),
    ) -> None:
        self.grabber = ScriptedGrabber()
        for step in script:
            self.grabber.script.put(step)
        self.grabber.script.put(None)
        answers = self.signal_answers_left = list(signal)
        self.grabber.has_signal = lambda: answers.pop(0) if answers else None
        self.encoder = CountingEncoder()
        self.told: list[object] = []
        self.shop = Shop(self.grabber)
        now_s = 0.0

        def clock() -> float:
            nonlocal now_s
            now_s += interval_s
            return now_s

        self.take = Take(self.shop, self.encoder, self.told.append, clock)
        self.take.film()

    @property
    def jpegs(self) -> list[bytes]:
        return [news.jpeg for news in self.told if isinstance(news, Picture)]


def test_every_changed_frame_is_encoded_once_and_told():
    filmed = Filmed([grey(20), grey(30), grey(40)])
    assert filmed.jpegs == [b"jpeg of 20", b"jpeg of 30", b"jpeg of 40"]
    assert filmed.encoder.count == 3


def test_an_unchanged_frame_is_neither_encoded_nor_told():
    filmed = Filmed([grey(20)] * 10 + [grey(30)] * 10)
    assert filmed.jpegs == [b"jpeg of 20", b"jpeg of 30"]
    assert filmed.encoder.count == 2


def test_an_unchanged_picture_is_told_again_every_two_seconds_without_encoding():
    filmed = Filmed([grey(20)] * (32 * 5))
    assert filmed.jpegs == [b"jpeg of 20"] * 3
    assert filmed.encoder.count == 1


def test_a_picture_carries_the_time_the_driver_captured_it():
    filmed = Filmed([grey(20), grey(30)])
    assert [news.captured_us for news in filmed.told] == [1000, 2000]


def test_every_buffer_goes_back_to_the_driver():
    filmed = Filmed([grey(20), grey(20), grey(30)])
    assert [frame.is_given_back for frame in filmed.grabber.frames] == [True] * 3


def test_a_frame_cut_short_shows_what_was_there_before():
    filmed = Filmed([grey(20), grey(30)[:100], grey(20)[:50]])
    # The first byte is the short frame's own; whole frames are what the encoder was given.
    assert filmed.jpegs == [b"jpeg of 20", b"jpeg of 30", b"jpeg of 20"]


def test_without_a_signal_there_is_a_card_and_no_noise():
    filmed = Filmed([grey(level) for level in range(32)], signal=[False])
    assert [news for news in filmed.told if not isinstance(news, Rate)] == [NoSignal(DEVICE)]


def test_the_signal_is_asked_for_about_once_a_second():
    filmed = Filmed([grey(20)] * (32 * 4), signal=[True] * 100)
    assert 100 - len(filmed.signal_answers_left) == 4


def test_when_the_signal_returns_the_picture_returns_even_if_it_is_the_same():
    filmed = Filmed([grey(20)] * 32 * 3, signal=[True, False, True])
    told = [type(news) for news in filmed.told if not isinstance(news, Rate)]
    assert told == [Picture, NoSignal, Picture]


def test_a_device_that_stops_without_a_signal_is_not_broken():
    stuck = CaptureStuckError(DEVICE, "no frame came for 2 s")
    filmed = Filmed([stuck, grey(20)], signal=[False, True])
    assert [type(news) for news in filmed.told] == [NoSignal, Picture]


def test_a_device_that_stops_for_no_reason_ends_the_take_and_is_closed():
    grabber = ScriptedGrabber()
    grabber.script.put(CaptureStuckError(DEVICE, "no frame came for 2 s"))
    shop = Shop(grabber)
    with pytest.raises(CaptureStuckError):
        Take(shop, CountingEncoder(), lambda _: None).film()
    assert shop.closed == 1


def test_the_rate_of_frames_is_told_once_a_second():
    filmed = Filmed([grey(20)] * 100)
    assert [news for news in filmed.told if isinstance(news, Rate)] == [Rate(32)] * 3


def test_a_take_stopped_while_the_device_opens_films_nothing():
    grabber = ScriptedGrabber()
    grabber.script.put(grey(20))
    told: list[object] = []
    take = Take(Shop(grabber), CountingEncoder(), told.append)
    take.stop()
    take.film()
    assert told == []


@pytest.mark.parametrize("breaks_off", [False, True])
def test_what_was_seen_before_the_signal_was_lost_does_not_fill_up_a_frame_after_it(
    breaks_off: bool,
):
    lost = [CaptureStuckError(DEVICE, "no frame came for 2 s")] if breaks_off else [grey(90)]
    filmed = Filmed([grey(20), *lost, grey(30)[:100]], interval_s=1.5, signal=[True, False, True])
    assert filmed.encoder.frames[-1] == grey(30)[:100] + grey(16)[100:]


def test_a_machine_without_descriptors_left_is_a_reason_for_no_picture():
    def refused() -> Shop:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with pytest.raises(CaptureError, match="Too many open files"):
        Take(refused, CountingEncoder(), lambda _: None).film()
