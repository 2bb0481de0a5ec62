"""A grabber that plays a script: each step is a frame, an error, or the cable pulled out."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.video.errors import CaptureError
from api.video.pixels import PixelFormat, RawFormat

TINY = RawFormat(16, 16, PixelFormat.YUYV, stride_bytes=32)
DEVICE = "/dev/video7"


def grey(level: int) -> bytes:
    """A frame of one colour."""
    return bytes([level, 128]) * (16 * 16)


@dataclass
class ScriptedFrame:
    data: bytes
    captured_us: int
    is_given_back: bool = False

    def __enter__(self) -> None:
        assert not self.is_given_back

    def __exit__(self, *_: object) -> None:
        self.is_given_back = True


class ScriptedGrabber:
    """Plays what the test puts into `script`; None in it is an interruption."""

    def __init__(self) -> None:
        self.device = DEVICE
        self.format = TINY
        self.script: queue.Queue[bytes | CaptureError | None] = queue.Queue()
        self.frames: list[ScriptedFrame] = []
        self.signal: bool | None = None

    def next_frame(self) -> ScriptedFrame | None:
        step = self.script.get(timeout=10)
        if step is None or isinstance(step, bytes):
            if step is None:
                return None
            self.frames.append(ScriptedFrame(step, 1000 * (len(self.frames) + 1)))
            return self.frames[-1]
        raise step

    def has_signal(self) -> bool | None:
        return self.signal

    def interrupt(self) -> None:
        self.script.put(None)


class Shop:
    """Where the camera gets its grabbers: the next one in the row, or the error in its place."""

    def __init__(self, *row: ScriptedGrabber | CaptureError) -> None:
        self.row = list(row)
        self.opened = 0
        self.closed = 0
        self.was_closed = threading.Event()
        self.threads: set[int] = set()

    @contextmanager
    def __call__(self, *_: object) -> Iterator[ScriptedGrabber]:
        self.threads.add(threading.get_ident())
        item = self.row.pop(0) if len(self.row) > 1 else self.row[0]
        if isinstance(item, CaptureError):
            raise item
        self.opened += 1
        try:
            yield item
        finally:
            self.closed += 1
            self.was_closed.set()


class CountingEncoder:
    """Says which frame it was given instead of encoding it."""

    def __init__(self) -> None:
        self.count = 0
        self.frames: list[bytes] = []

    def encode(self, frame: bytes, form: RawFormat) -> bytes:
        assert len(frame) == form.size_bytes
        self.count += 1
        self.frames.append(frame)
        return b"jpeg of %d" % frame[0]
