"""From text to strokes: what to press, decided in full before the first key goes down.

A stroke is one key, with the keys that are held around it. A keymap knows which strokes write
which character; a plan walks along a text and looks them up. The check before costs one look at
every *different* character, and the strokes are made while they are asked for, so a long text
needs no more memory than itself.

A target may have a second layout, and a chord that switches to it and back. What the first has not
is typed in the second, which is left only when something comes that it has not: fewer switches
than that there cannot be. A plan that went there ends with the chord.

What is typed may be a password. So no error's sentence and no `repr` here contains a character
of the text; whoever shows the characters to the one who sent them takes them from `characters`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from api.keys.text import START, Position, Untypable, count, locate, walk
from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Key, Led

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
class Second:
    """The target's other layout.

    Attributes:
        keymap: what it can write.
        switch: the chord that leads there, and back.
    """

    keymap: Keymap
    switch: Stroke


class TextUntypableError(KaputtError):
    """The layout has no keys for some of the text; nothing was typed.

    Attributes:
        characters: in the order of the text, at most `CHARACTERS_SHOWN`.
        different: how many there are in all.
    """

    code = "text_untypable"

    def __init__(self, title: str, characters: tuple[Untypable, ...], different: int) -> None:
        noun = "character" if different == 1 else "different characters"
        first = characters[0].positions[0]
        super().__init__(
            f"{different} {noun} of the text cannot be typed with the layout {title}, "
            f"the first in line {first.line}, column {first.column}; nothing was typed.",
            "Choose a layout that has them (and that the target uses), or name a replacement.",
        )
        self.characters = characters
        self.different = different


class ReplacementUntypableError(KaputtError):
    """What should be typed instead cannot be typed either."""

    code = "replacement_untypable"

    def __init__(self, title: str) -> None:
        super().__init__(
            f"The replacement cannot be typed with the layout {title} either.",
            "Name one that the layout has, such as '?', or an empty one to leave them out.",
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One character of the text (or one end of a line), and the strokes that write it.

    Attributes:
        position: where it stands in the text as it was given.
        strokes: none where an untypable character is left out. The plan's `switch` is among them
            where the other layout is needed.
    """

    position: Position
    strokes: tuple[Stroke, ...] = field(repr=False)  # they tell what was typed


@dataclass(frozen=True)
class Plan:
    """A text that can be typed to its end.

    Attributes:
        title: of the layout, or of both.
        character_count: steps in all; CR LF counts once, and so does a letter with its marks.
        stroke_count: strokes in all.
        untypable: what is typed as the replacement, at most `CHARACTERS_SHOWN`.
        different: how many different ones are replaced.
        replaced_count: how many characters are replaced.
        switch: the chord between the layouts, if there are two.
    """

    title: str
    character_count: int
    stroke_count: int
    untypable: tuple[Untypable, ...] = ()
    different: int = 0
    replaced_count: int = 0
    switch: Stroke | None = None
    _text: str = field(default="", repr=False)
    _ways: tuple[Ways, Ways] = field(default=({}, {}), repr=False)
    _replacement: str = field(default="", repr=False)

    def steps(self, start: Position = START, *, in_second: bool = False) -> Iterator[Step]:
        """The text in order, made while it is asked for. Every call starts at `start`.

        Args:
            start: the position of a step of this plan.
            in_second: whether the target is in its second layout then.
        """
        for position, character in walk(self._text, self._can_type, start):
            text = character if self._can_type(character) else self._replacement
            strokes, in_second = self._strokes(text, in_second)
            yield Step(position, strokes)

    def strokes(self) -> Iterator[Stroke]:
        """What to press, in order; at the end the target is in its first layout."""
        in_second = False
        for step in self.steps():
            in_second ^= step.strokes.count(self.switch) % 2 == 1 if self.switch else False
            yield from step.strokes
        if in_second and self.switch:
            yield self.switch

    def _can_type(self, character: str) -> bool:
        first, second = self._ways
        return character in first or character in second

    def _strokes(self, text: str, in_second: bool) -> tuple[tuple[Stroke, ...], bool]:
        if len(text) == 1 and text in self._ways[in_second]:  # nearly always
            return self._ways[in_second][text], in_second
        strokes: list[Stroke] = []
        for character in text:
            if character not in self._ways[in_second]:
                assert self.switch is not None
                strokes.append(self.switch)
                in_second = not in_second
            strokes += self._ways[in_second][character]
        return tuple(strokes), in_second


def plan(
    text: str,
    keymap: Keymap,
    replacement: str | None = None,
    lights: frozenset[Led] = NO_LIGHT,
    second: Second | None = None,
) -> Plan:
    """Decide how to type `text`. A long one takes a while: not for an event loop.

    CR LF, CR and LF become one Enter each, a tab becomes Tab. Other control characters cannot
    be typed.

    Args:
        text: of any length.
        keymap: of the layout that the target uses.
        replacement: typed in place of every character that cannot be; empty leaves it out, and
            `None` refuses the text.
        lights: which are on at the target, and stay as they are; so no lock has to be pressed.
        second: the target's other layout, and how to get there.

    Raises:
        TextUntypableError: something cannot be typed, and there is no replacement.
        ReplacementUntypableError: the replacement cannot be typed.
    """
    ways = keymap.ways[lights & LOCKS]
    others: Ways = second.keymap.ways[lights & LOCKS] if second else {}
    title = f"{keymap.title} or {second.keymap.title}" if second else keymap.title

    def can_type(character: str) -> bool:
        return character in ways or character in others

    instead = "".join(character for _, character in walk(replacement or "", can_type))
    if not all(map(can_type, instead)):
        raise ReplacementUntypableError(title)
    counts = count(text, can_type)
    missing = {character: times for character, times in counts.items() if not can_type(character)}
    untypable = locate(text, missing, can_type)
    if untypable and replacement is None:
        raise TextUntypableError(title, untypable, len(missing))
    made = Plan(
        title,
        character_count=counts.total(),
        stroke_count=0,
        untypable=untypable,
        different=len(missing),
        replaced_count=sum(missing.values()),
        switch=second.switch if second else None,
        _text=text,
        _ways=(ways, others),
        _replacement=instead,
    )
    return replace(made, stroke_count=_stroke_count(made, counts, ways, instead))


def _stroke_count(made: Plan, counts: Mapping[str, int], ways: Ways, instead: str) -> int:
    if made.switch and not (counts.keys() | set(instead)) <= ways.keys():
        return sum(1 for _ in made.strokes())  # how often to switch, only the order tells
    for_missing = sum(len(ways[character]) for character in instead)
    return sum(
        times * (len(ways[character]) if character in ways else for_missing)
        for character, times in counts.items()
    )
