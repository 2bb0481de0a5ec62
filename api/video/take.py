"""One take: the grabber opened, filmed with until somebody says stop, and closed again.

Runs in a thread of its own, because opening, waiting for frames and encoding all take time the
event loop does not have. What happens is told as small values; whoever listens decides what it
means.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from api.video.encode import Encoder
from api.video.errors import CaptureError, CaptureStuckError
from api.video.pixels import RawFormat, completed

REFRESH_AFTER_S = 2.0
SIGNAL_CHECK_EVERY_S = 1.0


class GrabbedFrame(Protocol):
    """A frame whose bytes are valid inside its `with` block."""

    @property
    def data(self) -> memoryview | bytes: ...  # noqa: D102
    @property
    def captured_us(self) -> int: ...  # noqa: D102
    def __enter__(self) -> object: ...
    def __exit__(self, *_: object) -> None: ...


class Grabber(Protocol):
    """An open capture device, as far as filming needs it; `v4l2.Capture` is one."""

    device: str
    format: RawFormat

    def next_frame(self) -> GrabbedFrame | None:
        """Wait for a frame; None after `interrupt`. Raises a `CaptureError`."""
        ...

    def has_signal(self) -> bool | None:
        """Whether a signal arrives; None where the device cannot tell."""
        ...

    def interrupt(self) -> None:
        """From another thread: let `next_frame` return None."""
        ...


@dataclass(frozen=True)
class Picture:
    """A picture that viewers should get."""

    device: str
    form: RawFormat
    captured_us: int
    jpeg: bytes


@dataclass(frozen=True)
class NoSignal:
    """The grabber works, and nothing comes down the cable."""

    device: str


@dataclass(frozen=True)
class Rate:
    """How many frames the grabber gave in the last second."""

    frames_per_second: int


News = Picture | NoSignal | Rate


class Take:
    """One opening of the grabber. `film` runs in its thread, `stop` comes from any other.

    Args:
        open_grabber: called in the filming thread; leaving the context closes the device.
        encoder: used in the filming thread only.
        tell: called in the filming thread with each piece of news.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        open_grabber: Callable[[], AbstractContextManager[Grabber]],
        encoder: Encoder,
        tell: Callable[[News], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_grabber = open_grabber
        self._encoder = encoder
        self._tell = tell
        self._clock = clock
        self._lock = threading.Lock()  # between `stop` and opening or closing the grabber
        self._is_stopped = False
        self._grabber: Grabber | None = None
        self._raw: bytes | None = None
        self._jpeg: bytes | None = None
        self._told_at_s = 0.0

    def stop(self) -> None:
        """End the take soon: at the latest when a device that is just opening has opened."""
        with self._lock:
            self._is_stopped = True
            if self._grabber is not None:
                self._grabber.interrupt()

    def film(self) -> None:
        """Open, film until `stop`, close. Raises a `CaptureError` when the device fails us."""
        try:
            with self._open_grabber() as grabber:
                self._film_unless_stopped(grabber)
        except OSError as error:
            # Descriptors or memory ran out. That ends the picture, and not the keyboard with it.
            raise CaptureError(f"No picture can be taken: {error.strerror or error}.") from error

    def _film_unless_stopped(self, grabber: Grabber) -> None:
        with self._lock:
            if self._is_stopped:
                return
            self._grabber = grabber
        try:
            self._film(grabber)
        finally:
            with self._lock:  # a descriptor that is closed must not be interrupted any more
                self._grabber = None

    def _film(self, grabber: Grabber) -> None:
        has_signal: bool | None = None
        check_at_s = counting_since_s = self._clock()
        frame_count = 0
        while True:
            try:
                frame = grabber.next_frame()
            except CaptureStuckError:
                # Some decoders stop without a signal instead of sending noise.
                if grabber.has_signal() is False:
                    self._lose_signal(grabber)
                    continue
                raise
            if frame is None:
                return
            with frame:
                raw, captured_us = bytes(frame.data), frame.captured_us
            now_s = self._clock()
            frame_count += 1
            if now_s - counting_since_s >= 1:
                self._tell(Rate(round(frame_count / (now_s - counting_since_s))))
                counting_since_s, frame_count = now_s, 0
            if now_s >= check_at_s:
                check_at_s = now_s + SIGNAL_CHECK_EVERY_S
                has_signal = grabber.has_signal()
                if has_signal is False:
                    self._lose_signal(grabber)
            if has_signal is not False:
                self._show(grabber, raw, captured_us, now_s)

    def _lose_signal(self, grabber: Grabber) -> None:
        self._raw = self._jpeg = None  # what was seen before is not what comes after
        self._tell(NoSignal(grabber.device))

    def _show(self, grabber: Grabber, raw: bytes, captured_us: int, now_s: float) -> None:
        raw = completed(raw, self._raw, grabber.format)
        # bytes against bytes is one memcmp; against a memoryview it would be a slow loop.
        if self._jpeg is None or raw != self._raw:
            self._jpeg = self._encoder.encode(raw, grabber.format)
        elif now_s - self._told_at_s < REFRESH_AFTER_S:
            return
        self._raw, self._told_at_s = raw, now_s
        self._tell(Picture(grabber.device, grabber.format, captured_us, self._jpeg))
