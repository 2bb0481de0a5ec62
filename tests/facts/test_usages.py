"""Usages, compared with the numbers that HID Usage Tables 1.21 prints."""

import pytest

from gadgetd.hid.usages import Key, Led, leds


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        (Key.A, 0x04),
        (Key.Z, 0x1D),
        (Key.DIGIT_1, 0x1E),
        (Key.DIGIT_0, 0x27),
        (Key.ENTER, 0x28),
        (Key.CAPS_LOCK, 0x39),
        (Key.F12, 0x45),
        (Key.UP_ARROW, 0x52),
        (Key.KEYPAD_DECIMAL, 0x63),
        (Key.APPLICATION, 0x65),
        (Key.F24, 0x73),
        (Key.KEYPAD_COMMA, 0x85),
        (Key.INTERNATIONAL_9, 0x8F),
        (Key.LANG_9, 0x98),
        (Key.EX_SEL, 0xA4),
        (Key.KEYPAD_00, 0xB0),
        (Key.KEYPAD_F, 0xC1),
        (Key.KEYPAD_HASH, 0xCC),
        (Key.KEYPAD_HEXADECIMAL, 0xDD),
        (Key.RIGHT_GUI, 0xE7),
    ],
)
def test_a_key_at_each_landmark_of_the_table_has_its_printed_number(key: Key, printed: int) -> None:
    assert key == printed


def test_no_two_keys_share_a_number_and_only_the_reserved_numbers_are_free() -> None:
    reserved = {*range(0xA5, 0xB0), 0xDE, 0xDF}
    assert sorted(Key.__members__.values()) == sorted(set(range(0xE8)) - reserved)


def test_exactly_the_eight_keys_with_a_bit_of_their_own_are_modifiers() -> None:
    assert [key for key in Key if key.is_modifier] == list(range(0xE0, 0xE8))


@pytest.mark.parametrize(
    ("report", "lit"),
    [
        (b"\x00", set()),
        (b"\x01", {Led.NUM_LOCK}),
        (b"\x02", {Led.CAPS_LOCK}),
        (b"\x05", {Led.NUM_LOCK, Led.SCROLL_LOCK}),
        (b"\x1f", set(Led)),
        (b"\xe0", set()),  # the three padding bits
        (b"", set()),
        (b"\x02\xff", {Led.CAPS_LOCK}),
    ],
)
def test_the_host_lights_the_lamps_bit_by_bit(report: bytes, lit: set[Led]) -> None:
    assert leds(report) == lit
