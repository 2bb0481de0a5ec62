"""What requests and answers look like; FastAPI checks the former and describes both.

What gadgetd and the camera say passes through with whatever more they may say one day, so those
parts allow fields unknown here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.keys.changes import FASTEST_WHEEL, FURTHEST, MouseChange
from api.shortcuts import KEYS_LONGEST, LABEL_LONGEST, LONGEST, is_label
from gadgetd.usb.medium import MediumMode

KeyCode = Annotated[str, Field(min_length=1, max_length=64, examples=["KeyA"])]
STROKES_AT_ONCE = 256
CHORD_KEYS = 16
IMAGE_NAME_LONGEST = 1024


def label(text: str) -> str:
    """The text, if it can be shown on one line as it is."""
    if not is_label(text):
        raise ValueError(f"has to be 1 to {LABEL_LONGEST} printable characters, not only spaces")
    return text


Label = Annotated[str, AfterValidator(label)]
Place = Annotated[int, Field(ge=0, le=FURTHEST)]
Way = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
Notches = Annotated[int, Field(ge=-FASTEST_WHEEL, le=FASTEST_WHEEL)]


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


class MouseOrder(Request):
    """Where to move a mouse, and then which of its buttons goes down or up."""

    mouse: Literal["absolute", "relative"]
    x: Place | None = None
    y: Place | None = None
    dx: Way | None = None
    dy: Way | None = None
    wheel: Notches = 0
    pan: Notches = 0
    button: Literal["left", "right", "middle", "back", "forward"] | None = None
    down: bool | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> MouseOrder:
        if (self.x is None) != (self.y is None):
            raise ValueError("x and y need each other")
        if (self.button is None) != (self.down is None):
            raise ValueError("button and down need each other")
        place, way = self.x is not None, (self.dx, self.dy) != (None, None)
        if way if self.mouse == "absolute" else place:
            raise ValueError("the absolute mouse takes x and y, the relative one dx and dy")
        if not (place or way or self.wheel or self.pan or self.button):
            raise ValueError("give motion, a turn of the wheel or a button")
        return self

    def change(self) -> MouseChange:
        """What is to be done."""
        return MouseChange(
            mouse=self.mouse,
            x=self.x,
            y=self.y,
            dx=self.dx or 0,
            dy=self.dy or 0,
            wheel=self.wheel,
            pan=self.pan,
            button=self.button,
            is_down=bool(self.down),
        )


DELIVERY = Field(description="delivered, queued or undelivered", examples=["delivered"])


class KeyDelivery(Answer):
    """What became of one key event."""

    code: str | None
    down: bool
    delivery: str = DELIVERY
    sentence: str


class MouseDelivery(Answer):
    """What became of motion or of a button."""

    mouse: str
    button: str | None
    down: bool | None
    delivery: str = DELIVERY
    sentence: str


class KeyDeliveries(Answer):
    """What became of each key event, in order."""

    delivery: list[KeyDelivery]


class Shortcut(Request):
    """Keys that are pressed together at a touch."""

    label: Label
    codes: Annotated[
        tuple[KeyCode, ...], Field(strict=False, min_length=1, max_length=KEYS_LONGEST)
    ]


class ShortcutList(Request):
    """The users' own shortcuts, in their order."""

    shortcuts: Annotated[tuple[Shortcut, ...], Field(strict=False, max_length=LONGEST)]


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


class SeatState(Answer):
    """Somebody who is there."""

    id: str = Field(examples=["p3"])
    name: str = Field(examples=["Firefox on Linux"])
    address: str
    held: int = Field(description="How many keys and buttons they hold down.")
    is_typing: bool
    since: datetime


class MouseState(Answer):
    """The mice as the target sees them."""

    absolute: bool
    relative: bool
    held: list[str] = []
    sentence: str = ""


class TargetState(Answer):
    """What else can be done to the target."""

    reset: bool


class Status(Answer):
    """Everything there is to know at once."""

    cable: CableState
    keyboard: KeyboardState
    mouse: MouseState
    seats: list[SeatState]
    typing: dict[str, Any] | None = Field(description="The job, as `GET /api/typing` has it.")
    drive: DriveState
    picture: PictureState
    target: TargetState
    problems: list[Trouble]
    version: str


ProblemResponses = dict[int | str, dict[str, Any]]
