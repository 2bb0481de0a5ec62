"""What may be asked over the wire, and what is answered.

One conversation is one connection: its seats end with it, so whoever goes away lets go of the keys.
Everything that comes in is checked here, once; the services get what they expect.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
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
from gadgetd.keys import Keys
from gadgetd.status import GadgetStatus
from gadgetd.usb.medium import MediumMode
from gadgetd.wire import PROTOCOL_VERSION, Message

T = TypeVar("T")
Answer = dict[str, Any]

# The next request of the same connection waits as long, so nobody may ask for more.
LONGEST_PATIENCE_MS = 1000

_seat_numbers = itertools.count(1)


class Conversation:
    """One connection: what it asked for, and the seats it has."""

    def __init__(
        self, keys: Keys, drive: Drive, cable: Cable, status: Callable[[], GadgetStatus]
    ) -> None:
        self._keys = keys
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
            "release": self._release,
            "insert": self._insert,
            "eject": self._eject,
            "storage": self._storage,
            "replug": self._replug,
        }

    def is_urgent(self, request: Message) -> bool:
        """Whether it must not wait for a drive that takes its time: all that waits for no drive."""
        return request.get("do") not in ("insert", "eject", "storage", "replug")

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
        return {}

    async def _key(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        key = key_for(arguments.get("code", str))
        act = self._keys.press if arguments.get("down", bool) else self._keys.release
        return told(await act(seat, key, patience_s(arguments)))

    async def _release(self, arguments: Arguments) -> Answer:
        seat = self._seat(arguments)
        return told(await self._keys.release_seat(seat, patience_s(arguments)))

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

    def _seat(self, arguments: Arguments) -> str:
        seat = arguments.get("seat", str)
        if seat not in self._seats:
            raise SeatUnknownError(seat)
        return seat


_WORDS: dict[type, str] = {str: "a text", int: "a whole number", bool: "true or false"}


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


def told(delivery: Delivery) -> Answer:
    """A delivery, as the wire says it."""
    return {"delivery": delivery.fate.value, "sentence": delivery.sentence}
