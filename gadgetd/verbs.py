"""What may be asked over the wire, and what is answered.

One conversation is one connection: its seats end with it, so whoever goes away lets go of the keys.
Everything that comes in is checked here, once; the services get what they expect.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from gadgetd.cable import Cable
from gadgetd.delivery import Delivery
from gadgetd.drive import Drive
from gadgetd.failures import (
    ArgumentError,
    SeatUnknownError,
    UnknownVerbError,
    VersionError,
)
from gadgetd.hid.keycodes import key_for
from gadgetd.hid.mouse import FARTHEST, Motion
from gadgetd.hid.reports import PLACE_LARGEST, STEP_LARGEST
from gadgetd.hid.strokes import StrokeError, pictures
from gadgetd.hid.usages import Button, Led
from gadgetd.keys import Keys
from gadgetd.mice import Kind, Mice
from gadgetd.status import GadgetStatus
from gadgetd.usb.medium import MediumMode
from gadgetd.wire import PROTOCOL_VERSION, Message

T = TypeVar("T")
Answer = dict[str, Any]

LONGEST_PATIENCE_MS = 1000
LONGEST_DELAY_MS = 1000

_seat_numbers = itertools.count(1)


class Conversation:
    """One connection: what it asked for, and the seats it has."""

    def __init__(
        self,
        keys: Keys,
        mice: Mice,
        drive: Drive,
        cable: Cable,
        status: Callable[[], GadgetStatus],
    ) -> None:
        self._keys = keys
        self._mice = mice
        self._drive = drive
        self._cable = cable
        self._status = status
        self._seats: set[str] = set()
        self._verbs: dict[str, Callable[[Arguments], Awaitable[Answer]]] = {
            "hello": self._hello,
            "status": self._tell_status,
            "seat_open": self._seat_open,
            "seat_close": self._seat_close,
            "key": self._key,
            "mouse": self._mouse,
            "release": self._release,
            "typing_begin": self._typing_begin,
            "type": self._type,
            "typing_end": self._typing_end,
            "insert": self._insert,
            "eject": self._eject,
            "storage": self._storage,
            "replug": self._replug,
            "wake": self._wake,
        }

    def is_urgent(self, request: Message) -> bool:
        """Whether it must not wait for a drive that takes its time: all that waits for no drive."""
        return request.get("do") not in ("insert", "eject", "storage", "replug", "wake")

    async def answer(self, request: Message) -> Answer:
        """Carry a request out.

        Raises:
            KaputtError: it cannot be carried out; the connection goes on.
        """
        verb = request.get("do")
        act = self._verbs.get(verb) if isinstance(verb, str) else None
        if act is None:
            raise UnknownVerbError(verb, sorted(self._verbs))
        return await act(Arguments(str(verb), request))

    def end(self) -> None:
        """The connection has gone: let go of what it held."""
        for seat in self._seats:
            self._keys.leave(seat)
            self._mice.leave(seat)
        self._seats.clear()

    async def _hello(self, arguments: Arguments) -> Answer:
        theirs = arguments.get("version", int)
        if theirs != PROTOCOL_VERSION:
            raise VersionError(theirs, PROTOCOL_VERSION)
        return {"version": PROTOCOL_VERSION, "status": self._status()}

    async def _tell_status(self, arguments: Arguments) -> Answer:
        return {"status": self._status()}

    async def _seat_open(self, arguments: Arguments) -> Answer:
        seat = f"s{next(_seat_numbers)}"
        self._seats.add(seat)
        return {"seat": seat}

    async def _seat_close(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        self._seats.discard(seat)
        self._keys.leave(seat)
        self._mice.leave(seat)
        return {}

    async def _key(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        key = key_for(arguments.get("code", str))
        wait_s = patience_s(arguments)
        after_text = arguments.get("after_text", bool, default=False)
        if arguments.get("down", bool):
            return told(await self._keys.press(seat, key, wait_s, after_text))
        return told(await self._keys.release(seat, key, wait_s))

    async def _mouse(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        wait_s = patience_s(arguments)
        kind = Kind(arguments.one_of("mouse", list(Kind)))
        motion = motion_of(arguments, kind)
        button = button_of(arguments)
        if motion is None and button is None:
            raise arguments.error("button", "given with down, unless there is a motion or a wheel")
        is_down = button is not None and arguments.get("down", bool)
        mouse = self._mice.get(kind)
        # First there, then the click: both are begun before anything is waited for.
        steps = [mouse.move(motion)] if motion is not None else []
        if button is not None:
            steps.append(mouse.press(seat, button) if is_down else mouse.release(seat, button))
        return told(await steps[-1].outcome(wait_s))

    async def _release(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        self._mice.leave(seat)
        return told(await self._keys.release_seat(seat, patience_s(arguments)))

    async def _typing_begin(self, arguments: Arguments) -> Answer:
        self._keys.typing_begin(self._seat(arguments))
        return {}

    async def _type(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        delay_ms = arguments.number("delay_ms", 0, LONGEST_DELAY_MS)
        lights = lights_of(arguments)
        try:
            downs = pictures(arguments.take("strokes", list))
        except StrokeError as error:
            # Not even by its cause: what is typed may be a password.
            raise arguments.error("strokes", f"strokes. {error}") from None
        typed = await self._keys.type(seat, downs, delay_ms / 1000, lights)
        return {
            "typed": typed.typed,
            "unsure": typed.unsure,
            "reason": typed.reason.value,
            "sentence": typed.sentence,
            "held_long": list(typed.held_long),
        }

    async def _typing_end(self, arguments: Arguments) -> Answer:
        self._keys.typing_end(self._seat(arguments))
        return {}

    async def _insert(self, arguments: Arguments) -> Answer:
        mode = arguments.get("mode", str, default=MediumMode.CDROM.value)
        if mode not in list(MediumMode):
            raise arguments.error("mode", " or ".join(f"{each}" for each in MediumMode))
        await self._drive.insert(
            arguments.get("image", str), MediumMode(mode), arguments.get("force", bool, False)
        )
        return {"drive": self._drive.status()}

    async def _eject(self, arguments: Arguments) -> Answer:
        await self._drive.eject(arguments.get("force", bool, False))
        return {"drive": self._drive.status()}

    async def _storage(self, arguments: Arguments) -> Answer:
        await self._drive.show(arguments.get("shown", bool), arguments.get("force", bool, False))
        return {"drive": self._drive.status()}

    async def _replug(self, arguments: Arguments) -> Answer:
        await self._cable.replug()
        return {}

    async def _wake(self, arguments: Arguments) -> Answer:
        await self._cable.wake()
        return {}

    def _seat(self, arguments: Arguments) -> str:
        seat = arguments.get("seat", str)
        if seat not in self._seats:
            raise SeatUnknownError(seat)
        return seat


_WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
}


class Arguments:
    """The arguments of one request."""

    def __init__(self, verb: str, request: Message) -> None:
        self._verb = verb
        self._request = request

    def get(self, name: str, kind: type[T], default: T | None = None) -> T:
        """One argument of this kind; without a default it has to be there.

        Raises:
            ArgumentError: it is missing, or of another kind.
        """
        value = self._request.get(name, default)
        # In Python a truth value is a number; in JSON it is not.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(name, _WORDS[kind])
        return value

    def take(self, name: str, kind: type[T]) -> T:
        """The same, and it is not kept: what is large is not there twice while an answer waits.

        Raises:
            ArgumentError: it is missing, or of another kind.
        """
        value = self.get(name, kind)
        del self._request[name]
        return value

    def has(self, name: str) -> bool:
        """Whether it is there at all; null is as good as absent."""
        return self._request.get(name) is not None

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number in this range; 0 where it is not there.

        Raises:
            ArgumentError: it is none.
        """
        if not self.has(name):
            return 0
        value = self.get(name, int)
        if not low <= value <= high:
            raise self.error(name, f"a whole number from {low} to {high}")
        return value

    def one_of(self, name: str, words: Sequence[str]) -> str:
        """One of these words.

        Raises:
            ArgumentError: it is missing, or another.
        """
        value = self.get(name, str)
        if value not in words:
            raise self.error(name, " or ".join(words))
        return value

    def error(self, name: str, expected: str) -> ArgumentError:
        """What to raise about an argument that is not what it should be."""
        return ArgumentError(self._verb, name, expected)


def patience_s(arguments: Arguments) -> float:
    """How long somebody waits to hear whether the target has collected a key.

    Raises:
        ArgumentError: it is no such number.
    """
    patience_ms = arguments.get("patience_ms", int, default=0)
    if not 0 <= patience_ms <= LONGEST_PATIENCE_MS:
        raise arguments.error("patience_ms", f"a whole number from 0 to {LONGEST_PATIENCE_MS}")
    return patience_ms / 1000


def motion_of(arguments: Arguments, kind: Kind) -> Motion | None:
    """Where this mouse is to go, and how its wheels are to turn; None if nothing of it is said.

    Raises:
        ArgumentError: a number is out of range, one of a pair is missing, or it is for the other
            mouse.
    """
    pairs = {Kind.ABSOLUTE: ("x", "y"), Kind.RELATIVE: ("dx", "dy")}
    for other, names in pairs.items():
        for name in names:
            if other is not kind and arguments.has(name):
                raise arguments.error(name, f"left out: it is for the {other} mouse")
    if not any(arguments.has(name) for name in (*pairs[kind], "wheel", "pan")):
        return None
    wheel = arguments.number("wheel", -STEP_LARGEST, STEP_LARGEST)
    pan = arguments.number("pan", -STEP_LARGEST, STEP_LARGEST)
    if kind is Kind.RELATIVE:
        dx, dy = (arguments.number(name, -FARTHEST, FARTHEST) for name in pairs[kind])
        return Motion(dx, dy, wheel, pan)
    x, y = (arguments.number(name, 0, PLACE_LARGEST) for name in pairs[kind])
    if arguments.has("x") != arguments.has("y"):
        raise arguments.error("y" if arguments.has("x") else "x", "given with its other half")
    return Motion(wheel=wheel, pan=pan, place=(x, y) if arguments.has("x") else None)


def button_of(arguments: Arguments) -> Button | None:
    """The button that is meant, if one is.

    Raises:
        ArgumentError: there is no such button.
    """
    if not arguments.has("button"):
        return None
    names = [button.name.lower() for button in Button]
    return Button[arguments.one_of("button", names).upper()]


def lights_of(arguments: Arguments) -> frozenset[Led] | None:
    """The lock lights by their names; None if they are not said.

    Raises:
        ArgumentError: one is unknown.
    """
    if not arguments.has("lights"):
        return None
    names = {led.name.lower(): led for led in Led}
    lights = arguments.get("lights", list)
    if not all(isinstance(light, str) and light in names for light in lights):
        raise arguments.error("lights", f"a list of some of {', '.join(names)}")
    return frozenset(names[light] for light in lights)


def told(delivery: Delivery) -> Answer:
    """A delivery, as the wire says it."""
    return {"delivery": delivery.fate.value, "sentence": delivery.sentence}
