"""What requests and answers about typing text look like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answer, Problem, Request

LayoutAsked = Annotated[str, Field(max_length=64, examples=["de"])]
VariantAsked = Annotated[str, Field(max_length=64, examples=["nodeadkeys"])]
REPLACEMENT_LONGEST = 16


class TextOrder(Request):
    """A text, and how to type it. What is left out is as the settings have it."""

    # How long it may be, the typist says in words; no answer ever contains it.
    text: Annotated[str, Field(repr=False)]
    layout: LayoutAsked | None = None
    variant: VariantAsked | None = None
    system: Literal["linux", "windows"] | None = None
    replacement: Annotated[
        str | None,
        Field(
            max_length=REPLACEMENT_LONGEST,
            repr=False,
            description="Typed in place of what cannot be typed; empty leaves it out.",
        ),
    ] = None


class TypingOrder(TextOrder):
    """A text to be typed."""

    delay_ms: Annotated[int, Field(ge=0, le=1000)] | None = None
    owner: Annotated[str, Field(max_length=40, examples=["p3"])] | None = None


class ResumeOrder(Request):
    """Where to go on."""

    at: int | None = Field(
        default=None,
        ge=0,
        description="Before which character, counted as in `total`; null where it stands.",
    )


class TextPlace(Answer):
    """A place in a text, both from 1."""

    line: int
    column: int


class JobState(Answer):
    """A typing job. Nothing of its text is in it."""

    id: str = Field(examples=["t1"])
    state: Literal["typing", "stalled", "paused", "interrupted", "done", "cancelled", "failed"]
    typed: int = Field(description="Characters that the target is known to have collected.")
    total: int
    unsure: bool = Field(description="Whether more than that may have arrived.")
    line: int = Field(description="Where the next character stands in the text, from 1.")
    column: int
    doubtful: list[TextPlace] = Field(
        description="Where the target may have repeated a character; the first ten."
    )
    replaced: int
    layout: str
    variant: str
    system: str
    owner: str | None
    sentence: str
    remedy: str


class TypingState(Answer):
    """The present job, or the last one; null before the first."""

    job: JobState | None


class Place(Answer):
    """A place in the text as it was given."""

    offset: int = Field(description="In code points, from 0.")
    line: int
    column: int


class UntypableCharacter(Answer):
    """A character that the layout has no keys for."""

    character: str
    label: str = Field(examples=["U+20AC EURO SIGN"])
    count: int
    positions: list[Place] = Field(description="The first ten.")


class TextCheck(Answer):
    """What would become of a text."""

    typable: bool
    characters: int
    strokes: int
    untypable: list[UntypableCharacter]
    different: int = Field(description="How many different characters cannot be typed.")
    windows_covered: bool = Field(
        description="Whether it is known how Windows differs in this layout."
    )


class UntypableProblem(Problem):
    """What of the text cannot be typed."""

    characters: list[UntypableCharacter]
    different: int


class LayoutState(Answer):
    """A keyboard layout."""

    layout: str
    variant: str
    name: str = Field(examples=["German (no dead keys)"])


class LayoutDefault(Answer):
    """How text is typed if nobody says otherwise."""

    layout: str
    variant: str
    system: str
    delay_ms: int


class LayoutList(Answer):
    """Every layout and variant of this system."""

    layouts: list[LayoutState]
    default: LayoutDefault


class KeyFace(Answer):
    """What is printed on a key: plain, with Shift, with AltGr, with both."""

    code: str
    labels: list[str]
    dead: list[bool] = Field(description="Whether it is an accent that waits for its letter.")


class LayoutKeys(LayoutState):
    """The keys of a layout."""

    keys: list[KeyFace]
