"""The walk over the tree, on a directory that stands in for configfs.

What the kernel makes of it is shown in the lab. What is the same on any file system is shown here:
what gets written where, in which order, and that a half-built gadget can be taken down.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gadgetd.cable import Shape
from gadgetd.daemon import device
from gadgetd.devices.configfs import GadgetDirectory, same
from gadgetd.failures import ConfigfsMissingError, GadgetRefusedError, HidFunctionsShortError
from gadgetd.settings import Settings
from gadgetd.usb.medium import MediumMode
from gadgetd.usb.tree import Tree, tree

KEYBOARD = "functions/hid.keyboard"
DRIVE = "functions/mass_storage.drive"

# As printed by a kernel 6.1 after mkdir: the groups and attributes it makes by itself.
KERNEL_MAKES = {
    "UDC": "\n",
    "idVendor": "0x0000\n",
    "idProduct": "0x0000\n",
    "bcdDevice": "0x0601\n",
    "strings/0x409/manufacturer": "\n",
    "strings/0x409/product": "\n",
    "strings/0x409/serialnumber": "\n",
    f"{KEYBOARD}/protocol": "0\n",
    f"{KEYBOARD}/subclass": "0\n",
    f"{KEYBOARD}/report_length": "0\n",
    f"{KEYBOARD}/report_desc": "",
    f"{KEYBOARD}/dev": "246:0\n",
    **{
        f"functions/hid.{mouse}/{attribute}": content
        for mouse in ("absolute", "relative")
        for attribute, content in (
            ("protocol", "0\n"),
            ("subclass", "0\n"),
            ("report_length", "0\n"),
            ("report_desc", ""),
        )
    },
    "functions/hid.absolute/dev": "246:1\n",
    "functions/hid.relative/dev": "246:2\n",
    f"{DRIVE}/stall": "0\n",
    f"{DRIVE}/lun.0/cdrom": "0\n",
    f"{DRIVE}/lun.0/ro": "0\n",
    f"{DRIVE}/lun.0/removable": "1\n",
    f"{DRIVE}/lun.0/nofua": "0\n",
    f"{DRIVE}/lun.0/inquiry_string": "\n",
    f"{DRIVE}/lun.0/file": "\n",
    "configs/c.1/MaxPower": "2\n",
    "configs/c.1/bmAttributes": "0x80\n",
    "configs/c.1/strings/0x409/configuration": "\n",
}


def wanted(*, shown: bool = True, mode: MediumMode = MediumMode.CDROM) -> Tree:
    return tree(device(Settings(), "0123456789AB", Shape(mode, shown)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the gadget will be."""
    (tmp_path / "usb_gadget").mkdir()
    return tmp_path / "usb_gadget" / "kaputtkvm"


@pytest.fixture
def gadget(root: Path) -> GadgetDirectory:
    """A gadget whose attributes the kernel has made, as it would on each mkdir."""
    for name, content in KERNEL_MAKES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return GadgetDirectory(root.parent.parent, "kaputtkvm")


def bare(root: Path) -> GadgetDirectory:
    return GadgetDirectory(root.parent.parent, "kaputtkvm")


def test_the_applied_gadget_has_what_the_tree_says(gadget: GadgetDirectory, root: Path) -> None:
    gadget.apply(wanted())
    assert (root / "idVendor").read_text().startswith("0x1d6b\n")
    assert (root / DRIVE / "lun.0/cdrom").read_text() == "1\n"
    assert (root / KEYBOARD / "report_desc").read_bytes()[:4] == bytes.fromhex("05010906")
    assert gadget.differences(wanted()) == []


def test_links_are_absolute_because_configfs_looks_from_the_working_directory(
    gadget: GadgetDirectory, root: Path
) -> None:
    gadget.apply(wanted())
    link = root / "configs/c.1/hid.keyboard"
    assert link.readlink() == root / KEYBOARD


ORDER = ["hid.keyboard", "mass_storage.drive", "hid.absolute", "hid.relative"]


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The links there are, in the order in which they were made, which is all that counts."""
    there: list[str] = []
    symlink, unlink = os.symlink, Path.unlink

    def make(target: str, link: Path, *more: object) -> None:
        symlink(target, link)
        there.append(Path(link).name)

    def remove(link: Path, missing_ok: bool = False) -> None:
        if link.name in there:
            there.remove(link.name)
        unlink(link, missing_ok)

    monkeypatch.setattr(os, "symlink", make)
    monkeypatch.setattr(Path, "unlink", remove)
    return there


def test_functions_are_linked_in_the_order_of_their_interfaces(
    gadget: GadgetDirectory, linked: list[str]
) -> None:
    gadget.apply(wanted())
    assert linked == ORDER


def test_a_drive_that_is_shown_later_comes_before_the_mice_all_the_same(
    gadget: GadgetDirectory, linked: list[str]
) -> None:
    gadget.apply(wanted(shown=False))
    assert linked == [name for name in ORDER if name != "mass_storage.drive"]
    gadget.apply(wanted())
    assert linked == ORDER
    gadget.apply(wanted(shown=False))
    gadget.apply(wanted())
    assert linked == ORDER


def test_a_kernel_without_hid_functions_left_says_who_has_them(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = Path.mkdir

    def make(place: Path, *more: object, **options: bool) -> None:
        if place.name == "hid.relative":
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        mkdir(place, *more, **options)  # type: ignore[arg-type]

    (root.parent / "theirs/functions/hid.usb0").mkdir(parents=True)
    (root.parent / "theirs/functions/ecm.usb0").mkdir()
    monkeypatch.setattr(Path, "mkdir", make)
    gadget = bare(root)
    hid_alone: Tree = {"functions": {name: {} for name in ORDER}}
    with pytest.raises(HidFunctionsShortError) as caught:
        gadget.apply(hid_alone)
    assert caught.value.sentence == (
        "The kernel has 4 HID functions for all gadgets together, and we need 3 of them: "
        "hid.keyboard, hid.absolute, hid.relative; other gadgets have theirs/hid.usb0."
    )
    assert "mouse.absolute" in caught.value.remedy


def test_an_attribute_that_the_kernel_lacks_is_left_out_if_it_is_optional(
    gadget: GadgetDirectory, root: Path
) -> None:
    gadget.apply(wanted())
    assert not (root / KEYBOARD / "no_out_endpoint").exists()


def test_an_optional_attribute_that_the_kernel_has_is_written(
    gadget: GadgetDirectory, root: Path
) -> None:
    (root / KEYBOARD / "no_out_endpoint").write_text("0\n")
    gadget.apply(wanted())
    assert (root / KEYBOARD / "no_out_endpoint").read_text() == "1\n"


def test_a_mandatory_attribute_that_is_missing_is_told_by_its_path(
    gadget: GadgetDirectory, root: Path
) -> None:
    (root / DRIVE / "stall").unlink()
    with pytest.raises(GadgetRefusedError, match=r"stall.*No such file"):
        gadget.apply(wanted())


def test_applying_again_writes_nothing(gadget: GadgetDirectory, root: Path) -> None:
    gadget.apply(wanted())
    for path in root.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
            os.utime(path, ns=(0, 0))
    gadget.apply(wanted())
    assert {path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()} == {0}


def test_hiding_the_drive_takes_its_link_away_and_leaves_the_function(
    gadget: GadgetDirectory, root: Path
) -> None:
    gadget.apply(wanted())
    gadget.apply(wanted(shown=False))
    assert not gadget.has("mass_storage.drive")
    assert gadget.has("hid.keyboard")
    assert (root / DRIVE).is_dir()


def test_what_differs_is_named(gadget: GadgetDirectory, root: Path) -> None:
    gadget.apply(wanted())
    (root / "idProduct").write_text("0x0105\n")
    (root / "configs/c.1/hid.keyboard").unlink()
    differing = gadget.differences(wanted())
    # What was linked after it has to be linked anew: the order of links is that of interfaces.
    assert differing == ["idProduct", *(f"configs/c.1/{name}" for name in ORDER)]


def test_the_medium_in_the_drive_is_no_difference(gadget: GadgetDirectory, root: Path) -> None:
    gadget.apply(wanted())
    (root / DRIVE / "lun.0/file").write_text("/images/debian.iso\n")
    assert gadget.differences(wanted()) == []


def test_a_gadget_that_is_not_there_differs(root: Path) -> None:
    assert bare(root).differences(wanted()) == ["kaputtkvm"]


@pytest.mark.parametrize(
    "built",
    [
        [],
        ["strings/0x409"],
        ["functions/hid.keyboard"],
        ["functions/mass_storage.drive/lun.0", "functions/mass_storage.drive/lun.1"],
        ["functions/hid.keyboard", "configs/c.1/strings/0x409"],
    ],
)
def test_whatever_was_half_built_can_be_taken_down(root: Path, built: list[str]) -> None:
    root.mkdir()
    for part in built:
        (root / part).mkdir(parents=True)
    if (root / "configs/c.1").is_dir():
        (root / "configs/c.1/hid.keyboard").symlink_to(root / KEYBOARD)
    bare(root).take_down()
    assert not root.exists()


def test_taking_down_what_is_not_there_is_no_error(root: Path) -> None:
    bare(root).take_down()


def test_unbinding_writes_a_newline_because_an_empty_write_reaches_no_driver(
    gadget: GadgetDirectory, root: Path
) -> None:
    (root / "UDC").write_bytes(b"")
    gadget.unbind()
    assert (root / "UDC").read_bytes() == b"\n"


def test_other_gadgets_on_a_controller_are_known_by_name(
    gadget: GadgetDirectory, root: Path
) -> None:
    other = root.parent / "other"
    other.mkdir()
    (other / "UDC").write_text("dummy_udc.0\n")
    assert gadget.others_on("dummy_udc.0") == ["other"]
    assert gadget.others_on("dummy_udc.1") == []


def test_a_system_without_configfs_is_told_how_to_mount_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigfsMissingError) as caught:
        GadgetDirectory(tmp_path / "absent", "kaputtkvm").prepare()
    assert caught.value.code == "configfs_missing"
    assert f"mount -t configfs none {tmp_path / 'absent'}" in caught.value.remedy


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("0x1d6b", b"0x1d6b\n"), ("1", b"1\n"), ("250", b"250\n"), ("0x80", b"0x80\n"), ("", b"\n")],
)
def test_what_the_kernel_prints_is_recognised(wanted: str, shown: bytes) -> None:
    assert same(wanted, shown)


def test_inquiry_padding_is_not_a_difference_but_another_text_is() -> None:
    assert same("Kaputt  KVM CD-ROM      0100", b"Kaputt  KVM CD-ROM      0100\n")
    assert not same("Kaputt  KVM CD-ROM      0100", b"Kaputt  KVM disk        0100\n")
