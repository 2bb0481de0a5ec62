"""What requests and answers look like; FastAPI checks the former and describes both.

What gadgetd and the camera say passes through with whatever more they may say one day, so those
parts allow fields unknown here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gadgetd.usb.medium import MediumMode

KeyCode = Annotated[str, Field(min_length=1, max_length=64, examples=["KeyA"])]
STROKES_AT_ONCE = 256
CHORD_KEYS = 16
IMAGE_NAME_LONGEST = 1024


class Request(BaseModel):
    """What somebody asks for. Anything not known is a mistake, and said to be one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Answer(BaseModel):
    """What somebody is told."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Problem(Answer):
    """What went wrong (RFC 9457), as application/problem+json."""

    type: str = Field(examples=["urn:kaputtkvm:image_not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="One sentence, with the values.")
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="Stable; for programs.", examples=["image_not_found"])
    remedy: str = Field(description="What to do now; may be empty.")


class Login(Request):
    """The password."""

    password: Annotated[str, Field(max_length=1024)]


class SessionState(Answer):
    """Whether one is signed in; who is not gets a problem instead."""

    signed_in: bool = True


class Health(Answer):
    """That the api answers."""

    ok: bool = True


class InsertOrder(Request):
    """An image of the library, and how the target shall see it."""

    # Longer than any name of a file, and short enough to cross gadgetd's socket in one line.
    image: Annotated[str, Field(max_length=IMAGE_NAME_LONGEST, examples=["debian.iso"])]
    mode: Annotated[MediumMode, Field(strict=False)] = MediumMode.CDROM


class KeyEvent(Request):
    """A key going down or up."""

    code: KeyCode
    down: bool


class KeysOrder(Request):
    """Either events one after the other, or keys to press all together."""

    events: (
        Annotated[tuple[KeyEvent, ...], Field(strict=False, max_length=STROKES_AT_ONCE)] | None
    ) = None
    press: Annotated[tuple[KeyCode, ...], Field(strict=False, max_length=CHORD_KEYS)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> KeysOrder:
        if (self.events is None) == (self.press is None):
            raise ValueError("give either events or press")
        return self


class KeyDelivery(Answer):
    """What became of one key event."""

    code: str | None
    down: bool
    delivery: str = Field(description="queued or undelivered", examples=["queued"])
    sentence: str


class KeyDeliveries(Answer):
    """What became of each key event, in order."""

    delivery: list[KeyDelivery]


class DriveState(Answer):
    """The drive as the target sees it."""

    shown: bool = False
    image: str | None = None
    mode: str | None = None
    size_bytes: int | None = None
    sentence: str = ""


class ImageEntry(Answer):
    """An image of the library."""

    name: str
    size_bytes: int
    modified: datetime
    modes: list[MediumMode]
    reason: str | None = Field(description="Why it cannot be a CD-ROM; null when it can.")


class Trouble(Answer):
    """Something that is wrong and stays so until somebody acts."""

    code: str
    sentence: str
    remedy: str = ""


class ImageList(Answer):
    """The library."""

    images: list[ImageEntry]
    directory_problem: Trouble | None


class CableState(Answer):
    """The USB cable to the target."""

    state: str
    udc: str | None = None
    speed: str | None = None
    sentence: str = ""


class KeyboardState(Answer):
    """The keyboard as the target sees it."""

    held: list[str] = []
    leds: list[str] = []
    collecting: bool = False
    sentence: str = ""


class PictureState(Answer):
    """The target's screen."""

    state: str
    sentence: str
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    device: str | None = None
    frames_per_second: float = 0


class TargetState(Answer):
    """What else can be done to the target."""

    reset: bool


class Status(Answer):
    """Everything there is to know at once."""

    cable: CableState
    keyboard: KeyboardState
    drive: DriveState
    picture: PictureState
    target: TargetState
    problems: list[Trouble]
    version: str


ProblemResponses = dict[int | str, dict[str, Any]]
