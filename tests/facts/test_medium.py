"""What may go into the drive, against the limits that the kernel was seen to have."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gadgetd.errors import KaputtError
from gadgetd.usb.medium import (
    ImageNameInvalidError,
    ImageNotSectorsError,
    ImageTooLargeError,
    ImageTooSmallError,
    MediumMode,
    check_name,
    check_size,
    modes_for,
)

CDROM, DISK = MediumMode.CDROM, MediumMode.DISK
# fsg_lun_open refuses below 300 sectors, and shows no more than 256*60*75-1 of them.
SMALLEST_CDROM_BYTES = 614_400
LARGEST_CDROM_BYTES = 2_359_293_952


@pytest.mark.parametrize(
    "name",
    [
        "debian-12.8.0-amd64-netinst.iso",
        "with blanks and (brackets).iso",
        "Müller – Größe.iso",
        "日本語.iso",
        "-rf",
        "ISO",
        "a..b",
        "x" * 255,
    ],
)
def test_the_name_of_a_file_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("/etc/shadow", "path separator"),
        ("../secret.iso", "path separator"),
        ("sub/x.iso", "path separator"),
        ("..\\x.iso", "path separator"),
        (".", "dot"),
        ("..", "dot"),
        (".hidden.iso", "dot"),
        ("two\nlines.iso", "control character"),
        ("x.iso\n", "control character"),
        ("zero\0.iso", "control character"),
        ("\x7f.iso", "control character"),
        ("\x9b31m.iso", "control character"),
        ("line\u2028separator.iso", "control character"),
        ("\udcff.iso", "not valid text"),
        ("x" * 256, "256 bytes"),
        ("ü" * 128, "256 bytes"),
    ],
)
def test_what_is_not_the_name_of_a_file_in_the_library_is_refused_with_the_reason(
    name: str, reason: str
) -> None:
    with pytest.raises(ImageNameInvalidError, match=reason) as caught:
        check_name(name)
    assert caught.value.code == "image_name_invalid"
    assert str(caught.value).isprintable()


@given(st.text(max_size=300))
def test_a_name_that_passes_stays_inside_the_directory_and_on_one_line(name: str) -> None:
    with suppress(ImageNameInvalidError):
        check_name(name)
        assert "/" not in name
        assert name not in ("", ".", "..")
        assert name.splitlines() == [name]
        assert len(name.encode()) <= 255


@pytest.mark.parametrize(
    ("size_bytes", "mode"),
    [
        (SMALLEST_CDROM_BYTES, CDROM),
        (LARGEST_CDROM_BYTES, CDROM),
        (512, DISK),
        (SMALLEST_CDROM_BYTES - 512, DISK),
        (LARGEST_CDROM_BYTES + 2048, DISK),
        (8 * 1024**4, DISK),
    ],
)
def test_an_image_that_the_target_would_see_in_full_is_taken(
    size_bytes: int, mode: MediumMode
) -> None:
    check_size("x.iso", size_bytes, mode)


@pytest.mark.parametrize(
    ("size_bytes", "mode", "error", "code"),
    [
        (0, CDROM, ImageTooSmallError, "image_too_small"),
        (SMALLEST_CDROM_BYTES - 1, CDROM, ImageTooSmallError, "image_too_small"),
        (LARGEST_CDROM_BYTES + 1, CDROM, ImageTooLargeError, "image_too_large"),
        (LARGEST_CDROM_BYTES + 2048, CDROM, ImageTooLargeError, "image_too_large"),
        (SMALLEST_CDROM_BYTES + 512, CDROM, ImageNotSectorsError, "image_not_sectors"),
        (0, DISK, ImageTooSmallError, "image_too_small"),
        (511, DISK, ImageTooSmallError, "image_too_small"),
        (1_000_000, DISK, ImageNotSectorsError, "image_not_sectors"),
    ],
)
def test_an_image_of_which_the_target_would_see_a_part_or_nothing_is_refused(
    size_bytes: int, mode: MediumMode, error: type[KaputtError], code: str
) -> None:
    with pytest.raises(error) as caught:
        check_size("x.iso", size_bytes, mode)
    assert caught.value.code == code
    assert f"x.iso has {size_bytes:,} bytes" in caught.value.sentence


def test_an_image_too_large_for_a_cdrom_is_offered_as_a_disk() -> None:
    with pytest.raises(ImageTooLargeError) as caught:
        check_size("win.iso", 5_000_000_512, CDROM)
    assert "only the first part" in caught.value.sentence
    assert "2,359,293,952" in caught.value.sentence
    assert "as a disk" in caught.value.remedy


def test_an_image_that_can_be_no_disk_either_is_not_offered_as_one() -> None:
    with pytest.raises(ImageTooSmallError) as caught:
        check_size("x.iso", 100, CDROM)
    assert "disk" not in caught.value.remedy


def test_a_cut_off_sector_is_told_with_the_number_of_bytes_that_would_be_missing() -> None:
    with pytest.raises(ImageNotSectorsError, match="the last 576 bytes"):
        check_size("x.iso", 1_000_000, CDROM)


@pytest.mark.parametrize(
    ("size_bytes", "modes"),
    [
        (0, ()),
        (512, (DISK,)),
        (SMALLEST_CDROM_BYTES, (CDROM, DISK)),
        (SMALLEST_CDROM_BYTES + 512, (DISK,)),
        (LARGEST_CDROM_BYTES, (CDROM, DISK)),
        (LARGEST_CDROM_BYTES + 2048, (DISK,)),
        (SMALLEST_CDROM_BYTES + 1, ()),
    ],
)
def test_the_ways_to_insert_an_image_are_those_that_would_be_taken(
    size_bytes: int, modes: tuple[MediumMode, ...]
) -> None:
    assert modes_for(size_bytes) == modes


def test_modes_are_the_words_of_the_wire() -> None:
    assert (str(CDROM), str(DISK)) == ("cdrom", "disk")
    assert MediumMode("cdrom") is CDROM
