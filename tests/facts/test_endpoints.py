"""The sum of the endpoints, and what it says when a controller has too few."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gadgetd.cable import Shape
from gadgetd.daemon import device
from gadgetd.settings import Settings
from gadgetd.usb.endpoints import (
    Endpoints,
    EndpointsShortError,
    Silicon,
    check,
    needed,
    silicon_of,
)
from gadgetd.usb.gadget import (
    Function,
    absolute_mouse_function,
    cdrom_function,
    keyboard_function,
    relative_mouse_function,
)

ALL = device(Settings(), "0123456789AB", Shape(is_drive_shown=True)).shown


@pytest.mark.parametrize(
    ("function", "inward", "outward"),
    [
        (keyboard_function(), 1, 0),
        (absolute_mouse_function(), 1, 0),
        (relative_mouse_function(), 1, 0),
        (replace(keyboard_function(), no_out_endpoint=False), 1, 1),
        (cdrom_function(), 1, 1),
    ],
)
def test_each_function_needs_so_many(function: Function, inward: int, outward: int) -> None:
    assert needed([function]) == Endpoints(inward, outward)


def test_all_of_ours_need_four_in_and_one_out() -> None:
    assert needed(ALL) == Endpoints(4, 1)


# drivers/usb/musb/sunxi.c, and the `compatible` of these boards' device trees.
@pytest.mark.parametrize(
    ("compatible", "endpoints"),
    [
        (["allwinner,sun4i-a10-musb"], 5),  # A10, and the A13 and A20 that call themselves so
        (["allwinner,sun6i-a31-musb"], 5),
        (["allwinner,sun8i-a33-musb"], 5),
        (["allwinner,sun8i-h3-musb"], 4),  # H3, H5 and V3s
        (["allwinner,sun50i-h616-musb", "allwinner,sun8i-h3-musb"], 4),
        (["allwinner,sun8i-a83t-musb", "allwinner,sun8i-a33-musb"], 5),
    ],
)
def test_controllers_are_known_by_their_device_tree(compatible: list[str], endpoints: int) -> None:
    silicon = silicon_of(compatible)
    assert silicon is not None
    assert silicon.there == Endpoints(endpoints, endpoints)
    check(ALL, silicon)  # so nothing has to be switched off on these


@pytest.mark.parametrize("compatible", [[], ["brcm,bcm2835-usb", "snps,dwc2"], ["simple-bus"]])
def test_of_others_nothing_is_known(compatible: list[str]) -> None:
    assert silicon_of(compatible) is None


def test_what_does_not_fit_is_told_with_the_sum_and_what_to_switch_off() -> None:
    with pytest.raises(EndpointsShortError) as caught:
        check(ALL, Silicon("a small one", Endpoints(3, 3)))
    assert caught.value.code == "endpoints_short"
    assert caught.value.sentence == (
        "The USB device controller (a small one) has 3 IN and 3 OUT endpoints, and 4 IN and 1 OUT "
        "are needed: keyboard 1 IN, drive 1 IN and 1 OUT, absolute mouse 1 IN, relative mouse 1 IN."
    )
    assert "mouse.absolute" in caught.value.remedy
    assert "gadget.storage" in caught.value.remedy


def test_each_direction_counts_for_itself() -> None:
    with pytest.raises(EndpointsShortError):
        check(ALL, Silicon("deaf", Endpoints(9, 0)))
