"""Packed 4:2:2 pixels: two pixels in four bytes, each with a luma, both with one chroma pair.

`YUYV` is Y0 Cb Y1 Cr, `UYVY` is Cb Y0 Cr Y1. Capture devices send luma from 16 (black) to 235
(white) and chroma 16-240 around 128; JPEG wants 0-255 for both.

Sources: Linux media documentation, "Packed YUV formats"; ITU-R BT.601-7 (limited range);
ITU-T T.871 (JFIF: full range).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PixelFormat(StrEnum):
    """The packed formats we read; the value is the V4L2 four-character code."""

    YUYV = "YUYV"
    UYVY = "UYVY"


BYTES_PER_PIXEL = 2
BLACK = {PixelFormat.YUYV: b"\x10\x80", PixelFormat.UYVY: b"\x80\x10"}


@dataclass(frozen=True)
class RawFormat:
    """How the bytes of a captured frame are to be read.

    Attributes:
        width: in pixels, even.
        height: in lines; of an interlaced frame both fields together, already woven.
        stride_bytes: from the start of a line to the start of the next.
        is_full_range: the device says that its black is 0 and its white 255.
    """

    width: int
    height: int
    pixel_format: PixelFormat
    stride_bytes: int
    is_full_range: bool = False

    @property
    def size_bytes(self) -> int:
        """What a whole frame has."""
        return self.stride_bytes * self.height


def completed(frame: bytes, previous: bytes | None, form: RawFormat) -> bytes:
    """A whole frame from one that may have been cut short.

    Some grabbers lose USB packets and hand out less than a frame without saying so (stk1160
    does). What is missing was there a thirtieth of a second ago, so it stays on the screen; at
    the very start it is black.
    """
    missing_bytes = form.size_bytes - len(frame)
    if missing_bytes <= 0:
        return frame[: form.size_bytes]
    if previous is None:
        previous = BLACK[form.pixel_format] * (form.size_bytes // BYTES_PER_PIXEL)
    return frame + previous[len(frame) :]
