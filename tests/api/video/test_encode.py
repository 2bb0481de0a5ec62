"""The encoder, judged by Pillow's decoder and by frames made from BT.601's printed formulas."""

from __future__ import annotations

import pytest
from PIL import Image

from api.video import jpeg
from api.video.encode import PillowEncoder
from api.video.pixels import PixelFormat, RawFormat, completed
from tests.api.video import studio
from tests.pictures import colour_card, decoded, fields_exchanged, psnr_db

NTSC = RawFormat(720, 480, PixelFormat.YUYV, stride_bytes=1440)
NTSC_UYVY = RawFormat(720, 480, PixelFormat.UYVY, stride_bytes=1440)
PICTURES = {
    "console": studio.console(),
    "sunset": studio.sunset(),
    "card": colour_card(),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize(
    ("form", "packed"),
    [(NTSC, studio.yuyv), (NTSC_UYVY, studio.uyvy)],
    ids=["YUYV", "UYVY"],
)
def test_what_the_grabber_saw_is_what_the_viewer_sees(picture, form, packed):
    shown = decoded(PillowEncoder(80).encode(packed(picture), form))
    assert psnr_db(shown, picture) >= 30


def plain(y: int, cb: int = 128, cr: int = 128, width: int = 16, height: int = 16) -> bytes:
    return bytes([y, cb, y, cr]) * (width // 2 * height)


SMALL = RawFormat(16, 16, PixelFormat.YUYV, stride_bytes=32)


@pytest.mark.parametrize(
    ("pixels", "rgb"),
    [
        (plain(16), (0, 0, 0)),
        (plain(235), (255, 255, 255)),
        (plain(81, 90, 240), (255, 0, 0)),  # BT.601's colour bars at 100 %
        (plain(145, 54, 34), (0, 255, 0)),
        (plain(41, 240, 110), (0, 0, 255)),
    ],
    ids=["black", "white", "red", "green", "blue"],
)
def test_televisions_range_becomes_the_whole_range(pixels, rgb):
    shown = decoded(PillowEncoder(90).encode(pixels, SMALL)).getpixel((8, 8))
    assert all(abs(got - wanted) <= 3 for got, wanted in zip(shown, rgb, strict=True))


def test_overshoot_of_an_analogue_signal_does_not_wrap_around():
    encode = PillowEncoder(90).encode
    assert decoded(encode(plain(1), SMALL)).getpixel((8, 8)) == (0, 0, 0)
    assert decoded(encode(plain(254), SMALL)).getpixel((8, 8)) == (255, 255, 255)


def test_a_device_that_sends_the_whole_range_is_taken_at_its_word():
    form = RawFormat(16, 16, PixelFormat.YUYV, stride_bytes=32, is_full_range=True)
    shown = decoded(PillowEncoder(90).encode(plain(16), form)).getpixel((8, 8))
    assert all(abs(got - 16) <= 1 for got in shown)


def test_the_jpeg_keeps_the_colour_resolution_of_the_capture():
    about = jpeg.header(PillowEncoder(80).encode(plain(16), SMALL))
    assert (about.width, about.height) == (16, 16)
    assert about.sampling == ((2, 1), (1, 1), (1, 1))


def test_bytes_between_the_lines_are_not_shown():
    picture = studio.console(160, 64)
    lines = studio.yuyv(picture)
    padded = b"".join(lines[at : at + 320] + b"\xff" * 64 for at in range(0, len(lines), 320))
    wide = RawFormat(160, 64, PixelFormat.YUYV, stride_bytes=384)
    tight = RawFormat(160, 64, PixelFormat.YUYV, stride_bytes=320)
    encode = PillowEncoder(80).encode
    assert encode(padded, wide) == encode(lines, tight)


def test_the_lines_of_the_two_fields_stay_in_their_order():
    shown = decoded(PillowEncoder(80).encode(studio.yuyv(colour_card()), NTSC))
    steps = (40, 342, 680, 460)
    card = colour_card().crop(steps)
    assert psnr_db(shown.crop(steps), card) > psnr_db(fields_exchanged(shown).crop(steps), card)


def test_lower_quality_is_smaller():
    frame = studio.yuyv(PICTURES["console"])
    assert len(PillowEncoder(40).encode(frame, NTSC)) < len(PillowEncoder(90).encode(frame, NTSC))


def test_a_frame_cut_short_keeps_the_lines_of_the_frame_before():
    before, after = plain(100), plain(200)
    frame = completed(after[: 32 * 5], before, SMALL)
    assert frame == after[: 32 * 5] + before[32 * 5 :]


@pytest.mark.parametrize("pixel_format", PixelFormat)
def test_a_first_frame_cut_short_is_black_below(pixel_format):
    form = RawFormat(16, 16, pixel_format, stride_bytes=32)
    shown = decoded(PillowEncoder(90).encode(completed(b"", None, form), form))
    assert shown.getextrema() == ((0, 0), (0, 0), (0, 0))


def test_a_frame_with_bytes_too_many_is_cut_to_its_size():
    assert completed(plain(100) + b"rest", None, SMALL) == plain(100)


def test_the_event_loop_is_not_held_up_while_a_frame_is_compressed():
    # Pillow gives up the interpreter lock only when it writes to a real file descriptor.
    def written_to(image, sheet, *_args, **_more):
        assert sheet.fileno() >= 0
        return saved(image, sheet, *_args, **_more)

    saved = Image.Image.save
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image.Image, "save", written_to)
        PillowEncoder(80).encode(plain(16), SMALL)
