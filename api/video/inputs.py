"""Inputs and television standards: choosing one by the name people use, and asking for a signal.

Names come from the device itself wherever it lists them. What a person writes is compared without
case and punctuation, so "PAL-B/G", "pal-bg" and the kernel's "PAL-BG" are one.

Sources: Linux media documentation, "Video Inputs and Outputs", "Video Standards".
"""

from __future__ import annotations

import ctypes
import errno
from dataclasses import dataclass

from linuxpy.video import raw

from api.video.errors import (
    CaptureGoneError,
    CaptureInputUnknownError,
    CaptureStandardUnknownError,
)
from api.video.ioctl import Node, text

NOTHING_THERE = (
    raw.InputStatus.NO_POWER
    | raw.InputStatus.NO_SIGNAL
    | raw.InputStatus.NO_H_LOCK
    | raw.InputStatus.NO_SYNC
)


@dataclass(frozen=True)
class Input:
    """One socket of the grabber; `standards` is the set of those it can take, 0 for none."""

    number: int
    name: str
    standards: int = 0

    def __str__(self) -> str:
        """As it is listed to somebody who has to choose."""
        return f"{self.number} ({self.name})"


@dataclass(frozen=True)
class Standard:
    """A television standard, or a family of them, as bits of `v4l2_std_id`."""

    name: str
    bits: int


def plain(name: str) -> str:
    """A name without case and punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))


def inputs(node: Node) -> list[Input]:
    """The device's inputs; most webcams and HDMI sticks have one."""
    return [
        Input(item.index, text(item.name), item.std)
        for item in node.listed(raw.IOC.ENUMINPUT, raw.v4l2_input)
    ]


def standards(node: Node, current: Input) -> list[Standard]:
    """What the current input takes: the device's own list, then each single standard in it."""
    listed = [
        Standard(text(item.name), item.id)
        for item in node.listed(raw.IOC.ENUMSTD, raw.v4l2_standard)
    ]
    known = {plain(standard.name) for standard in listed}
    # The kernel lists families ("PAL-BG"); who writes PAL-B means a member of one.
    members = [
        Standard(str(member.name).replace("_", "-"), member.value)
        for member in raw.StandardID
        if member.value & current.standards and plain(str(member.name)) not in known
    ]
    return listed + members


def find_input(path: str, offered: list[Input], wanted: int | str) -> Input:
    """The input of this number or name; the start of a name is enough where only one has it."""
    number = int(wanted) if str(wanted).isdecimal() else None
    name = plain(str(wanted))
    for tier in (
        [entry for entry in offered if entry.number == number],
        [entry for entry in offered if plain(entry.name) == name],
        [entry for entry in offered if name and plain(entry.name).startswith(name)],
    ):
        if len(tier) == 1:
            return tier[0]
    raise CaptureInputUnknownError(path, wanted, map(str, offered))


def find_standard(path: str, offered: list[Standard], wanted: str) -> Standard:
    """The standard of this name."""
    for standard in offered:
        if plain(standard.name) == plain(wanted):
            return standard
    raise CaptureStandardUnknownError(path, wanted, (standard.name for standard in offered))


def select_input(node: Node, wanted: int | str | None) -> Input | None:
    """Switch to `wanted`, or find out which is on; None where the device has no inputs."""
    offered = inputs(node)
    if wanted is not None:
        chosen = find_input(node.path, offered, wanted)
        node.must(raw.IOC.S_INPUT, ctypes.c_int(chosen.number), f"did not switch to input {chosen}")
        return chosen
    current = ctypes.c_int()
    try:
        node.call(raw.IOC.G_INPUT, current)
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise CaptureGoneError(node.path) from error
        return None
    return next((entry for entry in offered if entry.number == current.value), None)


def select_standard(node: Node, current: Input | None, wanted: str) -> Standard:
    """Tell the grabber what the cable carries. Resets the picture's size, so do it before that."""
    offered = standards(node, current) if current is not None and current.standards else []
    chosen = find_standard(node.path, offered, wanted)
    # By reference and 64 bits wide: an int here is taken for an address.
    node.must(
        raw.IOC.S_STD, ctypes.c_uint64(chosen.bits), f"did not take the standard {chosen.name}"
    )
    return chosen


def has_signal(node: Node, current: Input | None) -> bool | None:
    """Whether something is connected and on; None where the device cannot tell.

    Two questions, as each driver answers one: some report it as the input's status, others only
    by detecting no standard at all. usbtv knows neither.
    """
    if current is None:
        return None
    status = raw.v4l2_input(index=current.number)
    if _answered(node, raw.IOC.ENUMINPUT, status) and status.status & NOTHING_THERE:
        return False
    detected = ctypes.c_uint64()
    if current.standards and _answered(node, raw.IOC.QUERYSTD, detected):
        return detected.value != 0
    return None


def _answered(
    node: Node, request: raw.IOC, argument: ctypes.Structure | ctypes._SimpleCData[int]
) -> bool:
    try:
        node.call(request, argument)
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise CaptureGoneError(node.path) from error
        return False  # not implemented, or not while streaming
    return True
