"""Names in the library, on a real file system with real links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gadgetd.devices.image import Library
from gadgetd.errors import KaputtError


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "outside").write_bytes(b"secret")
    inside = tmp_path / "images"
    inside.mkdir()
    (inside / "debian 13.iso").write_bytes(b"x" * 4096)
    (inside / "link.iso").symlink_to(tmp_path / "outside")
    (inside / "folder.iso").mkdir()
    os.mkfifo(inside / "pipe.iso")
    return inside


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("absent.iso", "image_not_found"),
        ("link.iso", "image_not_regular"),
        ("folder.iso", "image_not_regular"),
        ("pipe.iso", "image_not_regular"),
        ("../outside", "image_name_invalid"),
        ("", "image_name_invalid"),
        (".hidden", "image_name_invalid"),
        ("debian 13.iso\n", "image_name_invalid"),
    ],
)
def test_what_is_no_plain_file_of_the_library_is_refused(
    directory: Path, name: str, code: str
) -> None:
    with pytest.raises(KaputtError) as caught:
        Library(directory).open(name)
    assert caught.value.code == code


def test_an_image_is_the_file_that_was_checked_even_when_its_name_changes_hands(
    directory: Path,
) -> None:
    image = Library(directory).open("debian 13.iso")
    (directory / "debian 13.iso").unlink()
    (directory / "debian 13.iso").symlink_to(directory.parent / "outside")
    assert image.size_bytes == 4096
    assert image.door.read_bytes() == b"x" * 4096
    image.close()


def test_the_path_is_where_the_file_really_lies(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(directory)
    image = Library(tmp_path / "shortcut").open("debian 13.iso")
    assert image.path == str(directory / "debian 13.iso")
    image.close()


def test_a_library_that_is_not_there_has_no_images(tmp_path: Path) -> None:
    with pytest.raises(KaputtError) as caught:
        Library(tmp_path / "absent").open("debian.iso")
    assert caught.value.code == "image_not_found"
