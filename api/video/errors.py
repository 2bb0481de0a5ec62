"""Why there is no picture: what a capture device can do to us, in words.

Every error knows the picture's state while it holds, so the service that catches it need not
know one from another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from api.video.picture import PictureState
from gadgetd.errors import KaputtError


class CaptureError(KaputtError):
    """The capture device gives no picture."""

    code = "capture_failed"
    state: ClassVar[PictureState] = PictureState.FAILED


class CaptureMissingError(CaptureError):
    """There is no such capture device, or none at all."""

    code = "capture_missing"
    state = PictureState.NO_DEVICE

    def __init__(self, wanted: str | None, present: Iterable[str]) -> None:
        listed = ", ".join(present)
        if wanted is None:
            sentence = "There is no video capture device."
        else:
            there = f"There is: {listed}" if listed else "There is none at all"
            sentence = f"There is no video capture device {wanted}. {there}."
        super().__init__(
            sentence,
            "Set video.device to one of these." if listed else "Plug the grabber in.",
        )


class CaptureForbiddenError(CaptureError):
    """The device is there, and not for us."""

    code = "capture_forbidden"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} may not be opened by this user.", "Add the user to the group video."
        )


class CaptureBusyError(CaptureError):
    """Another program holds the device."""

    code = "capture_busy"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is in use by another program.",
            f"End that program (`fuser {path}` names it); the picture then comes by itself.",
        )


class CaptureInputUnknownError(CaptureError):
    """The device has no such input."""

    code = "capture_input_unknown"

    def __init__(self, path: str, wanted: int | str, inputs: Iterable[str]) -> None:
        listed = ", ".join(inputs)
        super().__init__(
            f"{path} has no input {wanted}; "
            + (f"it has {listed}." if listed else "it has no inputs to choose from."),
            "Set video.input to one of these." if listed else "Set video.input to null.",
        )


class CaptureStandardUnknownError(CaptureError):
    """The device does not know this television standard."""

    code = "capture_standard_unknown"

    def __init__(self, path: str, wanted: str, standards: Iterable[str]) -> None:
        listed = ", ".join(standards)
        super().__init__(
            f"{path} does not know the television standard {wanted}; "
            + (f"it knows {listed}." if listed else "this input has none."),
            "Set video.standard to one of these." if listed else "Set video.standard to null.",
        )


class CaptureFormatRefusedError(CaptureError):
    """The device does not give pictures of this kind."""

    code = "capture_format_refused"

    def __init__(self, path: str, wanted: str, answer: str) -> None:
        super().__init__(
            f"{path} was asked for {wanted} and {answer}.",
            "Change video.width, video.height, video.pixel_format or video.field.",
        )


class CaptureStuckError(CaptureError):
    """The device is open and no picture comes."""

    code = "capture_stuck"
    state = PictureState.STUCK

    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path}: {what}.", "It is being restarted; if this stays, unplug it and plug it in."
        )


class CaptureGoneError(CaptureError):
    """The device was unplugged."""

    code = "capture_gone"
    state = PictureState.NO_DEVICE

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was unplugged.", "Plug the grabber in; the picture then comes by itself."
        )


class PictureUnavailableError(KaputtError):
    """There is no picture to give; the sentence is the card's."""

    code = "picture_unavailable"
