"""What a frame costs on its way from packed pixels to a JPEG.

Run it: `./kaputtkvm bench encode [--json FILE]`. Every way is measured in the same run, in turns,
so that a busy machine slows all of them alike; what counts is the ratio. Besides the time per frame
it measures how long another thread waits meanwhile, because that thread is the event loop.

Nothing is asserted: machines differ, and a slow one is not broken.
"""

from __future__ import annotations

import io
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from api.video.encode import PillowEncoder, ycbcr
from api.video.pixels import PixelFormat, RawFormat, completed
from bench.table import save, table
from lab.picture import yuyv

QUALITY = 80
ROUNDS = 60
NAP_S = 0.000_5
FORM = RawFormat(720, 480, PixelFormat.YUYV, stride_bytes=1440)


@dataclass
class Row:
    """One way, in milliseconds."""

    way: str
    picture: str
    frame_ms: float
    others_wait_ms: float
    ratio: float = 1.0


def through_rgb(frame: bytes) -> bytes:
    """The way everybody starts with: to RGB, and let the library go back to YCbCr."""
    sheet = io.BytesIO()
    ycbcr(frame, FORM).convert("RGB").save(sheet, "JPEG", quality=QUALITY)
    return sheet.getvalue()


def into_bytesio(frame: bytes) -> bytes:
    """Our planes, saved as most programs save: the interpreter lock is held throughout."""
    sheet = io.BytesIO()
    ycbcr(frame, FORM).save(sheet, "JPEG", quality=QUALITY, subsampling="4:2:2")
    return sheet.getvalue()


def unchanged(frame: bytes) -> bytes:
    """What a frame costs that is equal to the one before: a copy and a comparison."""
    copy = bytes(memoryview(frame))
    return copy if completed(copy, frame, FORM) == frame else b""


WAYS: dict[str, Callable[[bytes], object]] = {
    "through RGB": through_rgb,
    "planes, BytesIO": into_bytesio,
    "planes, memfd (ours)": lambda frame: PillowEncoder(QUALITY).encode(frame, FORM),
    "planes only, no JPEG": lambda frame: ycbcr(frame, FORM).load(),
    "unchanged frame": unchanged,
}


def console() -> Image.Image:
    """A full text console."""
    picture = Image.new("RGB", (FORM.width, FORM.height), "black")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=14)
    for line, top in enumerate(range(0, FORM.height, 16)):
        draw.text((4, top), f"[{line:10.6f}] " + "usb 1-1: new device " * 4, "#aaa", font)
    return picture


def colourful() -> Image.Image:
    """Every hue, with noise as an analogue cable adds it."""
    size = (FORM.width, FORM.height)
    hue = Image.linear_gradient("L").rotate(90).resize(size)
    value = Image.effect_noise(size, 20)
    return Image.merge("HSV", (hue, Image.new("L", size, 200), value)).convert("RGB")


def frame_ms(ways: dict[str, Callable[[bytes], object]], frame: bytes) -> dict[str, float]:
    """The median time of each way, taken in turns."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            start = time.perf_counter()
            work(frame)
            times[way].append((time.perf_counter() - start) * 1000)
    return {way: statistics.median(each) for way, each in times.items()}


def others_wait_ms(work: Callable[[bytes], object], frame: bytes) -> float:
    """How much longer than it asked for another thread sleeps: the 90th centile."""
    is_over = threading.Event()
    waits: list[float] = []

    def other() -> None:
        while not is_over.is_set():
            start = time.perf_counter()
            time.sleep(NAP_S)  # what is measured, not what is waited for
            waits.append((time.perf_counter() - start - NAP_S) * 1000)

    thread = threading.Thread(target=other)
    thread.start()
    until = time.perf_counter() + 0.5
    while time.perf_counter() < until:
        work(frame)
        time.sleep(0)  # between two frames the camera waits for the device
    is_over.set()
    thread.join()
    return statistics.quantiles(waits, n=10)[-1]


def measured() -> list[Row]:
    """Every way on every picture."""
    rows = []
    for name, picture in (("console", console()), ("colourful", colourful())):
        frame = yuyv(picture)
        times = frame_ms(WAYS, frame)
        for way, work in WAYS.items():
            ratio = times[way] / times["through RGB"]
            rows.append(Row(way, name, times[way], others_wait_ms(work, frame), ratio))
    return rows


def run(json_file: Path | None) -> None:
    """Measure, print a table, write JSON where asked."""
    rows = measured()
    head = ("picture", "way", "ms/frame", "of RGB way", "others wait ms")
    cells = [
        (
            row.picture,
            row.way,
            f"{row.frame_ms:.3f}",
            f"{row.ratio:.2f}",
            f"{row.others_wait_ms:.3f}",
        )
        for row in rows
    ]
    print(table(head, cells))
    if json_file is not None:
        save(json_file, {"bench": "encode", "rows": [vars(row) for row in rows]})
