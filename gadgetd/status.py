"""The status document: what is the case now, in words for a person and in values for a program.

Pure: values in, documents out. The sentences are for somebody under stress who cannot see the
board.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import TypedDict

from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import CODES
from gadgetd.hid.usages import Button, Key, Led
from gadgetd.usb.medium import MediumMode


class CableStatus(TypedDict):
    """How far the target has got with our USB device."""

    state: str
    udc: str | None
    speed: str | None
    sentence: str


class KeyboardStatus(TypedDict):
    """What is held, what shines, whether keys get through, and whether a text is being typed.

    `releases` counts how often all keys were let go of because the target did not collect.
    """

    held: list[str]
    leds: list[str]
    collecting: bool
    typing: bool
    releases: int
    sentence: str


class MouseStatus(TypedDict):
    """Which mice there are, which of their buttons are held, and whether they get through."""

    absolute: bool
    relative: bool
    held: list[str]
    sentence: str


class DriveStatus(TypedDict):
    """The drive and what is in it."""

    shown: bool
    image: str | None
    mode: str | None
    size_bytes: int | None
    sentence: str


class Problem(TypedDict):
    """A failure that lasts."""

    code: str
    sentence: str
    remedy: str


class GadgetStatus(TypedDict):
    """All of it."""

    cable: CableStatus
    keyboard: KeyboardStatus
    mouse: MouseStatus
    drive: DriveStatus
    problems: list[Problem]


# The states of <linux/usb/ch9.h>, spelt as in /sys/class/udc/*/state.
_STATES = {
    "not attached": "No target: the cable is not plugged in, or the target has no power.",
    "attached": "The target's cable is plugged in; the target does nothing with it yet.",
    "powered": "The target powers the cable, but has not looked at our USB device yet.",
    "reconnecting": "Our USB device was just connected anew; the target is about to look at it.",
    "default": "The target has noticed our USB device and is about to set it up.",
    "addressed": "The target knows our USB device, but has not set it up yet.",
    "configured": "The target has set up our USB device.",
    "suspended": "The target has put our USB device to sleep.",
}

# Where there is no binding, the problem says why; the state says it to programs.
_STATE_OF_PROBLEM = {
    "udc_missing": "no_udc",
    "udc_unknown": "no_udc",
    "udc_several": "several_udcs",
}

_CODE_OF: dict[Key, str] = {}
for _code, _key in CODES.items():
    _CODE_OF.setdefault(_key, _code)


def cable(
    problem: KaputtError | None, udc: str | None, state: str, speed: str | None
) -> CableStatus:
    """The cable's part; `state` in the kernel's words, empty while nothing is bound."""
    if problem is not None:
        name = _STATE_OF_PROBLEM.get(problem.code, "unbound")
        return {"state": name, "udc": udc, "speed": None, "sentence": problem.sentence}
    if not state:
        sentence = "Our USB device is being made."
        return {"state": "unbound", "udc": udc, "speed": None, "sentence": sentence}
    sentence = _STATES.get(state, f"The controller says: {state}.")
    is_set_up = state in ("configured", "suspended")
    if is_set_up and speed:
        sentence = f"{sentence[:-1]} ({speed})."
    return {
        "state": state.replace(" ", "_"),
        "udc": udc,
        "speed": speed if is_set_up else None,
        "sentence": sentence,
    }


def keyboard(
    held: Iterable[Key],
    lights: Iterable[Led],
    trouble: str,
    is_typing: bool = False,
    releases: int = 0,
) -> KeyboardStatus:
    """The keyboard's part; `trouble` says why keys do not get through, if they do not."""
    return {
        "held": [_CODE_OF.get(key, key.name) for key in held],
        "leds": [led.name.lower() for led in sorted(lights)],
        "collecting": not trouble,
        "typing": is_typing,
        "releases": releases,
        "sentence": trouble or "Keys reach the target.",
    }


def mouse(
    *, absolute: bool, relative: bool, held: Iterable[Button], troubles: Iterable[str]
) -> MouseStatus:
    """The mice's part; `troubles` say of each why it does not get through, empty if it does."""
    if not absolute and not relative:
        sentence = "The configuration shows no mouse to the target."
    else:
        told = filter(None, dict.fromkeys(troubles))
        sentence = " ".join(told) or "The mouse reaches the target."
    return {
        "absolute": absolute,
        "relative": relative,
        "held": [button.name.lower() for button in dict.fromkeys(held)],
        "sentence": sentence,
    }


def drive(
    shown: bool, image: str | None, mode: MediumMode, size_bytes: int | None, ejected: str | None
) -> DriveStatus:
    """The drive's part; `ejected` is what the target itself took out last."""
    name = PurePath(image).name if image else None
    return {
        "shown": shown,
        "image": name,
        "mode": mode.value if name else None,
        "size_bytes": size_bytes,
        "sentence": _drive_sentence(shown, name, mode, ejected),
    }


def _drive_sentence(shown: bool, name: str | None, mode: MediumMode, ejected: str | None) -> str:
    if name and shown:
        return f"{name} is in the drive, as a {'CD-ROM' if mode is MediumMode.CDROM else 'disk'}."
    if name:
        return f"{name} is inserted, but the target does not see the drive."
    rest = "The target sees an empty drive." if shown else "The target sees no drive."
    return f"The target ejected {ejected}. {rest}" if ejected else f"Nothing is inserted. {rest}"


def problems(errors: Iterable[KaputtError | None]) -> list[Problem]:
    """What is wrong and stays so."""
    return [
        {"code": error.code, "sentence": error.sentence, "remedy": error.remedy}
        for error in errors
        if error is not None
    ]
