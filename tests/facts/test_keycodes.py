"""Key codes: every key a browser can name and a boot keyboard can say."""

import pytest
from linuxpy.input.raw import Key as EvdevKey  # the kernel's header, as linuxpy generates it

from gadgetd.hid.keycodes import CODES, UnknownKeyError, key_for
from gadgetd.hid.usages import Key
from tests.facts.kernel_keys import EXPECTED


@pytest.mark.parametrize(
    ("code", "usage"),
    [
        ("KeyA", 0x04),
        ("Digit0", 0x27),
        ("Enter", 0x28),
        ("Backslash", 0x31),
        ("Quote", 0x34),
        ("Delete", 0x4C),
        ("NumpadEnter", 0x58),
        ("IntlBackslash", 0x64),
        ("ContextMenu", 0x65),
        ("F24", 0x73),
        ("IntlRo", 0x87),
        ("KanaMode", 0x88),
        ("IntlYen", 0x89),
        ("Convert", 0x8A),
        ("NonConvert", 0x8B),
        ("Lang1", 0x90),
        ("Lang5", 0x94),
        ("NumpadComma", 0x85),
        ("MetaRight", 0xE7),
    ],
)
def test_a_browsers_key_has_the_usage_at_the_same_place_of_the_keyboard(
    code: str, usage: int
) -> None:
    assert key_for(code) == usage


def test_the_host_side_table_covers_every_code_and_no_other() -> None:
    assert EXPECTED.keys() == CODES.keys()


def test_every_expected_host_key_exists_in_the_kernels_header() -> None:
    assert [name for name in EXPECTED.values() if name not in EvdevKey.__members__] == []


def test_codes_of_one_usage_are_expected_as_one_host_key() -> None:
    seen: dict[Key, str] = {}
    for code, key in CODES.items():
        assert seen.setdefault(key, EXPECTED[code]) == EXPECTED[code]


def test_every_key_with_a_mark_or_a_function_on_it_can_be_pressed() -> None:
    # What is left has no KeyboardEvent.code: states, AS/400 and calculator keys, unused numbers.
    ordinary = set(range(Key.A, Key.NON_US_HASH)) | set(range(Key.SEMICOLON, Key.F24 + 1))
    modifiers = set(range(Key.LEFT_CONTROL, Key.RIGHT_GUI + 1))
    assert ordinary | modifiers <= set(CODES.values())


def test_a_misspelt_code_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownKeyError) as caught:
        key_for("ControlLft")
    assert caught.value.code == "key_unknown"
    assert "'ControlLft'" in caught.value.sentence
    assert caught.value.remedy == "Did you mean 'ControlLeft'?"


@pytest.mark.parametrize("code", ["MediaPlayPause", "Fn", "", "\0\n", "\ud800", "x" * 100_000])
def test_anything_else_is_refused_on_one_short_line(code: str) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        key_for(code)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


def test_of_several_names_for_one_key_the_current_one_comes_first() -> None:
    names: dict[Key, list[str]] = {}
    for code, key in CODES.items():
        names.setdefault(key, []).append(code)
    assert {first: others for first, *others in names.values() if others} == {
        "NumpadMultiply": ["NumpadStar"],
        "MetaLeft": ["OSLeft"],
        "MetaRight": ["OSRight"],
        "Lang3": ["Katakana"],
        "Lang4": ["Hiragana"],
        "AudioVolumeDown": ["VolumeDown"],
        "AudioVolumeMute": ["VolumeMute"],
        "AudioVolumeUp": ["VolumeUp"],
    }


def test_the_table_cannot_be_changed_by_those_who_use_it() -> None:
    with pytest.raises(TypeError):
        CODES["KeyA"] = Key.B  # type: ignore[index]
