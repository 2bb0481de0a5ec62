"""Strokes become pictures of the keyboard; what is none is refused without being repeated."""

from __future__ import annotations

import pytest

from gadgetd.hid.strokes import StrokeError, pictures


@pytest.mark.parametrize(
    ("stroke", "report"),
    [
        ([0x04], "00 00 04 00 00 00 00 00"),
        ([0xE1, 0x04], "02 00 04 00 00 00 00 00"),
        ([0xE0, 0xE6, 0x4C], "41 00 4c 00 00 00 00 00"),
        ([0xE2, 0x46, 0x05], "04 00 46 05 00 00 00 00"),
        ([0xE7], "80 00 00 00 00 00 00 00"),
        ([0xE0, 0xE1, 4, 5, 6, 7, 8, 9], "03 00 04 05 06 07 08 09"),
    ],
)
def test_a_stroke_is_its_modifiers_as_bits_and_its_keys_in_their_order(
    stroke: list[int], report: str
) -> None:
    assert pictures([stroke]) == [bytes.fromhex(report)]


def test_each_stroke_has_its_picture_however_often_it_comes() -> None:
    a, b = bytes.fromhex("0000040000000000"), bytes.fromhex("0000050000000000")
    assert pictures([[4], [5], [4], [4]]) == [a, b, a, a]
    assert len(pictures([[4]] * 1024)) == 1024


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        "ab",
        {},
        [],
        [[4]] * 1025,
        [[]],
        [4],
        ["\x04"],
        [None],
        [{4: 5}],
        [[[4]]],
        [[0]],
        [[1]],
        [[256]],
        [[-4]],
        [[4.5]],
        [[True]],
        [["4"]],
        [[4, 4]],
        [[4, 5, 6, 7, 8, 9, 10]],
        [[0xE0, 0xE1, 0xE2, 4, 5, 6, 7, 8, 9]],
    ],
)
def test_what_is_no_stroke_is_refused(strokes: object) -> None:
    with pytest.raises(StrokeError):
        pictures(strokes)


def test_a_refusal_names_the_place_and_not_what_was_there() -> None:
    with pytest.raises(StrokeError) as error:
        pictures([[4], [5], [77, 1234]])
    assert "Number 3" in str(error.value)
    assert not {"77", "1234"} & set(str(error.value).split())
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
