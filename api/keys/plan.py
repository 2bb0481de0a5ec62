"""From text to strokes: what to press, decided in full before the first key goes down.

A stroke is one key, with the keys that are held around it. A keymap knows which strokes write
which character; a plan walks along a text and looks them up. The check before costs one look at
every *different* character, and the strokes are made while they are asked for, so a long text
needs no more memory than itself.

What is typed may be a password. So no error's sentence and no `repr` here contains a character
of the text; whoever shows the characters to the one who sent them takes them from `characters`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Key, Led

POSITIONS_SHOWN = 10  # of one character
CHARACTERS_SHOWN = 256  # a text in another script has thousands

# The locks that change what keys write: Caps Lock the letters, and Num Lock, beyond the keypad,
# whole levels of a few layouts (de(neo)).
LOCKS = frozenset({Led.CAPS_LOCK, Led.NUM_LOCK})
NO_LIGHT: frozenset[Led] = frozenset()


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key pressed and let go while others are held.

    Attributes:
        held: pressed before, let go after; they may go down in one report, their order does not
            matter. In some layouts (de(neo)) a key that is no modifier of HID is among them.
        key: the key itself.
    """

    held: tuple[Key, ...]
    key: Key


Ways = Mapping[str, tuple[Stroke, ...]]


@dataclass(frozen=True)
class Keymap:
    """What a layout can write, and how.

    Attributes:
        layout: XKB's name of it, such as "de".
        variant: XKB's name of it, such as "nodeadkeys"; empty for the layout's own.
        ways: for each combination of the lights in `LOCKS`, and for each character, the strokes
            that write it while those lights are on.
        composes: whether dead keys were looked up; without the Compose table they were not.
    """

    layout: str
    variant: str
    ways: Mapping[frozenset[Led], Ways] = field(repr=False)
    composes: bool

    @property
    def title(self) -> str:
        """The layout as XKB users write it: "de" or "de(nodeadkeys)"."""
        return f"{self.layout}({self.variant})" if self.variant else self.layout


@dataclass(frozen=True)
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


class TextUntypableError(KaputtError):
    """The layout has no keys for some of the text; nothing was typed.

    Attributes:
        characters: in the order of the text, at most `CHARACTERS_SHOWN`.
        different: how many there are in all.
    """

    code = "text_untypable"

    def __init__(self, keymap: Keymap, characters: tuple[Untypable, ...], different: int) -> None:
        noun = "character" if different == 1 else "different characters"
        first = characters[0].positions[0]
        super().__init__(
            f"{different} {noun} of the text cannot be typed with the layout {keymap.title}, "
            f"the first in line {first.line}, column {first.column}; nothing was typed.",
            "Choose a layout that has them (and that the target uses), or name a replacement.",
        )
        self.characters = characters
        self.different = different


class ReplacementUntypableError(KaputtError):
    """What should be typed instead cannot be typed either."""

    code = "replacement_untypable"

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(
            f"The replacement cannot be typed with the layout {keymap.title} either.",
            "Name one that the layout has, such as '?', or an empty one to leave them out.",
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One character of the text (or one end of a line), and the strokes that write it.

    Attributes:
        position: where it stands in the text as it was given.
        strokes: none where an untypable character is left out.
    """

    position: Position
    strokes: tuple[Stroke, ...] = field(repr=False)  # they tell what was typed


@dataclass(frozen=True)
class Plan:
    """A text that can be typed to its end.

    Attributes:
        keymap: with which layout.
        character_count: steps in all; CR LF counts once.
        stroke_count: strokes in all.
        replaced: what is typed as the replacement, at most `CHARACTERS_SHOWN`.
    """

    keymap: Keymap
    character_count: int
    stroke_count: int
    replaced: tuple[Untypable, ...] = ()
    _text: str = field(default="", repr=False)
    _ways: Ways = field(default_factory=dict, repr=False)
    _replacement: tuple[Stroke, ...] = field(default=(), repr=False)

    def steps(self) -> Iterator[Step]:
        """The text in order, made while it is asked for. Every call starts at the beginning."""
        for position, character in _walk(self._text):
            yield Step(position, self._ways.get(character, self._replacement))

    def strokes(self) -> Iterator[Stroke]:
        """What to press, in order."""
        for step in self.steps():
            yield from step.strokes


def plan(
    text: str, keymap: Keymap, replacement: str | None = None, lights: frozenset[Led] = NO_LIGHT
) -> Plan:
    """Decide how to type `text`.

    CR LF, CR and LF become one Enter each, a tab becomes Tab. Other control characters cannot
    be typed.

    Args:
        text: of any length.
        keymap: of the layout that the target uses.
        replacement: typed in place of every character that cannot be; empty leaves it out, and
            `None` refuses the text.
        lights: which are on at the target, and stay as they are; so no lock has to be pressed.

    Raises:
        TextUntypableError: something cannot be typed, and there is no replacement.
        ReplacementUntypableError: the replacement cannot be typed.
    """
    ways = keymap.ways[lights & LOCKS]
    instead = _strokes_instead(replacement, ways, keymap)
    counts = _counts(text)
    missing = {character: count for character, count in counts.items() if character not in ways}
    untypable = _locate(text, missing)
    if untypable and replacement is None:
        raise TextUntypableError(keymap, untypable, len(missing))
    return Plan(
        keymap,
        character_count=counts.total(),
        stroke_count=sum(
            count * len(ways.get(character, instead)) for character, count in counts.items()
        ),
        replaced=untypable,
        _text=text,
        _ways=ways,
        _replacement=instead,
    )


def _strokes_instead(replacement: str | None, ways: Ways, keymap: Keymap) -> tuple[Stroke, ...]:
    strokes: list[Stroke] = []
    for _, character in _walk(replacement or ""):
        if character not in ways:
            raise ReplacementUntypableError(keymap)
        strokes += ways[character]
    return tuple(strokes)


def _counts(text: str) -> Counter[str]:
    counts = Counter(text)
    ends = counts.pop("\r", 0) + counts.pop("\n", 0) - text.count("\r\n")
    if ends:
        counts["\n"] = ends
    return counts


def _locate(text: str, missing: Mapping[str, int]) -> tuple[Untypable, ...]:
    """Where the characters of `missing` stand first."""
    if not missing:
        return ()
    found: dict[str, list[Position]] = {}
    for position, character in _walk(text):
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


def _walk(text: str) -> Iterator[tuple[Position, str]]:
    """Every character with its position; each end of a line as one newline."""
    line, column, before = 1, 1, ""
    for offset, character in enumerate(text):
        if character == "\n" and before == "\r":
            before = character
            continue
        before = character
        if character in "\r\n":
            yield Position(offset, line, column), "\n"
            line, column = line + 1, 1
        else:
            yield Position(offset, line, column), character
            column += 1
