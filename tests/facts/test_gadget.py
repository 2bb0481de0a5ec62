"""The gadget and its tree, against what the kernel takes and in which order it takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from gadgetd.cable import Shape
from gadgetd.daemon import device
from gadgetd.hid.descriptor import encode
from gadgetd.hid.reports import BOOT_KEYBOARD
from gadgetd.settings import Settings
from gadgetd.usb.gadget import (
    FALLBACK_SERIAL,
    Gadget,
    HidFunction,
    absolute_mouse_function,
    cdrom_function,
    disk_function,
    keyboard_function,
    relative_mouse_function,
    serial_from,
)
from gadgetd.usb.tree import Link, Node, Optional, Tree, tree

KEYBOARD, CDROM = keyboard_function(), cdrom_function()
ABSOLUTE, RELATIVE = absolute_mouse_function(), relative_mouse_function()
KVM = Gadget(
    name="kaputtkvm",
    vendor_id=0x1D6B,
    product_id=0x0104,
    manufacturer="KaputtKVM",
    product="KaputtKVM",
    serial="0123456789ABCDEF",
    max_power_ma=250,
    functions=(KEYBOARD, CDROM),
    linked=(KEYBOARD.directory,),
)


def leaves(branch: Tree, at: str = "") -> Iterator[tuple[str, Node]]:
    """Every attribute and link with its path, in the order of writing."""
    for name, node in branch.items():
        if isinstance(node, Mapping):
            yield from leaves(node, f"{at}{name}/")
        else:
            yield f"{at}{name}", node


def test_the_gadget_is_laid_out_as_configfs_wants_it() -> None:
    assert list(leaves(tree(KVM.showing([KEYBOARD, CDROM])))) == [
        ("idVendor", "0x1d6b"),
        ("idProduct", "0x0104"),
        ("bcdDevice", "0x0100"),
        ("strings/0x409/manufacturer", "KaputtKVM"),
        ("strings/0x409/product", "KaputtKVM"),
        ("strings/0x409/serialnumber", "0123456789ABCDEF"),
        ("functions/hid.keyboard/subclass", "1"),
        ("functions/hid.keyboard/protocol", "1"),
        ("functions/hid.keyboard/report_length", "8"),
        ("functions/hid.keyboard/no_out_endpoint", Optional("1")),
        ("functions/hid.keyboard/report_desc", encode(BOOT_KEYBOARD)),
        ("functions/mass_storage.drive/stall", "0"),
        ("functions/mass_storage.drive/lun.0/cdrom", "1"),
        ("functions/mass_storage.drive/lun.0/ro", "1"),
        ("functions/mass_storage.drive/lun.0/removable", "1"),
        ("functions/mass_storage.drive/lun.0/nofua", "1"),
        ("functions/mass_storage.drive/lun.0/inquiry_string", "Kaputt  KVM CD-ROM      0100"),
        ("configs/c.1/bmAttributes", "0xa0"),
        ("configs/c.1/MaxPower", "250"),
        ("configs/c.1/strings/0x409/configuration", "KaputtKVM"),
        ("configs/c.1/hid.keyboard", Link("functions/hid.keyboard")),
        ("configs/c.1/mass_storage.drive", Link("functions/mass_storage.drive")),
    ]


def test_a_function_that_is_not_shown_exists_all_the_same() -> None:
    paths = [path for path, _ in leaves(tree(KVM.showing([KEYBOARD])))]
    assert "functions/mass_storage.drive/stall" in paths
    assert "configs/c.1/mass_storage.drive" not in paths


def test_every_link_comes_after_all_that_it_leads_to() -> None:
    # The kernel refuses HID attributes (EBUSY) once the function is linked.
    written: list[str] = []
    for path, node in leaves(tree(KVM.showing([KEYBOARD, CDROM]))):
        if isinstance(node, Link):
            assert any(earlier.startswith(f"{node.target}/") for earlier in written)
            assert not path.startswith("functions/")
        else:
            assert not any(earlier.startswith("configs/c.1/hid") for earlier in written)
        written.append(path)


def test_interfaces_have_the_order_in_which_functions_are_shown() -> None:
    shown = [
        path
        for path, node in leaves(tree(KVM.showing([CDROM, KEYBOARD])))
        if isinstance(node, Link)
    ]
    assert shown == ["configs/c.1/mass_storage.drive", "configs/c.1/hid.keyboard"]


@pytest.mark.parametrize(
    ("function", "subclass", "protocol", "length"),
    [
        (KEYBOARD, "1", "1", "8"),  # HID 1.11 §4.2 and §4.3: boot interface, keyboard
        (RELATIVE, "1", "2", "5"),  # boot interface, mouse
        (ABSOLUTE, "0", "0", "7"),  # firmware would take its places for distances
    ],
)
def test_what_firmware_is_told_of_each_hid_function(
    function: HidFunction, subclass: str, protocol: str, length: str
) -> None:
    gadget = replace(KVM, functions=(function,), linked=())
    written = dict(leaves(tree(gadget)))
    place = f"functions/{function.directory}"
    assert written[f"{place}/subclass"] == subclass
    assert written[f"{place}/protocol"] == protocol
    assert written[f"{place}/report_length"] == length
    assert written[f"{place}/no_out_endpoint"] == Optional("1")


@pytest.mark.parametrize(("can_wake", "attributes"), [(True, 0xA0), (False, 0x80)])
def test_waking_the_host_up_is_offered_where_the_controller_can(
    can_wake: bool, attributes: int
) -> None:
    # USB 2.0 §9.6.3: bit 7 is always set, bit 5 is remote wakeup.
    written = dict(leaves(tree(replace(KVM, can_wake=can_wake))))
    assert int(str(written["configs/c.1/bmAttributes"]), 0) == attributes


@pytest.mark.parametrize(
    ("absolute", "relative", "mice"),
    [
        (True, True, ["hid.absolute", "hid.relative"]),
        (True, False, ["hid.absolute"]),
        (False, True, ["hid.relative"]),
        (False, False, []),
    ],
)
def test_each_mouse_is_there_if_the_configuration_says_so(
    absolute: bool, relative: bool, mice: list[str]
) -> None:
    settings = Settings.model_validate({"mouse": {"absolute": absolute, "relative": relative}})
    for is_drive_shown, drive in ((False, []), (True, ["mass_storage.drive"])):
        gadget = device(settings, "0", Shape(is_drive_shown=is_drive_shown))
        # Firmware that looks at few interfaces still finds the keyboard and the drive.
        assert list(gadget.linked) == ["hid.keyboard", *drive, *mice]
        assert [function.directory for function in gadget.shown] == list(gadget.linked)


def test_cdrom_is_written_before_ro_because_turning_it_on_changes_ro() -> None:
    lun = [path.rpartition("/")[2] for path, _ in leaves(tree(KVM)) if "/lun.0/" in path]
    assert lun.index("cdrom") < lun.index("ro")


def test_a_disk_is_the_same_drive_write_protected_and_no_cdrom() -> None:
    disk = disk_function()
    assert disk.directory == CDROM.directory
    assert (disk.lun.cdrom, disk.lun.read_only, disk.lun.removable) == (False, True, True)


@pytest.mark.parametrize("function", [CDROM, disk_function()])
def test_an_inquiry_string_fills_exactly_the_28_characters_of_scsi(function: object) -> None:
    lun = function.lun  # type: ignore[attr-defined]
    assert len(lun.inquiry) == 28
    assert lun.inquiry.isascii()
    assert lun.inquiry[:8] == "Kaputt  "


@pytest.mark.parametrize("function", [KEYBOARD, CDROM, ABSOLUTE, RELATIVE])
def test_a_functions_directory_is_short_enough_for_configfs(function: object) -> None:
    kind, _, instance = function.directory.partition(".")  # type: ignore[attr-defined]
    assert kind in ("hid", "mass_storage")
    assert instance
    assert len(function.directory) < 40  # type: ignore[attr-defined]


def test_numbers_are_written_in_a_way_the_kernel_reads() -> None:
    # kstrtou16 and kstrtou8 with base 0: 0x… is hexadecimal, and a bcd has decimal digits only.
    values = dict(leaves(tree(KVM)))
    assert int(str(values["idVendor"]), 0) == 0x1D6B
    assert str(values["bcdDevice"]).removeprefix("0x").isdecimal()
    assert int(str(values["configs/c.1/bmAttributes"]), 0) & 0x80


def test_a_board_keeps_its_serial_number_and_another_board_has_another() -> None:
    here, there = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    assert serial_from(f"{here}\n") == serial_from(here)
    assert serial_from(here) != serial_from(there)


def test_the_serial_number_does_not_give_the_machine_id_away() -> None:
    machine_id = "0123456789abcdef0123456789abcdef"
    assert serial_from(machine_id).lower() not in machine_id
    assert serial_from(machine_id) == "73317603B94BA42B"  # it must not change with a release


@pytest.mark.parametrize("machine_id", ["", "\n", "uninitialized\n", "0123", "x" * 32])
def test_a_board_without_a_machine_id_has_the_fallback_serial(machine_id: str) -> None:
    assert serial_from(machine_id) == FALLBACK_SERIAL


@pytest.mark.parametrize("serial", [FALLBACK_SERIAL, serial_from("0123456789abcdef" * 2)])
def test_serial_numbers_are_at_least_twelve_characters_of_the_bulk_only_transport(
    serial: str,
) -> None:
    assert len(serial) >= 12
    assert set(serial) <= set("0123456789ABCDEF")
