"""The wire between api and gadgetd: one JSON object a line, both ways, over a Unix stream socket.

There is no socket in here. Bytes go in and messages come out, messages go in and bytes come out, so
that both ends share one understanding, and a test can cut the stream wherever it likes.

A request is `{"id": 1, "do": verb, ...}`. Its answer carries the same id and either `ok` or
`error`. An event carries no id. A line that cannot be understood ends the conversation: whoever
sends one speaks another language, and the next line would be a guess.

Sources: RFC 8259 (JSON), and RFC 3629 §3 (what is UTF-8).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from gadgetd.errors import KaputtError

PROTOCOL_VERSION = 1
LINE_LIMIT_BYTES = 65536  # with its newline

Message = dict[str, Any]


class WireError(KaputtError):
    """What came in, or was to go out, is not a line of this wire.

    Attributes:
        before: the messages that were complete before the bad line; answer them first.
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence, remedy)
        self.before: list[Message] = []


class WireMalformedError(WireError):
    """A line that is not one JSON object."""

    code = "wire_malformed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"A line is not one JSON object: {reason}.")


class WireTooLongError(WireError):
    """A line beyond the limit."""

    code = "wire_too_long"

    def __init__(self) -> None:
        super().__init__(f"A line is longer than {LINE_LIMIT_BYTES} bytes.")


def encode(message: Mapping[str, Any]) -> bytes:
    """The line that carries `message`.

    Raises:
        WireTooLongError: the other end would refuse it.
    """
    # Pure ASCII: any text survives, even half a surrogate pair, which UTF-8 cannot write.
    line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > LINE_LIMIT_BYTES:
        raise WireTooLongError()
    return line


class Lines:
    """The incoming half of one connection: bytes as they arrive, messages as they complete."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._ended: WireError | None = None

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes, cut anywhere; give the messages that they complete.

        Raises:
            WireMalformedError: a line is not UTF-8, not JSON, or not an object.
            WireTooLongError: a line has grown past the limit, finished or not.

        After an error nothing is understood any more, and every further call raises it again.
        """
        if self._ended:
            self._ended.before = []
            raise self._ended
        messages: list[Message] = []
        # Only what is new can hold a newline; looking through the rest again would make
        # a line that comes byte by byte cost its length squared.
        start, search_from = 0, len(self._rest)
        self._rest += data
        try:
            while (end := self._rest.find(b"\n", search_from)) >= 0:
                if end + 1 - start > LINE_LIMIT_BYTES:
                    raise WireTooLongError()
                messages.append(_message(bytes(self._rest[start:end])))
                start = search_from = end + 1
            if len(self._rest) - start >= LINE_LIMIT_BYTES:
                raise WireTooLongError()
        except WireError as error:
            error.before = messages
            self._ended = error
            self._rest.clear()
            raise
        del self._rest[:start]
        return messages


def request(number: int, verb: str, /, **arguments: Any) -> Message:
    """Ask for something."""
    return {"id": number, "do": verb, **arguments}


def reply(number: int, ok: Mapping[str, Any], /) -> Message:
    """Answer a request that was carried out."""
    return {"id": number, "ok": dict(ok)}


def failure(number: int | None, error: KaputtError, /) -> Message:
    """Answer a request that was not; without a number when nobody knows which it was."""
    return {"id": number, "error": error.document()}


def event_status(status: Mapping[str, Any], /) -> Message:
    """Tell what has changed."""
    return {"event": "status", "status": dict(status)}


def _message(line: bytes) -> Message:
    try:
        message = json.loads(
            line.decode("utf-8"), parse_constant=_no_number, parse_float=_finite_number
        )
    except UnicodeDecodeError as error:
        raise WireMalformedError(f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise WireMalformedError(f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise WireMalformedError("it is nested too deeply") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise WireMalformedError("it has a number beyond all bounds") from error
    if not isinstance(message, dict):
        raise WireMalformedError("it is something else")
    return message


def _no_number(name: str) -> NoReturn:
    raise WireMalformedError(f"{name} is not a number")


def _finite_number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise WireMalformedError("it has a number beyond all bounds")
    return number
