"""The keyboard's reports, as the host reads them."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gadgetd.hid.keyboard import Keyboard
from gadgetd.hid.usages import Key

ANNA, BERT = "s1", "s2"


def report(text: str) -> bytes:
    return bytes.fromhex(text)


def holding(*keys: Key, seat: str = ANNA) -> Keyboard:
    keyboard = Keyboard()
    for key in keys:
        keyboard.press(seat, key)
    return keyboard


def test_an_untouched_keyboard_reports_eight_zeros() -> None:
    assert Keyboard().report() == bytes(8)


def test_a_pressed_key_takes_the_first_slot_and_a_second_one_the_next() -> None:
    keyboard = Keyboard()
    assert keyboard.press(ANNA, Key.A) == report("00 00 04 00 00 00 00 00")
    assert keyboard.press(ANNA, Key.B) == report("00 00 04 05 00 00 00 00")


def test_a_released_key_leaves_no_gap() -> None:
    keyboard = holding(Key.A, Key.B)
    assert keyboard.release(ANNA, Key.A) == report("00 00 05 00 00 00 00 00")


@pytest.mark.parametrize(
    ("key", "bit"),
    [
        (Key.LEFT_CONTROL, "01"),
        (Key.LEFT_SHIFT, "02"),
        (Key.LEFT_ALT, "04"),
        (Key.LEFT_GUI, "08"),
        (Key.RIGHT_CONTROL, "10"),
        (Key.RIGHT_SHIFT, "20"),
        (Key.RIGHT_ALT, "40"),
        (Key.RIGHT_GUI, "80"),
    ],
)
def test_a_modifier_is_a_bit_of_the_first_byte_and_takes_no_slot(key: Key, bit: str) -> None:
    assert holding(key).report() == report(f"{bit} 00 00 00 00 00 00 00")


def test_control_alt_delete_is_two_bits_and_one_slot() -> None:
    keyboard = holding(Key.LEFT_CONTROL, Key.LEFT_ALT, Key.DELETE)
    assert keyboard.report() == report("05 00 4C 00 00 00 00 00")


def test_a_key_beyond_101_takes_a_slot_like_any_other() -> None:
    assert holding(Key.LANG_1).report() == report("00 00 90 00 00 00 00 00")


def test_a_seventh_key_reports_too_many_but_keeps_the_modifiers() -> None:
    keyboard = holding(Key.LEFT_SHIFT, Key.A, Key.B, Key.C, Key.D, Key.E, Key.F)
    assert keyboard.press(ANNA, Key.G) == report("02 00 01 01 01 01 01 01")


def test_letting_one_of_seven_go_shows_the_six_others_again() -> None:
    keyboard = holding(Key.A, Key.B, Key.C, Key.D, Key.E, Key.F, Key.G)
    assert keyboard.release(ANNA, Key.A) == report("00 00 05 06 07 08 09 0A")


def test_a_key_let_go_of_among_too_many_is_taken_off_what_the_host_was_shown_last() -> None:
    keyboard = holding(Key.A, Key.B, Key.C, Key.D, Key.E, Key.F)
    shown = keyboard.report()
    for key in (Key.LEFT_SHIFT, Key.G, Key.H):
        keyboard.press(ANNA, key)
    assert keyboard.farewell(shown) is None
    assert keyboard.release(ANNA, Key.C) == report("02 00 01 01 01 01 01 01")
    assert keyboard.farewell(shown) == report("02 00 04 05 07 08 09 00")


def test_a_key_that_the_host_was_never_shown_needs_no_farewell() -> None:
    keyboard = holding(Key.A, Key.B, Key.C, Key.D, Key.E, Key.F)
    shown = keyboard.report()
    keyboard.press(ANNA, Key.G)
    keyboard.press(ANNA, Key.H)
    keyboard.release(ANNA, Key.H)
    assert keyboard.farewell(shown) is None


def test_a_report_that_names_its_keys_needs_no_farewell() -> None:
    keyboard = holding(Key.A, Key.B)
    shown = keyboard.report()
    keyboard.release(ANNA, Key.A)
    assert keyboard.farewell(shown) is None


def test_pressing_a_held_key_again_changes_nothing() -> None:
    keyboard = holding(Key.A, Key.B)
    assert keyboard.press(ANNA, Key.A) == report("00 00 04 05 00 00 00 00")


def test_letting_go_of_a_key_that_is_not_held_changes_nothing() -> None:
    assert holding(Key.A).release(ANNA, Key.B) == report("00 00 04 00 00 00 00 00")


def test_a_key_held_from_two_seats_stays_down_until_both_let_go() -> None:
    keyboard = holding(Key.A)
    keyboard.press(BERT, Key.A)
    assert keyboard.release(ANNA, Key.A) == report("00 00 04 00 00 00 00 00")
    assert keyboard.release(BERT, Key.A) == bytes(8)


def test_nobody_lets_go_of_another_seats_key() -> None:
    assert holding(Key.A).release(BERT, Key.A) == report("00 00 04 00 00 00 00 00")


def test_a_seat_that_leaves_lets_go_of_its_own_keys_only() -> None:
    keyboard = holding(Key.LEFT_SHIFT, Key.A, Key.B)
    keyboard.press(BERT, Key.B)
    keyboard.press(BERT, Key.C)
    assert keyboard.release_seat(ANNA) == report("00 00 05 06 00 00 00 00")
    assert keyboard.held_by(ANNA) == ()
    assert keyboard.held_by(BERT) == (Key.B, Key.C)


def test_releasing_all_empties_every_seat() -> None:
    keyboard = holding(Key.LEFT_SHIFT, Key.A)
    keyboard.press(BERT, Key.B)
    assert keyboard.release_all() == bytes(8)
    assert keyboard.held == ()


def test_held_keys_are_told_in_the_order_in_which_they_went_down() -> None:
    keyboard = holding(Key.Z, Key.LEFT_SHIFT, Key.A)
    keyboard.release(ANNA, Key.Z)
    keyboard.press(ANNA, Key.Z)
    assert keyboard.held == (Key.LEFT_SHIFT, Key.A, Key.Z)


class SharedKeyboard(RuleBasedStateMachine):
    """Any number of people at one keyboard, next to the plainest account of who holds what."""

    seats = st.sampled_from(["s1", "s2", "s3"])
    keys = st.sampled_from(
        [Key.A, Key.B, Key.C, Key.D, Key.E, Key.F, Key.G, Key.F24, Key.LEFT_ALT, Key.RIGHT_GUI]
    )

    def __init__(self) -> None:
        super().__init__()
        self.keyboard = Keyboard()
        self.holds: set[tuple[str, Key]] = set()

    @rule(seat=seats, key=keys)
    def press(self, seat: str, key: Key) -> None:
        self.keyboard.press(seat, key)
        self.holds.add((seat, key))

    @rule(seat=seats, key=keys)
    def release(self, seat: str, key: Key) -> None:
        self.keyboard.release(seat, key)
        self.holds.discard((seat, key))

    @rule(seat=seats)
    def leave(self, seat: str) -> None:
        self.keyboard.release_seat(seat)
        self.holds = {(whose, key) for whose, key in self.holds if whose != seat}

    @invariant()
    def the_host_sees_what_is_held(self) -> None:
        down = {key for _, key in self.holds}
        assert set(self.keyboard.held) == down
        modifiers, zero, *slots = self.keyboard.report()
        assert zero == 0
        assert len(slots) == 6
        assert {0xE0 + bit for bit in range(8) if modifiers >> bit & 1} == {
            key for key in down if key >= 0xE0
        }
        plain = {key for key in down if key < 0xE0}
        if len(plain) > 6:
            assert slots == [1] * 6
        else:
            assert slots[len(plain) :] == [0] * (6 - len(plain))
            assert set(slots[: len(plain)]) == plain


TestSharedKeyboard = SharedKeyboard.TestCase
