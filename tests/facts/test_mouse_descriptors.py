"""What our mice say of themselves, compared with what the specification prints of a mouse."""

from __future__ import annotations

from gadgetd.hid.descriptor import (
    Application,
    Physical,
    Values,
    Way,
    decode,
    encode,
    report_size_bits,
)
from gadgetd.hid.reports import ABSOLUTE_MOUSE, BOOT_MOUSE
from gadgetd.hid.usages import Desktop, Page

# USB HID 1.11, Appendix E.10 "Report Descriptor (Mouse)", the column of bytes.
HID_1_11_APPENDIX_E_10 = bytes.fromhex("""
    05 01  09 02  A1 01
    09 01  A1 00
    05 09  19 01  29 03  15 00  25 01  95 03  75 01  81 02
    95 01  75 05  81 01
    05 01  09 30  09 31  15 81  25 7F  75 08  95 02  81 06
    C0  C0
""")

# USB HID 1.11, Appendix B.2, "Report descriptor for the boot mouse". The appendix prints words;
# these are its items in its order.
HID_1_11_APPENDIX_B_2 = bytes.fromhex("""
    05 01  09 02  A1 01
    09 01  A1 00
    95 03  75 01  05 09  19 01  29 03  15 00  25 01  81 02
    95 01  75 05  81 01
    75 08  95 02  05 01  09 30  09 31  15 81  25 7F  81 06
    C0  C0
""")

# Ours, item by item as §6.2.2 and the usage tables (pages 01, 09 and 0C) would have them written.
RELATIVE = bytes.fromhex("""
    05 01  09 02  A1 01
    05 01  09 01  A1 00
    05 09  19 01  29 05  15 00  25 01  75 01  95 05  81 02
    75 03  95 01  81 01
    05 01  09 30  09 31  15 81  25 7F  75 08  95 02  81 06
    05 01  09 38  15 81  25 7F  75 08  95 01  81 06
    05 0C  0A 38 02  15 81  25 7F  75 08  95 01  81 06
    C0  C0
""")
ABSOLUTE = bytes.fromhex("""
    05 01  09 02  A1 01
    05 01  09 01  A1 00
    05 09  19 01  29 05  15 00  25 01  75 01  95 05  81 02
    75 03  95 01  81 01
    05 01  09 30  09 31  15 00  26 FF 7F  75 10  95 02  81 42
    05 01  09 38  15 81  25 7F  75 08  95 01  81 06
    05 0C  0A 38 02  15 81  25 7F  75 08  95 01  81 06
    C0  C0
""")


def parts(descriptor: bytes) -> tuple[object, ...]:
    """The fields of a mouse's pointer."""
    [mouse] = decode(descriptor)
    assert isinstance(mouse, Application)
    assert (mouse.page, mouse.usage) == (0x01, 0x02)
    [pointer] = mouse.fields
    assert isinstance(pointer, Physical)
    assert (pointer.page, pointer.usage) == (0x01, 0x01)
    return pointer.fields


def test_the_printed_descriptors_are_copied_in_full() -> None:
    assert len(HID_1_11_APPENDIX_E_10) == len(HID_1_11_APPENDIX_B_2) == 50  # wDescriptorLength, E.8
    assert list(decode(HID_1_11_APPENDIX_E_10)) == list(decode(HID_1_11_APPENDIX_B_2))


def test_the_relative_mouse_is_written_byte_for_byte_as_the_specification_would() -> None:
    assert encode(BOOT_MOUSE) == RELATIVE


def test_the_absolute_mouse_is_written_byte_for_byte_as_the_specification_would() -> None:
    assert encode(ABSOLUTE_MOUSE) == ABSOLUTE


def test_the_relative_mouse_is_the_boot_mouse_with_two_more_buttons_and_two_wheels() -> None:
    buttons, padding, motion, *wheels = parts(encode(BOOT_MOUSE))
    boot_buttons, boot_padding, boot_motion = parts(HID_1_11_APPENDIX_B_2)
    assert motion == boot_motion
    # The fourth and the fifth button lie where the boot mouse has bits of the device's own.
    assert (buttons.first, buttons.last) == (1, 5)  # type: ignore[attr-defined]
    assert (boot_buttons.first, boot_buttons.last) == (1, 3)  # type: ignore[attr-defined]
    assert (padding.size_bits, boot_padding.size_bits) == (3, 5)  # type: ignore[attr-defined]
    assert [(each.page, each.usages, each.is_relative) for each in wheels] == [  # type: ignore[attr-defined]
        (0x01, (0x38,), True),
        (0x0C, (0x0238,), True),
    ]


def test_the_absolute_mouse_differs_in_where_it_points_and_in_nothing_else() -> None:
    absolute, relative = parts(encode(ABSOLUTE_MOUSE)), parts(encode(BOOT_MOUSE))
    differing = [pair for pair in zip(absolute, relative, strict=True) if len({*pair}) > 1]
    place, motion = differing.pop()
    assert differing == []
    assert isinstance(motion, Values)
    assert place == Values(
        Way.INPUT,
        Page.GENERIC_DESKTOP,
        (Desktop.X, Desktop.Y),
        low=0,
        high=32767,
        size_bits=16,
        is_relative=False,
        may_be_null=True,
    )


def test_reports_have_five_and_seven_bytes_and_none_come_back() -> None:
    assert report_size_bits(BOOT_MOUSE, Way.INPUT) == 8 * 5
    assert report_size_bits(ABSOLUTE_MOUSE, Way.INPUT) == 8 * 7
    assert (
        report_size_bits(BOOT_MOUSE, Way.OUTPUT)
        == report_size_bits(ABSOLUTE_MOUSE, Way.OUTPUT)
        == 0
    )
