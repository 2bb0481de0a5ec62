"""The marker walk, on JPEGs that Pillow's libjpeg wrote and on bytes out of T.81."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.video import jpeg


def written(width=33, height=17, mode="RGB", **options) -> bytes:
    sheet = io.BytesIO()
    Image.new(mode, (width, height), "gray").save(sheet, "JPEG", **options)
    return sheet.getvalue()


def test_the_size_is_the_one_in_the_frame_header():
    about = jpeg.header(written(33, 17))
    assert (about.width, about.height) == (33, 17)


@pytest.mark.parametrize(
    ("named", "factors"),
    [("4:4:4", (1, 1)), ("4:2:2", (2, 1)), ("4:2:0", (2, 2))],
)
def test_the_sampling_is_told_per_component(named, factors):
    about = jpeg.header(written(subsampling=named))
    assert about.sampling == (factors, (1, 1), (1, 1))


def test_a_grey_picture_has_one_component():
    assert jpeg.header(written(mode="L")).sampling == ((1, 1),)


def test_a_progressive_jpeg_is_read_as_well():
    assert jpeg.header(written(progressive=True)).width == 33


def test_quantisation_tables_are_the_ones_the_writer_was_given():
    luma, chroma = list(range(1, 65)), list(range(101, 165))
    about = jpeg.header(written(qtables=[luma, chroma]))
    with Image.open(io.BytesIO(written(qtables=[luma, chroma]))) as read:
        # Pillow gives them back in reading order, the file has them in zigzag.
        assert {n: sorted(table) for n, table in about.quantisation.items()} == {
            n: sorted(table) for n, table in read.quantization.items()
        }
    assert about.quantisation[0][:6] == (1, 2, 9, 17, 10, 3)  # T.81 Figure A.6


def test_tables_of_sixteen_bits_are_read():
    steps = list(range(300, 364))
    payload = b"\x11" + b"".join(step.to_bytes(2, "big") for step in steps)
    table = b"\xff\xdb" + (len(payload) + 2).to_bytes(2, "big") + payload
    whole = written()
    assert jpeg.header(whole[:2] + table + whole[2:]).quantisation[1] != tuple(steps)
    start = jpeg.header(whole).scan_offset
    assert jpeg.header(whole[:start] + table + whole[start:]).quantisation[1] == tuple(steps)


def test_a_frame_without_huffman_tables_is_noticed():
    whole = written()
    assert jpeg.header(whole).has_huffman_tables
    for segment in reversed(list(jpeg.segments(whole))):
        if segment.marker == jpeg.HUFFMAN_TABLES:
            end = segment.offset + 4 + len(segment.payload)
            whole = whole[: segment.offset] + whole[end:]
    assert not jpeg.header(whole).has_huffman_tables


def test_the_scan_starts_where_its_marker_stands():
    whole = written()
    at = jpeg.header(whole).scan_offset
    assert whole[at : at + 2] == b"\xff\xda"


def test_fill_bytes_before_a_marker_are_skipped():
    whole = written()
    assert jpeg.header(whole[:2] + b"\xff\xff\xff" + whole[2:]).width == 33


def test_a_jpeg_without_its_end_is_not_whole():
    assert jpeg.is_whole(written())
    assert not jpeg.is_whole(written()[:-2])
    assert not jpeg.is_whole(b"\0" + written())


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8",
        b"\xff\xd8\xff\xc0\x00",
        b"\xff\xd8\xff\xc0\x00\x01",
        b"\xff\xd8\xff\xc0\x00\x03\x08\xff\xda\x00\x02",
        b"\xff\xd8\xff\xdb\x00\x03\x00\xff\xda\x00\x02",
        b"\xff\xd8\xff\xda\x00\x02",
    ],
)
def test_what_is_no_jpeg_is_called_malformed(nonsense):
    with pytest.raises(jpeg.JpegMalformedError):
        jpeg.header(nonsense)


@given(st.integers(0, 700), st.binary(max_size=8))
def test_a_damaged_jpeg_is_read_or_called_malformed_and_nothing_else(at, damage):
    whole = written()
    with contextlib.suppress(jpeg.JpegMalformedError):
        jpeg.header(whole[:at] + damage + whole[at + len(damage) :])
