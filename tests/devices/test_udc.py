"""Which controller to use, and why binding failed, on a directory laid out as sysfs has it."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest

from gadgetd.devices.configfs import GadgetDirectory
from gadgetd.devices.udc import Controllers, choose
from gadgetd.failures import (
    BindFailedError,
    GadgetRefusedError,
    UdcBusyError,
    UdcMissingError,
    UdcSeveralError,
    UdcUnknownError,
    WakeUnsupportedError,
)
from gadgetd.usb.endpoints import Endpoints


def test_the_only_controller_is_chosen() -> None:
    assert choose(["musb-hdrc.1.auto"], None) == "musb-hdrc.1.auto"


def test_a_controller_is_chosen_by_name_or_pattern() -> None:
    present = ["dummy_udc.0", "musb-hdrc.4.auto"]
    assert choose(present, "dummy_udc.0") == "dummy_udc.0"
    assert choose(present, "musb-hdrc.*") == "musb-hdrc.4.auto"


def test_without_any_controller_the_error_says_what_to_do() -> None:
    with pytest.raises(UdcMissingError) as caught:
        choose([], None)
    assert caught.value.remedy


def test_several_controllers_are_listed() -> None:
    with pytest.raises(UdcSeveralError, match=r"dummy_udc\.0, dummy_udc\.1"):
        choose(["dummy_udc.0", "dummy_udc.1"], None)


def test_a_second_controller_does_not_take_the_cable_away_from_the_first() -> None:
    assert choose(["dummy_udc.0", "dummy_udc.1"], None, current="dummy_udc.0") == "dummy_udc.0"


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(UdcUnknownError, match=r"'fe980000\.usb'.*dummy_udc\.0"):
        choose(["dummy_udc.0"], "fe980000.usb")


def test_a_wrong_name_on_a_board_without_controllers_says_that_too() -> None:
    with pytest.raises(UdcUnknownError, match="none at all"):
        choose([], "fe980000.usb")


class RefusedGadget(GadgetDirectory):
    """The kernel says EBUSY, whatever the reason."""

    def bind(self, udc: str) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")


@pytest.fixture
def udc(tmp_path: Path) -> Path:
    (tmp_path / "config/usb_gadget").mkdir(parents=True)
    place = tmp_path / "udc/dummy_udc.0"
    place.mkdir(parents=True)
    (place / "function").write_text("\n")
    return place


def controllers(udc: Path) -> Controllers:
    gadget = RefusedGadget(udc.parent.parent / "config", "kaputtkvm")
    return Controllers(gadget, root=udc.parent)


def test_a_controller_held_by_another_gadget_names_it(udc: Path) -> None:
    (udc / "function").write_text("g_ether\n")
    with pytest.raises(UdcBusyError, match="g_ether"):
        controllers(udc).bind("dummy_udc.0")


def test_a_controller_that_went_away_is_missing(udc: Path) -> None:
    with pytest.raises(UdcMissingError):
        controllers(udc).bind("dummy_udc.7")


def test_a_gadget_that_has_bound_by_itself_is_no_error(udc: Path) -> None:
    (udc / "function").write_text("kaputtkvm\n")
    controllers(udc).bind("dummy_udc.0")


def test_any_other_refusal_points_to_the_kernels_log(udc: Path) -> None:
    with pytest.raises(BindFailedError) as caught:
        controllers(udc).bind("dummy_udc.0")
    assert "dmesg" in caught.value.remedy


def test_a_speed_that_is_not_known_is_none(udc: Path) -> None:
    (udc / "current_speed").write_text("UNKNOWN\n")
    assert controllers(udc).speed("dummy_udc.0") is None
    (udc / "current_speed").write_text("high-speed\n")
    assert controllers(udc).speed("dummy_udc.0") == "high-speed"


def glue(udc: Path, driver: str, compatible: bytes, *, on_parent: bool) -> None:
    """Make a device of it as sysfs has it: with a driver, and somewhere a device tree's node."""
    device = udc.parent.parent / "devices/platform/soc/1c13000.usb/musb-hdrc.1.auto"
    node = (device.parent if on_parent else device) / "of_node"
    node.mkdir(parents=True)
    device.mkdir(exist_ok=True)
    (node / "compatible").write_bytes(compatible)
    drivers = udc.parent.parent / "bus/platform/drivers" / driver
    drivers.mkdir(parents=True)
    (device / "driver").symlink_to(drivers)
    (udc / "device").symlink_to(device)


@pytest.mark.parametrize("on_parent", [False, True])
def test_a_controller_is_known_by_the_device_tree_of_it_or_of_its_glue(
    udc: Path, on_parent: bool
) -> None:
    glue(udc, "musb-hdrc", b"allwinner,sun4i-a10-musb\0", on_parent=on_parent)
    silicon = controllers(udc).silicon("dummy_udc.0")
    assert silicon is not None
    assert silicon.there == Endpoints(5, 5)


def test_of_a_controller_without_a_device_tree_nothing_is_known(udc: Path) -> None:
    assert controllers(udc).silicon("dummy_udc.0") is None


def test_waking_the_target_up_is_one_write(udc: Path) -> None:
    glue(udc, "musb-hdrc", b"\0", on_parent=False)
    (udc / "srp").write_text("")
    controllers(udc).wake("dummy_udc.0")
    assert (udc / "srp").read_text() == "1\n"


def test_a_controller_that_can_wake_nobody_says_so(udc: Path) -> None:
    # The kernel takes the write and says nothing, so it must not come to that.
    glue(udc, "dwc2", b"snps,dwc2\0", on_parent=False)
    (udc / "srp").write_text("")
    assert not controllers(udc).can_wake("dummy_udc.0")
    with pytest.raises(WakeUnsupportedError) as caught:
        controllers(udc).wake("dummy_udc.0")
    assert caught.value.code == "wake_unsupported"
    assert (udc / "srp").read_text() == ""


def test_a_kernel_that_does_not_take_the_wish_says_why(udc: Path) -> None:
    (udc / "srp").mkdir()
    with pytest.raises(GadgetRefusedError, match=r"wake the target up through dummy_udc\.0"):
        controllers(udc).wake("dummy_udc.0")


def test_a_controller_that_went_away_wakes_nobody(udc: Path) -> None:
    with pytest.raises(UdcMissingError):
        controllers(udc).wake("dummy_udc.7")


def test_the_watch_of_a_controller_that_was_replaced_is_stale(udc: Path) -> None:
    async def scene() -> None:
        # Files of the kernel that can be polled, as `state` can.
        (udc / "state").symlink_to("/proc/self/mounts")
        watch = controllers(udc).watch("dummy_udc.0", lambda state: None)
        assert not watch.is_stale
        (udc / "state").unlink()
        assert watch.is_stale
        (udc / "state").symlink_to("/proc/self/mountinfo")
        assert watch.is_stale
        watch.close()

    asyncio.run(scene())
