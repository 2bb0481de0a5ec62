"""The report descriptor, compared with what two specifications and the kernel's manual print."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gadgetd.hid.descriptor import (
    Application,
    Bits,
    DescriptorError,
    Item,
    Padding,
    Physical,
    Slots,
    Tag,
    Values,
    Way,
    decode,
    encode,
    items,
    report_size_bits,
)
from gadgetd.hid.keycodes import CODES
from gadgetd.hid.reports import BOOT_KEYBOARD
from gadgetd.hid.usages import Desktop, Key, Led, Page

# USB HID 1.11, Appendix E.6 "Report Descriptor (Keyboard)", the column of bytes.
HID_1_11_APPENDIX_E_6 = bytes.fromhex("""
    05 01  09 06  A1 01
    05 07  19 E0  29 E7  15 00  25 01  75 01  95 08  81 02
    95 01  75 08  81 01
    95 05  75 01  05 08  19 01  29 05  91 02
    95 01  75 03  91 01
    95 06  75 08  15 00  25 65  05 07  19 00  29 65  81 00
    C0
""")

# USB HID 1.11, Appendix B.1, "Report descriptor for the boot keyboard". The appendix prints words;
# these are its items in its order.
HID_1_11_APPENDIX_B_1 = bytes.fromhex("""
    05 01  09 06  A1 01
    75 01  95 08  05 07  19 E0  29 E7  15 00  25 01  81 02
    95 01  75 08  81 01
    95 05  75 01  05 08  19 01  29 05  91 02
    95 01  75 03  91 01
    95 06  75 08  15 00  26 FF 00  05 07  19 00  29 FF  81 00
    C0
""")

# Linux, Documentation/usb/gadget-testing.rst, section "HID function".
KERNEL_GADGET_TESTING = bytes.fromhex("""
    05 01 09 06 a1 01 05 07  19 e0 29 e7 15 00 25 01
    75 01 95 08 81 02 95 01  75 08 81 03 95 05 75 01
    05 08 19 01 29 05 91 02  95 01 75 03 91 03 95 06
    75 08 15 00 25 65 05 07  19 00 29 65 81 00 c0
""")


def test_our_keyboard_means_what_appendix_b_1_demands_of_a_boot_keyboard() -> None:
    assert list(decode(encode(BOOT_KEYBOARD))) == list(decode(HID_1_11_APPENDIX_B_1))


def test_our_keyboard_differs_from_appendix_e_6_only_in_the_last_key_of_the_slots() -> None:
    [ours] = decode(encode(BOOT_KEYBOARD))
    [theirs] = decode(HID_1_11_APPENDIX_E_6)
    assert isinstance(ours, Application)
    assert isinstance(theirs, Application)
    assert (ours.page, ours.usage) == (theirs.page, theirs.usage)
    differing = [pair for pair in zip(ours.fields, theirs.fields, strict=True) if len({*pair}) > 1]
    assert differing == [
        (
            Slots(Way.INPUT, Page.KEYBOARD, 0x00, 0xFF, slot_count=6),
            Slots(Way.INPUT, Page.KEYBOARD, 0x00, 0x65, slot_count=6),
        )
    ]


def test_with_that_one_key_set_back_it_means_what_appendix_e_6_and_the_kernels_manual_print() -> (
    None
):
    [keyboard] = BOOT_KEYBOARD
    assert isinstance(keyboard, Application)
    *others, slots = keyboard.fields
    assert slots == Slots(Way.INPUT, Page.KEYBOARD, Key.NONE, 0xFF, slot_count=6)
    shorter = Slots(Way.INPUT, Page.KEYBOARD, Key.NONE, Key.APPLICATION, slot_count=6)
    as_printed = (Application(keyboard.page, keyboard.usage, (*others, shorter)),)
    assert list(decode(encode(as_printed))) == list(decode(HID_1_11_APPENDIX_E_6))
    assert list(decode(encode(as_printed))) == list(decode(KERNEL_GADGET_TESTING))


def test_appendix_e_6_reads_in_our_words() -> None:
    assert list(decode(HID_1_11_APPENDIX_E_6)) == [
        Application(
            Page.GENERIC_DESKTOP,
            Desktop.KEYBOARD,
            (
                Bits(Way.INPUT, Page.KEYBOARD, Key.LEFT_CONTROL, Key.RIGHT_GUI),
                Padding(Way.INPUT, size_bits=8),
                Bits(Way.OUTPUT, Page.LEDS, Led.NUM_LOCK, Led.KANA),
                Padding(Way.OUTPUT, size_bits=3),
                Slots(Way.INPUT, Page.KEYBOARD, Key.NONE, Key.APPLICATION, slot_count=6),
            ),
        )
    ]


def test_the_printed_descriptors_are_copied_in_full() -> None:
    assert len(HID_1_11_APPENDIX_E_6) == len(KERNEL_GADGET_TESTING) == 63


def test_no_key_of_the_code_table_lies_above_the_slots_maximum() -> None:
    # Linux drops a slot above it without a word, so such a key could never arrive.
    [keyboard] = BOOT_KEYBOARD
    assert isinstance(keyboard, Application)
    *_, slots = keyboard.fields
    assert isinstance(slots, Slots)
    assert [code for code, key in CODES.items() if key > slots.last] == []


def test_a_report_is_eight_bytes_from_us_and_one_byte_to_us() -> None:
    assert report_size_bits(BOOT_KEYBOARD, Way.INPUT) == 8 * 8
    assert report_size_bits(BOOT_KEYBOARD, Way.OUTPUT) == 8 * 1


def test_a_logical_maximum_of_255_takes_two_bytes_because_one_would_be_minus_one() -> None:
    assert bytes.fromhex("26 FF 00") in encode(BOOT_KEYBOARD)
    assert list(items(bytes.fromhex("25 FF"))) == [Item(Tag.LOGICAL_MAXIMUM, -1)]
    assert list(items(bytes.fromhex("29 FF"))) == [Item(Tag.USAGE_MAXIMUM, 255)]


@pytest.mark.parametrize(
    ("bytes_", "complaint"),
    [
        ("05", "ends inside"),
        ("26 FF", "ends inside"),
        ("FE 00 00", "not one we know"),
        ("81 02", "REPORT_SIZE"),
        ("75 01 95 08 81 02", "USAGE_PAGE"),
        ("75 01 95 08 05 42 19 00 29 07 15 00 25 01 81 02", "page 0x42"),
        ("75 01 95 08 05 07 19 E0 29 E7 15 00 25 01 81 06", "no word"),  # relative
        ("05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 81 02", "USAGE_MINIMUM"),  # used up
        ("05 01 A1 01", "collection needs a usage"),
        ("05 01 09 02 A1 02", "collection of kind 2"),  # logical
        ("05 01 09 30 15 81 25 7F 75 08 95 02 81 06", "USAGE_MINIMUM"),  # two numbers, one usage
        ("05 01 09 30 15 81 25 7F 75 08 95 01 81 0E", "USAGE_MINIMUM"),  # one that wraps
    ],
)
def test_what_is_no_descriptor_of_ours_is_an_error_in_words(bytes_: str, complaint: str) -> None:
    with pytest.raises(DescriptorError, match=complaint):
        list(decode(bytes.fromhex(bytes_)))


ways = st.sampled_from(Way)
ranges = st.tuples(st.integers(0, 255), st.integers(0, 255)).map(sorted)
plain_fields = st.one_of(
    st.builds(lambda way, ends: Bits(way, Page.KEYBOARD, ends[0], ends[1]), ways, ranges),
    st.builds(
        lambda way, ends, count: Slots(way, Page.KEYBOARD, ends[0], ends[1], count),
        ways,
        ranges,
        st.integers(1, 64),
    ),
    st.builds(
        lambda way, page, usages, limits, bits, relative, null: Values(
            way, page, tuple(usages), limits[0], limits[1], bits, relative, null
        ),
        ways,
        st.sampled_from(Page),
        st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=5),
        st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)).map(sorted),
        st.integers(1, 32),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(Padding, ways, st.integers(1, 255)),
)


def collections(kind: type, inside: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    fields = st.lists(inside, max_size=5).map(tuple)
    return st.builds(kind, st.just(Page.GENERIC_DESKTOP), st.integers(1, 0xFFFF), fields)


applications = collections(Application, plain_fields | collections(Physical, plain_fields))


@given(st.lists(applications, max_size=3).map(tuple))
def test_whatever_is_described_is_read_back_the_same(fields: tuple[Application, ...]) -> None:
    assert tuple(decode(encode(fields))) == fields


@given(st.binary(max_size=80))
def test_any_bytes_are_either_read_or_refused_as_no_descriptor(descriptor: bytes) -> None:
    with suppress(DescriptorError):
        list(decode(descriptor))
