"""Reach: every character a compiled layout can write, and the fewest strokes that write it.

Nothing is assumed about a layout but what it answers. Which keys choose a level is found by
pressing each and looking at its symbol and at what it changes; what a key writes, by pressing it
under every choice of those. What does not come back to where it started (latches, locks, group
switches) is left alone, and so is what depends on the order in which the held keys go down.

A key's symbol is then given to the Compose table, as a desktop does. It may stand for itself,
be refused, or begin a sequence: then every other symbol is tried after it, up to
`LONGEST_SEQUENCE` strokes. So a key on which the table begins something is never taken for a
plain character, and a text typed from these ways leaves no sequence open behind a character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

from api.keys.evdev import COMMON_KEYS, MODIFIER_KEYS, WRITING_KEYS
from api.keys.plan import Stroke
from api.keys.xkb import COMPOSED, COMPOSING, NOTHING, CompiledKeymap, ComposeTable, State
from gadgetd.hid.usages import Key

LONGEST_SEQUENCE = 3

# Key symbols that choose a level (X11/keysymdef.h), by what they choose.
SHIFT = (0xFFE1, 0xFFE2)
LEVEL_3 = (0xFE03,)
LEVEL_5 = (0xFE11,)

_CODES = {**MODIFIER_KEYS, **WRITING_KEYS}
_CONTROLS = {"\r": "\n", "\t": "\t"}  # what Return and Tab write, and what a text calls it


@dataclass(frozen=True)
class Written:
    """One stroke, and what it sends.

    Attributes:
        stroke: the keys.
        choosing: the symbols of the keys held.
        symbol: the key's own.
        character: what the symbol writes if nothing is composed.
    """

    stroke: Stroke
    choosing: tuple[int, ...]
    symbol: int
    character: str


def strokes(keymap: CompiledKeymap, *locked: str, group: int = 0) -> tuple[Written, ...]:
    """Every symbol that one stroke sends, with the easiest such stroke.

    Args:
        keymap: the layout.
        locked: modifiers that are locked meanwhile, such as "Lock" for Caps Lock.
        group: which of its layouts, if it has several.
    """
    everywhere: dict[int, Written] = {}
    elsewhere: dict[int, Written] = {}
    for held in _choices(keymap.state(group=group), keymap.state(*locked, group=group)):
        for written in _under(held, keymap.state(*locked, group=group)):
            # Firmware knows no other keys: Shift and a key that it knows is better than one alone.
            easiest = everywhere if written.stroke.key in COMMON_KEYS else elsewhere
            easiest.setdefault(written.symbol, written)
    rest = (written for symbol, written in elsewhere.items() if symbol not in everywhere)
    return (*everywhere.values(), *rest)


def ways(
    alphabet: tuple[Written, ...], compose: ComposeTable | None
) -> dict[str, tuple[Stroke, ...]]:
    """For each character, the fewest of these strokes that write it.

    Without a Compose table no dead key is used, and every symbol stands for itself.
    """
    found: dict[str, tuple[Stroke, ...]] = {}
    if compose is None:
        for written in alphabet:
            _note(found, written.character, (written,))
        return found
    # The table lets Shift pass, but ISO_Level5_Shift ends a sequence: what needs that key can
    # be the first of one, and nothing later.
    later = [written for written in alphabet if all(map(compose.ignores, written.choosing))]
    beginnings: list[tuple[Written, ...]] = [()]
    for length in range(LONGEST_SEQUENCE):
        still_open = []
        for beginning in beginnings:
            symbols = tuple(written.symbol for written in beginning)
            for written in later if length else alphabet:
                composition = compose.compose((*symbols, written.symbol))
                if composition.status == COMPOSING:
                    still_open.append((*beginning, written))
                elif composition.status == COMPOSED:
                    _note(found, composition.text, (*beginning, written))
                elif composition.status == NOTHING and not beginning:
                    _note(found, written.character, (written,))
        beginnings = still_open
    return found


def _note(found: dict[str, tuple[Stroke, ...]], text: str, sequence: tuple[Written, ...]) -> None:
    character = _CONTROLS.get(text, text)
    if len(character) != 1 or (
        unicodedata.category(character) == "Cc" and character not in _CONTROLS.values()
    ):
        return  # a ligature of several characters, or a key such as Escape
    found.setdefault(character, tuple(written.stroke for written in sequence))


def _under(held: tuple[Key, ...], state: State) -> Iterator[Written]:
    """What each key sends while these are held."""
    choosing = []
    for key in held:
        choosing.append(state.symbol(_CODES[key]))
        state.press(_CODES[key])
    for key, code in WRITING_KEYS.items():
        symbol = state.symbol(code)
        if symbol and key not in held:
            yield Written(Stroke(held, key), tuple(choosing), symbol, state.character(symbol))


def _choices(state: State, locked: State) -> list[tuple[Key, ...]]:
    """The keys to hold for each level there is, the easiest first.

    That is few keys; but rather two than the one for level 5, which cannot follow a dead key.
    """
    roles = [choosers(state, symbols) for symbols in (SHIFT, LEVEL_3, LEVEL_5)]
    choices = []
    for picked in product(*([None, *role] for role in roles)):
        held = tuple(key for key in picked if key is not None)
        if _is_steady(held, locked):
            choices.append((picked[2] is not None, len(held), held))
    return [held for *_, held in sorted(choices, key=lambda choice: choice[:2])]


def event_code(key: Key) -> int:
    """What a Linux host calls one of the keys that text is typed with."""
    return _CODES[key]


def choosers(state: State, symbols: tuple[int, ...]) -> list[Key]:
    """The keys that choose a level while they are down, and only then; the best one first."""
    return [
        key
        for key, code in _CODES.items()
        if state.symbol(code) in symbols and _is_steady((key,), state)
    ]


def _is_steady(held: tuple[Key, ...], state: State) -> bool:
    """Whether holding the keys means the same in any order, and ends when they are let go."""
    start = (state.modifiers, state.group)
    reached = set()
    for order in permutations(held):
        sent = set()  # Shift may give the other key another symbol, which ends a dead key
        for key in order:
            sent.add((key, state.symbol(_CODES[key])))
            state.press(_CODES[key])
        reached.add((state.modifiers, state.group, frozenset(sent)))
        for key in reversed(order):
            state.release(_CODES[key])
        if (state.modifiers, state.group) != start:
            return False
    return len(reached) == 1 and all(group == start[1] for _, group, _ in reached)
