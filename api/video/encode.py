"""From packed pixels to a JPEG, without ever making RGB.

A capture device sends luma and chroma; a JPEG stores luma and chroma. Going through RGB would
convert every pixel twice, so the planes are taken apart and handed over as they are, with their
range stretched from 16-235 to 0-255 by a table. Chroma keeps the 4:2:2 it was captured with.

Sources: ITU-T T.871 (JFIF 1.02) for the range; bench/encode.py for what each step costs.
"""

from __future__ import annotations

import os
from typing import Protocol

from PIL import Image

from api.video.pixels import PixelFormat, RawFormat


class Encoder(Protocol):
    """What turns a captured frame into a JPEG."""

    def encode(self, frame: bytes, form: RawFormat) -> bytes:
        """Encode one whole frame of `form.size_bytes` bytes."""
        ...


def _stretch(black: float, unit: float, centre: float) -> list[int]:
    """A table that spreads `unit` steps of a byte over 255 of them, keeping `black` at `centre`."""
    return [min(255, max(0, round((i - black) * 255 / unit + centre))) for i in range(256)]


LUMA_TO_FULL_RANGE = _stretch(black=16, unit=219, centre=0)
CHROMA_TO_FULL_RANGE = _stretch(black=128, unit=224, centre=128)

# Where Pillow finds the planes when it is told that a line of packed pixels is a line of
# two-byte pixels (luma) or of four-byte pixels (chroma, at half the width).
LUMA_CHANNEL = {PixelFormat.YUYV: 0, PixelFormat.UYVY: 1}
CHROMA_CHANNELS = {PixelFormat.YUYV: (1, 3), PixelFormat.UYVY: (0, 2)}


class PillowEncoder:
    """The encoder that runs wherever Pillow does. An `Encoder`.

    Args:
        quality: 1 to 100, as libjpeg understands it.
    """

    def __init__(self, quality: int = 80) -> None:
        self._quality = quality

    def encode(self, frame: bytes, form: RawFormat) -> bytes:
        """Encode one whole frame, as JPEG 4:2:2 in full range."""
        image = ycbcr(frame, form)
        # Into a file in memory and not into a BytesIO: with a real descriptor Pillow compresses
        # without the interpreter lock, and the event loop beside us waits 0.1 ms instead of the
        # whole encode.
        with os.fdopen(os.memfd_create("jpeg"), "w+b", buffering=0) as sheet:
            image.save(sheet, "JPEG", quality=self._quality, subsampling="4:2:2")
            return os.pread(sheet.fileno(), sheet.tell(), 0)


def ycbcr(frame: bytes, form: RawFormat) -> Image.Image:
    """The frame as a full-range YCbCr image of full-size planes."""
    size = form.width, form.height
    half = form.width // 2, form.height
    luma_view = Image.frombuffer("LA", size, frame, "raw", "LA", form.stride_bytes, 1)
    pair_view = Image.frombuffer("RGBX", half, frame, "raw", "RGBX", form.stride_bytes, 1)
    luma = luma_view.getchannel(LUMA_CHANNEL[form.pixel_format])
    chroma = [pair_view.getchannel(n) for n in CHROMA_CHANNELS[form.pixel_format]]
    if not form.is_full_range:
        luma = luma.point(LUMA_TO_FULL_RANGE)
        chroma = [plane.point(CHROMA_TO_FULL_RANGE) for plane in chroma]
    # Doubling each chroma sample loses nothing: libjpeg averages pairs to come back to 4:2:2, and
    # the average of two equal samples is the sample.
    blue, red = (plane.resize(size, Image.Resampling.NEAREST) for plane in chroma)
    return Image.merge("YCbCr", (luma, blue, red))
