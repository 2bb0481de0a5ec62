"""What a viewer can be given: a frame, or a card that says why there is none.

Both carry a sequence number from the same counter, so whoever has seen number n can ask for
"whatever is not n" and never needs to know which of the two it will get.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from math import gcd
from typing import Any


class PictureState(StrEnum):
    """Where the picture is, in one word; the API's `picture.state`."""

    LIVE = "live"
    STARTING = "starting"
    NO_SIGNAL = "no_signal"
    NO_DEVICE = "no_device"
    STUCK = "stuck"
    FAILED = "failed"
    IDLE = "idle"


@dataclass(frozen=True)
class Frame:
    """One encoded picture. `captured_us` is the board's CLOCK_MONOTONIC in microseconds."""

    sequence: int
    captured_us: int
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True)
class Card:
    """What is shown where the picture would be."""

    sequence: int
    state: PictureState
    sentence: str
    remedy: str

    def document(self) -> dict[str, str]:
        """The card as it goes to a browser."""
        return {"state": self.state.value, "sentence": self.sentence, "remedy": self.remedy}


@dataclass(frozen=True)
class PictureStatus:
    """The picture's part of the status document. Sizes in pixels; None without a picture."""

    state: PictureState
    sentence: str
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    device: str | None = None
    frames_per_second: int = 0

    def document(self) -> dict[str, Any]:
        """The status as JSON wants it."""
        aspect = None if self.aspect is None else list(self.aspect)
        return {**asdict(self), "state": self.state.value, "aspect": aspect}


def display_aspect(width: int, height: int, configured: str | None = None) -> tuple[int, int]:
    """The shape in which a picture of `width` x `height` pixels is to be shown.

    Television pixels are not square: 720 of them are as wide as 640 or 768 square ones
    (ITU-R BT.601), and 704 or 720 across belong on a 4:3 screen whatever the number of lines.

    Args:
        width: in pixels.
        height: in pixels.
        configured: such as "4:3" or "16:9"; None decides by size.
    """
    if configured is not None:
        across, _, down = configured.partition(":")
        return int(across), int(down)
    if width in (704, 720) and height in (240, 288, 480, 486, 576):
        return 4, 3
    divisor = gcd(width, height) or 1
    return width // divisor, height // divisor
