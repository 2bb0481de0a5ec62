"""What a JPEG says about itself before its picture starts: a walk along its markers.

Reading the headers tells size and sampling, and whether the file is whole, at no cost: the
compressed picture is never touched.

Sources: ITU-T T.81 Annex B (markers, B.2.2 frame header, B.2.4.1 quantisation tables).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gadgetd.errors import KaputtError

START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = b"\xff\xd9"
MARKER = 0xFF
START_OF_SCAN = 0xDA
QUANTISATION_TABLES = 0xDB
HUFFMAN_TABLES = 0xC4
STANDALONE = {0x01, *range(0xD0, 0xD8)}  # TEM and RST0-7 have no length
# SOF0-15 without DHT (C4), JPG (C8) and DAC (CC), which share the range.
FRAME_HEADERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class JpegMalformedError(KaputtError):
    """These bytes are not a whole JPEG."""

    code = "jpeg_malformed"


@dataclass(frozen=True)
class Segment:
    """A marker and what follows its length field; `offset` is where its 0xFF stands."""

    marker: int
    offset: int
    payload: bytes


@dataclass(frozen=True)
class Header:
    """What the headers say.

    Attributes:
        width: in pixels.
        height: in lines.
        sampling: per component, horizontal and vertical sampling factors: 4:2:2 is (2, 1),
            (1, 1), (1, 1).
        quantisation: per table number, 64 steps in zigzag order.
        has_huffman_tables: many capture devices leave the standard ones out of their MJPEG;
            browsers want them.
        scan_offset: where the SOS marker stands.
    """

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]
    quantisation: dict[int, tuple[int, ...]]
    has_huffman_tables: bool
    scan_offset: int


def segments(jpeg: bytes) -> Iterator[Segment]:
    """Walk from the start of the image to the start of its first scan, which comes last."""
    if jpeg[:2] != START_OF_IMAGE:
        raise JpegMalformedError(f"A JPEG starts with FF D8, not {jpeg[:2].hex(' ') or 'nothing'}.")
    offset = 2
    while True:
        # Any number of FF may fill the gap before a marker (B.1.1.2).
        while jpeg[offset : offset + 2] == b"\xff\xff":
            offset += 1
        start = jpeg[offset : offset + 4]
        if len(start) < 4 or start[0] != MARKER:
            raise JpegMalformedError(f"The JPEG breaks off or has no marker at byte {offset}.")
        if start[1] in STANDALONE:
            offset += 2
            continue
        length = int.from_bytes(start[2:4], "big")
        end = offset + 2 + length
        if length < 2 or end > len(jpeg):
            raise JpegMalformedError(f"The JPEG's segment at byte {offset} runs past the end.")
        yield Segment(start[1], offset, jpeg[offset + 4 : end])
        if start[1] == START_OF_SCAN:
            return
        offset = end


def is_whole(jpeg: bytes) -> bool:
    """Whether both ends are there; a frame cut by a lost USB packet has only the first."""
    return jpeg.startswith(START_OF_IMAGE) and jpeg.endswith(END_OF_IMAGE)


def header(jpeg: bytes) -> Header:
    """Read all headers up to the picture.

    Raises:
        JpegMalformedError: not a JPEG, cut short in its headers, or without a frame header.
    """
    size: tuple[int, int] | None = None
    sampling: tuple[tuple[int, int], ...] = ()
    quantisation: dict[int, tuple[int, ...]] = {}
    has_huffman_tables = False
    scan_offset = 0
    for segment in segments(jpeg):
        if segment.marker in FRAME_HEADERS:
            size, sampling = _frame_header(segment)
        elif segment.marker == QUANTISATION_TABLES:
            quantisation |= _quantisation_tables(segment)
        has_huffman_tables |= segment.marker == HUFFMAN_TABLES
        scan_offset = segment.offset
    if size is None:
        raise JpegMalformedError("The JPEG has no frame header before its scan.")
    return Header(*size, sampling, quantisation, has_huffman_tables, scan_offset)


def _frame_header(segment: Segment) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    payload = segment.payload
    if len(payload) < 6 or len(payload) < 6 + 3 * payload[5]:
        raise JpegMalformedError(f"The JPEG's frame header at byte {segment.offset} is too short.")
    height = int.from_bytes(payload[1:3], "big")
    width = int.from_bytes(payload[3:5], "big")
    factors = payload[7 : 6 + 3 * payload[5] : 3]
    return (width, height), tuple((factor >> 4, factor & 15) for factor in factors)


def _quantisation_tables(segment: Segment) -> dict[int, tuple[int, ...]]:
    tables: dict[int, tuple[int, ...]] = {}
    rest = segment.payload
    while rest:
        step_bytes = 2 if rest[0] >> 4 else 1
        end = 1 + 64 * step_bytes
        if len(rest) < end:
            raise JpegMalformedError(f"The JPEG's tables at byte {segment.offset} are too short.")
        tables[rest[0] & 15] = tuple(
            int.from_bytes(rest[i : i + step_bytes], "big") for i in range(1, end, step_bytes)
        )
        rest = rest[end:]
    return tables
