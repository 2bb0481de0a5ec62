"""The drive's attributes: what is written, and what each refusal of the kernel is called."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gadgetd.devices import lun as module
from gadgetd.devices.image import Library
from gadgetd.devices.lun import Lun
from gadgetd.errors import KaputtError
from gadgetd.usb.medium import MediumMode


@pytest.fixture
def attributes(tmp_path: Path) -> Path:
    place = tmp_path / "lun.0"
    place.mkdir()
    for name, content in {"file": "\n", "forced_eject": "", "cdrom": "1\n", "ro": "1\n"}.items():
        (place / name).write_text(content)
    return place


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "debian.iso").write_bytes(b"\0" * 614_400)
    return Library(tmp_path)


def test_an_empty_drive_has_no_image(attributes: Path) -> None:
    assert Lun(attributes).image() is None


def test_the_image_is_the_path_that_the_kernel_shows(attributes: Path) -> None:
    (attributes / "file").write_text("/images/debian 13.iso\n")
    assert Lun(attributes).image() == "/images/debian 13.iso"


def test_an_image_deleted_since_is_still_in(attributes: Path) -> None:
    (attributes / "file").write_text("/images/debian.iso (deleted)\n")
    assert Lun(attributes).image() == "/images/debian.iso"


def test_no_gadget_is_an_empty_cdrom_drive(tmp_path: Path) -> None:
    lun = Lun(tmp_path / "absent")
    assert lun.image() is None
    assert lun.mode() is MediumMode.CDROM
    lun.eject()
    lun.eject(force=True)


def test_the_mode_is_read_from_the_kernel(attributes: Path) -> None:
    (attributes / "cdrom").write_text("0\n")
    assert Lun(attributes).mode() is MediumMode.DISK


def test_ejecting_writes_a_newline_and_forcing_uses_the_other_attribute(attributes: Path) -> None:
    lun = Lun(attributes)
    (attributes / "file").write_text("")
    lun.eject()
    assert (attributes / "file").read_text() == "\n"
    assert (attributes / "forced_eject").read_text() == ""
    lun.eject(force=True)
    assert (attributes / "forced_eject").read_text() == "1\n"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EBUSY, "medium_locked"),
        (525, "image_too_small"),
        (errno.EACCES, "image_unreadable"),
        (errno.EINVAL, "insert_failed"),
    ],
)
def test_each_refusal_to_insert_has_a_name(
    attributes: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: str,
) -> None:
    def refuse(attribute: Path, value: str) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module, "write", refuse)
    with pytest.raises(KaputtError) as caught:
        Lun(attributes).insert(library.open("debian.iso"))
    assert caught.value.code == code


def test_an_insertion_that_the_kernel_does_not_show_afterwards_has_failed(
    attributes: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "write", lambda attribute, value: None)
    with pytest.raises(KaputtError, match="holds nothing instead") as caught:
        Lun(attributes).insert(library.open("debian.iso"))
    assert caught.value.code == "insert_failed"


def test_the_size_is_that_of_the_file_which_is_in(attributes: Path, tmp_path: Path) -> None:
    image = tmp_path / "debian.iso"
    image.write_bytes(b"\0" * 4096)
    (attributes / "file").write_text(f"{image}\n")
    assert Lun(attributes).measure() == 4096


def test_the_size_of_a_replaced_image_is_not_that_of_its_replacement(
    attributes: Path, tmp_path: Path
) -> None:
    image = tmp_path / "debian.iso"
    image.write_bytes(b"\0" * 4096)
    (attributes / "file").write_text(f"{image} (deleted)\n")  # what the kernel says of the old one
    assert Lun(attributes).measure() is None
