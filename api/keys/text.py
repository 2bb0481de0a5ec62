"""A text as it is typed: which characters it has, one after the other, and where each stands.

Every end of a line (CR LF, CR or LF) is one newline. A letter with combining marks behind it is the
character that the two compose to, if whoever types can write that; so a text from a system that
takes accents apart comes out right. Positions are always those of the text as it was given.

What is typed may be a password: nothing here shows it in a `repr`.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

POSITIONS_SHOWN = 10  # of one character
CHARACTERS_SHOWN = 256  # a text in another script has thousands

FIRST_MARK = "\u0300"  # no character before it is a combining one

MOST_MARKS = 30  # of one character, in a text that is meant (UAX #15 §13, stream-safe)

CanType = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a character stands in the text as it was given.

    Attributes:
        offset: in code points, from 0.
        line: from 1.
        column: in code points, from 1.
    """

    offset: int
    line: int
    column: int


START = Position(0, 1, 1)


@dataclass(frozen=True)
class Untypable:
    """A character that the keymap cannot write.

    Attributes:
        character: one code point.
        count: how often it is in the text.
        positions: the first places, at most `POSITIONS_SHOWN`.
    """

    character: str = field(repr=False)
    count: int
    positions: tuple[Position, ...]

    @property
    def label(self) -> str:
        """The character in print: "U+20AC EURO SIGN"."""
        name = unicodedata.name(self.character, unicodedata.category(self.character))
        return f"U+{ord(self.character):04X} {name}"


def walk(text: str, can_type: CanType, start: Position = START) -> Iterator[tuple[Position, str]]:
    """Every character with its position, from `start` on; each end of a line as one newline.

    Args:
        text: of any length.
        can_type: whether a character can be written; asked only about composed ones.
        start: a position that an earlier walk gave.
    """
    offset, line, column = start.offset, start.line, start.column
    end = len(text)
    while offset < end:
        character, length = text[offset], 1
        if character in "\r\n":
            yield Position(offset, line, column), "\n"
            offset += 2 if text.startswith("\r\n", offset) else 1
            line, column = line + 1, 1
            continue
        if offset + 1 < end and text[offset + 1] >= FIRST_MARK:
            character, length = _composed(text, offset, can_type)
        yield Position(offset, line, column), character
        offset, column = offset + length, column + length


def count(text: str, can_type: CanType) -> Counter[str]:
    """How often each character is in the text, as `walk` gives them."""
    if not text.isascii() and _marks().search(text):
        return Counter(character for _, character in walk(text, can_type))
    counts = Counter(text)
    ends = counts.pop("\r", 0) + counts.pop("\n", 0) - text.count("\r\n")
    if ends:
        counts["\n"] = ends
    return counts


def locate(text: str, missing: Mapping[str, int], can_type: CanType) -> tuple[Untypable, ...]:
    """Where the characters of `missing` stand first; at most `CHARACTERS_SHOWN` of them."""
    if not missing:
        return ()
    found: dict[str, list[Position]] = {}
    for position, character in walk(text, can_type):
        if character not in missing:
            continue
        if character not in found and len(found) == CHARACTERS_SHOWN:
            continue
        positions = found.setdefault(character, [])
        if len(positions) < POSITIONS_SHOWN:
            positions.append(position)
    return tuple(
        Untypable(character, missing[character], tuple(positions))
        for character, positions in found.items()
    )


def _composed(text: str, start: int, can_type: CanType) -> tuple[str, int]:
    """The character at `start`, or what it composes to with the marks behind it; and its length."""
    end = start + 1
    furthest = min(len(text), end + MOST_MARKS)
    while end < furthest and unicodedata.combining(text[end]):
        end += 1
    composed = unicodedata.normalize("NFC", text[start:end])
    if end > start + 1 and len(composed) == 1 and can_type(composed):
        return composed, end - start
    return text[start], 1


@cache
def _marks() -> re.Pattern[str]:
    marks = "".join(
        character
        for character in map(chr, range(ord(FIRST_MARK), sys.maxunicode + 1))
        if unicodedata.combining(character)
    )
    return re.compile(f"[{marks}]")


def end(text: str) -> Position:
    """Where the next character would stand, had the text one more."""
    lines = text.count("\n") + text.count("\r") - text.count("\r\n")
    last = max(text.rfind("\n"), text.rfind("\r"))
    return Position(len(text), lines + 1, len(text) - last)
