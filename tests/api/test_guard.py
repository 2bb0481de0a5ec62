"""A target that hears late repeats the key it heard last: that is never one that writes."""

from __future__ import annotations

from api.keys.guard import GUARD, guarded
from api.keys.plan import Step, Stroke
from api.keys.text import Position
from gadgetd.hid.usages import Key

HERE = Position(0, 1, 1)
A = Stroke((), Key.A)
CAPITAL_A = Stroke((Key.LEFT_SHIFT,), Key.A)
ACUTE = Stroke((), Key.EQUAL)
CHORD = Stroke((Key.LEFT_CONTROL,), Key.SPACE)


def test_the_guard_goes_down_last_and_with_the_key() -> None:
    assert guarded([Step(HERE, (A,)), Step(HERE, (CAPITAL_A,))], None) == [
        Stroke((Key.A,), GUARD),
        Stroke((Key.LEFT_SHIFT, Key.A), GUARD),
    ]


def test_a_dead_key_has_none_and_the_letter_after_it_has() -> None:
    assert guarded([Step(HERE, (ACUTE, A))], None) == [ACUTE, Stroke((Key.A,), GUARD)]


def test_what_is_left_out_has_none() -> None:
    assert guarded([Step(HERE, ()), Step(HERE, (A,))], None) == [Stroke((Key.A,), GUARD)]


def test_the_chord_that_switches_layouts_is_pressed_as_it_was_configured() -> None:
    assert guarded([Step(HERE, (A, CHORD))], CHORD) == [A, CHORD]


def test_a_modifier_needs_none_and_a_full_report_has_no_room() -> None:
    shift = Stroke((Key.LEFT_ALT,), Key.LEFT_SHIFT)
    full = Stroke((Key.B, Key.C, Key.D, Key.E, Key.F), Key.A)
    assert guarded([Step(HERE, (shift,)), Step(HERE, (full,))], None) == [shift, full]


def test_linux_knows_the_guard_as_a_key_without_meaning() -> None:
    # drivers/hid/hid-input.c, hid_keyboard[]: the row of 0xD0 to 0xDF has "unk" there.
    assert GUARD == 0xDA
