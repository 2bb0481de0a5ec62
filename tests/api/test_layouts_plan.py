"""Planning a text: all of it is looked at before the first key goes down."""

from __future__ import annotations

import re
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys.plan import (
    NO_LIGHT,
    Keymap,
    Plan,
    ReplacementUntypableError,
    Second,
    Stroke,
    TextUntypableError,
    plan,
)
from api.keys.text import CHARACTERS_SHOWN, POSITIONS_SHOWN, Position
from gadgetd.hid.usages import Key, Led

SHIFT = (Key.LEFT_SHIFT,)
ACUTE = Stroke((), Key.EQUAL)
ENTER, TAB = Stroke((), Key.ENTER), Stroke((), Key.TAB)
A, B, E = (Stroke((), key) for key in (Key.A, Key.B, Key.E))
WAYS = {"a": (A,), "b": (B,), "é": (ACUTE, E), "\n": (ENTER,), "\t": (TAB,)}
IN_CAPITALS = {**WAYS, "a": (Stroke(SHIFT, Key.A),)}
SMALL = Keymap(
    "xx",
    "",
    {
        NO_LIGHT: WAYS,
        frozenset({Led.CAPS_LOCK}): IN_CAPITALS,
        frozenset({Led.NUM_LOCK}): WAYS,
        frozenset({Led.CAPS_LOCK, Led.NUM_LOCK}): IN_CAPITALS,
    },
    composes=True,
)


def refusal(text: str) -> TextUntypableError:
    with pytest.raises(TextUntypableError) as caught:
        plan(text, SMALL)
    return caught.value


def offsets(made: Plan) -> list[int]:
    return [step.position.offset for step in made.steps()]


def test_a_text_becomes_its_strokes_in_order() -> None:
    made = plan("aéb", SMALL)
    assert list(made.strokes()) == [A, ACUTE, E, B]
    assert (made.character_count, made.stroke_count) == (3, 4)


def test_an_empty_text_is_nothing_to_do() -> None:
    made = plan("", SMALL)
    assert list(made.steps()) == []
    assert (made.character_count, made.stroke_count) == (0, 0)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_end_of_a_line_is_one_enter(end: str) -> None:
    made = plan(f"a{end}{end}b", SMALL)
    assert list(made.strokes()) == [A, ENTER, ENTER, B]
    assert made.character_count == 4


def test_a_tab_is_tab() -> None:
    assert list(plan("\t", SMALL).strokes()) == [TAB]


def test_every_step_says_where_it_is_in_the_text_as_it_was_given() -> None:
    made = plan("a\r\nb\ra", SMALL)
    assert [step.position for step in made.steps()] == [
        Position(0, 1, 1),
        Position(1, 1, 2),
        Position(3, 2, 1),
        Position(4, 2, 2),
        Position(5, 3, 1),
    ]


def test_what_cannot_be_typed_is_listed_with_its_places() -> None:
    error = refusal("aX\nYX")
    assert error.code == "text_untypable"
    assert [(each.character, each.count, each.positions) for each in error.characters] == [
        ("X", 2, (Position(1, 1, 2), Position(4, 2, 2))),
        ("Y", 1, (Position(3, 2, 1),)),
    ]
    assert error.different == 2


def test_a_refused_character_has_a_name() -> None:
    labels = [each.label for each in refusal("€\0\ud800").characters]
    assert labels == ["U+20AC EURO SIGN", "U+0000 Cc", "U+D800 Cs"]


def test_the_list_is_bounded_whatever_the_text() -> None:
    error = refusal("X" * 1000)
    assert error.characters[0].count == 1000
    assert len(error.characters[0].positions) == POSITIONS_SHOWN
    thousands = refusal("".join(map(chr, range(0x4E00, 0x5E00))))
    assert len(thousands.characters) == CHARACTERS_SHOWN
    assert thousands.different == 0x1000


def test_nothing_of_the_text_is_in_a_sentence_or_a_repr() -> None:
    error = refusal("aXYZZY")
    shown = [str(error), repr(error), str(error.document())]
    shown += [
        repr(error.characters),
        repr(plan("bab", SMALL)),
        repr(list(plan("ab", SMALL).steps())),
    ]
    assert not [text for text in shown if re.search(r"[XYZ]|bab|'a'|Key\.", text)]


def test_a_replacement_is_typed_in_place_of_what_cannot_be() -> None:
    made = plan("aXbX", SMALL, "é")
    assert list(made.strokes()) == [A, ACUTE, E, B, ACUTE, E]
    assert (made.character_count, made.stroke_count) == (4, 6)
    assert [(each.character, each.count) for each in made.untypable] == [("X", 2)]


def test_an_empty_replacement_leaves_characters_out() -> None:
    made = plan("aXb", SMALL, "")
    assert list(made.strokes()) == [A, B]
    assert offsets(made) == [0, 1, 2]


def test_nothing_is_replaced_where_all_can_be_typed() -> None:
    assert plan("ab", SMALL, "é").replaced_count == 0


def test_a_replacement_must_be_typable_itself() -> None:
    with pytest.raises(ReplacementUntypableError) as caught:
        plan("a", SMALL, "?")
    assert caught.value.code == "replacement_untypable"


def test_lights_choose_how_it_is_typed() -> None:
    assert list(plan("ab", SMALL, lights=frozenset({Led.CAPS_LOCK})).strokes()) == [
        Stroke(SHIFT, Key.A),
        B,
    ]


def test_a_light_that_changes_no_key_is_of_no_account() -> None:
    made = plan("a", SMALL, lights=frozenset({Led.SCROLL_LOCK, Led.KANA}))
    assert list(made.strokes()) == [A]


def test_a_long_text_is_planned_while_it_is_typed() -> None:
    made = plan("ab\n" * 1_000_000, SMALL)
    assert made.character_count == made.stroke_count == 3_000_000
    assert list(islice(made.strokes(), 4)) == [A, B, ENTER, A]


def test_a_plan_can_be_walked_again() -> None:
    made = plan("ab", SMALL)
    assert list(made.strokes()) == list(made.strokes())


def test_a_letter_and_its_mark_are_the_character_that_they_compose_to() -> None:
    made = plan("ae\u0301b", SMALL)
    assert list(made.strokes()) == [A, ACUTE, E, B]
    assert made.character_count == 3
    assert [(step.position.offset, step.position.column) for step in made.steps()] == [
        (0, 1),
        (1, 2),
        (3, 4),
    ]


def test_a_mark_that_composes_to_nothing_typable_is_refused_by_itself() -> None:
    error = refusal("a\u0301b")
    assert [each.character for each in error.characters] == ["\u0301"]
    assert error.characters[0].positions == (Position(1, 1, 2),)


def test_a_plan_can_be_begun_at_any_of_its_steps() -> None:
    made = plan("ae\u0301\r\nb\ta", SMALL)
    steps = list(made.steps())
    for number, step in enumerate(steps):
        assert list(made.steps(step.position)) == steps[number:]


CHORD = Stroke((Key.LEFT_ALT,), Key.LEFT_SHIFT)
ZHE = Stroke((), Key.SEMICOLON)
CYRILLIC = {"ж": (ZHE,), "\n": (ENTER,), "\t": (TAB,)}
SECOND = Second(Keymap("yy", "", dict.fromkeys(SMALL.ways, CYRILLIC), composes=True), CHORD)


def test_the_second_layout_is_switched_to_as_rarely_as_possible() -> None:
    made = plan("aжж\nжb\n\nж", SMALL, second=SECOND)
    expected = [A, CHORD, ZHE, ZHE, ENTER, ZHE, CHORD, B, ENTER, ENTER, CHORD, ZHE, CHORD]
    assert list(made.strokes()) == expected
    assert made.stroke_count == len(expected)


def test_a_plan_that_begins_in_the_second_layout_switches_only_if_it_has_to() -> None:
    made = plan("ж\na", SMALL, second=SECOND)
    strokes = [stroke for step in made.steps(in_second=True) for stroke in step.strokes]
    assert strokes == [ZHE, ENTER, CHORD, A]


def test_what_neither_layout_has_is_refused_and_both_are_named() -> None:
    with pytest.raises(TextUntypableError) as caught:
        plan("aжX", SMALL, second=SECOND)
    assert [each.character for each in caught.value.characters] == ["X"]
    assert "xx or yy" in caught.value.sentence


def test_a_replacement_may_be_in_the_second_layout() -> None:
    made = plan("aXb", SMALL, "ж", second=SECOND)
    assert list(made.strokes()) == [A, CHORD, ZHE, CHORD, B]
    assert made.stroke_count == 5


@given(st.text(alphabet="abé\r\n\tXY"), st.sampled_from(["", "a", "é"]))
def test_counts_and_places_agree_with_the_steps(text: str, replacement: str) -> None:
    made = plan(text, SMALL, replacement)
    steps = list(made.steps())
    assert len(steps) == made.character_count
    assert sum(len(step.strokes) for step in steps) == made.stroke_count
    lines = re.split("\r\n|\r|\n", text)
    for step in steps:
        position = step.position
        line = lines[position.line - 1] + "\n"
        asked = text[position.offset].replace("\r", "\n")
        assert line[position.column - 1] == asked
