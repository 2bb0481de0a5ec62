"""Buttons belong to seats, motions can be joined and cut, and reports say what they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gadgetd.hid.mouse import Buttons, Motion, absolute, relative
from gadgetd.hid.usages import Button

LONG = st.integers(-32767, 32767)
SHORT = st.integers(-127, 127)
PLACES = st.none() | st.tuples(st.integers(0, 32767), st.integers(0, 32767))
MOTIONS = st.builds(Motion, LONG, LONG, SHORT, SHORT, PLACES)


@pytest.mark.parametrize(
    ("button", "bits"),
    [
        (Button.LEFT, 0b00001),
        (Button.RIGHT, 0b00010),
        (Button.MIDDLE, 0b00100),
        (Button.BACK, 0b01000),
        (Button.FORWARD, 0b10000),
    ],
)
def test_each_button_has_its_bit(button: Button, bits: int) -> None:
    buttons = Buttons()
    buttons.press("s1", button)
    assert buttons.bits == bits


def test_a_button_is_down_while_one_seat_holds_it() -> None:
    buttons = Buttons()
    buttons.press("s1", Button.LEFT)
    buttons.press("s2", Button.LEFT)
    buttons.release("s1", Button.LEFT)
    assert buttons.bits == 0b1
    buttons.release_seat("s2")
    assert buttons.bits == 0


def test_nobody_lets_go_of_what_another_seat_holds() -> None:
    buttons = Buttons()
    buttons.press("s1", Button.LEFT)
    buttons.release("s2", Button.LEFT)
    buttons.release_seat("s2")
    assert buttons.held == (Button.LEFT,)
    assert buttons.is_held_by("s1", Button.LEFT)
    assert not buttons.is_held_by("s2", Button.LEFT)


def test_a_relative_report_begins_with_the_three_bytes_of_appendix_b_2() -> None:
    report = relative(0b101, Motion(dx=1, dy=-1, wheel=2, pan=-2))
    assert report == bytes.fromhex("05 01 FF 02 FE")


def test_an_absolute_report_has_its_place_in_sixteen_bits_the_low_byte_first() -> None:
    report = absolute(0b1, Motion(wheel=-1, pan=1, place=(0x1234, 32767)))
    assert report == bytes.fromhex("01 34 12 FF 7F FF 01")


def test_an_absolute_report_without_a_place_says_values_beyond_the_largest() -> None:
    # HID 1.11 §5.10: a value out of range is a null value, and a null value changes nothing.
    assert absolute(0, Motion()) == bytes.fromhex("00 00 80 00 80 00 00")


def test_a_long_way_goes_straight_in_equal_steps() -> None:
    seen, rest = [], Motion(dx=300, dy=-30)
    while rest:
        step, rest = rest.step()
        seen.append((step.dx, step.dy))
    assert seen == [(100, -10), (100, -10), (100, -10)]


@given(MOTIONS)
def test_the_steps_of_a_motion_add_up_to_it_and_each_fits_into_a_report(motion: Motion) -> None:
    total, rest, count = Motion(), motion, 0
    while rest or not count:
        step, rest = rest.step()
        relative(0, step)  # struct refuses what does not fit
        assert max(abs(step.dx), abs(step.dy), abs(step.wheel), abs(step.pan)) <= 127
        total = total.then(step)
        count += 1
    assert total == motion
    farthest = max(abs(motion.dx), abs(motion.dy), 1)
    assert count == -(-farthest // 127), "more reports than it takes"


@given(MOTIONS, MOTIONS)
def test_of_two_motions_distances_add_up_and_the_later_place_counts(
    first: Motion, second: Motion
) -> None:
    both = first.then(second)
    assert both.place == (second.place if second.place is not None else first.place)
    assert (both.wheel, both.pan) == (first.wheel + second.wheel, first.pan + second.pan)
    assert both.dx == max(-32767, min(32767, first.dx + second.dx))
    assert both.dy == max(-32767, min(32767, first.dy + second.dy))
