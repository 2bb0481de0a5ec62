"""What a browser may say on its line, made out and checked."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from api.problems import RequestInvalidError, sentence_about
from api.schemas import KeyEvent, Label, MouseOrder, Request

EXAMPLES = (
    'Send {"code": "KeyA", "down": true}, {"mouse": "relative", "dx": 1, "dy": 0}, '
    '{"release": true}, {"ping": 1}, {"name": "Anna"} or {"take": true}.'
)


class Message(Request):
    """Anything said on a line.

    Attributes:
        at: when, in milliseconds by a clock of the browser's that does not go back.
    """

    at: Annotated[float, Field(allow_inf_nan=False)] | None = None


class KeyMessage(KeyEvent, Message):
    """A key going down or up."""


class MouseMessage(MouseOrder, Message):
    """The mouse being moved, or a button of it going down or up."""


class ReleaseMessage(Message):
    """Let go of everything."""

    release: Literal[True]


class PingMessage(Message):
    """Still here."""

    ping: int


class NameMessage(Message):
    """Call me so."""

    name: Label


class TakeMessage(Message):
    """It is my turn to type now."""

    take: Literal[True]


# The first of these that a message has says what it is.
KINDS: dict[str, type[Message]] = {
    "code": KeyMessage,
    "mouse": MouseMessage,
    "release": ReleaseMessage,
    "ping": PingMessage,
    "name": NameMessage,
    "take": TakeMessage,
}


def message_in(text: str | None) -> Message:
    """What a message says; None stands for one that is not text.

    Raises:
        RequestInvalidError: nothing that is known here.
    """
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise RequestInvalidError("The message is not JSON.", EXAMPLES) from error
    if not isinstance(said, dict):
        raise RequestInvalidError("The message is not a JSON object.", EXAMPLES)
    kind = next((KINDS[name] for name in KINDS if name in said), None)
    if kind is None:
        raise RequestInvalidError("The message says nothing that is known here.", EXAMPLES)
    return made_out(kind, said)


def made_out(kind: type[Message], said: dict[str, Any]) -> Message:
    """The message as what it claims to be. Raises a `RequestInvalidError` when it is not."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise RequestInvalidError(sentence_about(error.errors()), EXAMPLES) from error
