"""What is in our reports: those of a keyboard and of two mice, field by field.

The relative mouse begins with the three bytes that firmware knows without reading any descriptor;
wheel and the rest come after them. The absolute mouse is the one that knows where on the screen it
is, which firmware does not know at all. They are two devices because one device cannot be both
here and there.

Sources: USB HID 1.11 Appendix B (what boot devices have to say), Appendix E.6 and E.10 (a
keyboard's and a mouse's descriptor, byte by byte); HID Usage Tables 1.21 §4 (wheel),
§15 (AC Pan).
"""

from __future__ import annotations

from gadgetd.hid.descriptor import (
    Application,
    Bits,
    Field,
    Padding,
    Physical,
    Slots,
    Values,
    Way,
)
from gadgetd.hid.usages import Button, Consumer, Desktop, Key, Led, Page

STEP_LARGEST = 127  # how far one report can move, and turn a wheel
PLACE_LARGEST = 32767  # the right and the lower edge of the screen

# The key slots go up to 0xFF as in Appendix B.1, not to 0x65 as in the example of Appendix E.6:
# hosts drop what lies above the maximum, and half of our keys do. See docs/decisions/0003.
BOOT_KEYBOARD: tuple[Field, ...] = (
    Application(
        Page.GENERIC_DESKTOP,
        Desktop.KEYBOARD,
        (
            Bits(Way.INPUT, Page.KEYBOARD, Key.LEFT_CONTROL, Key.RIGHT_GUI),  # byte 0
            Padding(Way.INPUT, size_bits=8),  # byte 1
            Bits(Way.OUTPUT, Page.LEDS, Led.NUM_LOCK, Led.KANA),  # the lights
            Padding(Way.OUTPUT, size_bits=3),
            Slots(Way.INPUT, Page.KEYBOARD, Key.NONE, 0xFF, slot_count=6),  # bytes 2-7
        ),
    ),
)

_BUTTONS: tuple[Field, ...] = (
    Bits(Way.INPUT, Page.BUTTONS, Button.LEFT, Button.FORWARD),
    Padding(Way.INPUT, size_bits=3),
)


def _steps(page: Page, *usages: int) -> Values:
    return Values(Way.INPUT, page, usages, -STEP_LARGEST, STEP_LARGEST, 8, is_relative=True)


_WHEELS: tuple[Field, ...] = (
    _steps(Page.GENERIC_DESKTOP, Desktop.WHEEL),
    _steps(Page.CONSUMER, Consumer.AC_PAN),
)


def _mouse(*motion: Field) -> tuple[Field, ...]:
    pointer = Physical(Page.GENERIC_DESKTOP, Desktop.POINTER, (*_BUTTONS, *motion, *_WHEELS))
    return (Application(Page.GENERIC_DESKTOP, Desktop.MOUSE, (pointer,)),)


# Bytes: buttons, X, Y, wheel, horizontal wheel.
BOOT_MOUSE = _mouse(_steps(Page.GENERIC_DESKTOP, Desktop.X, Desktop.Y))

# Bytes: buttons, X (2), Y (2), wheel, horizontal wheel. A place beyond the edges says nothing, so
# that there is something to say while nobody has pointed anywhere.
ABSOLUTE_MOUSE = _mouse(
    Values(
        Way.INPUT,
        Page.GENERIC_DESKTOP,
        (Desktop.X, Desktop.Y),
        0,
        PLACE_LARGEST,
        16,
        may_be_null=True,
    )
)
