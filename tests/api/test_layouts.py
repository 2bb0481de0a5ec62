"""Layouts: their names, and what they can write."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.keys.evdev import MODIFIER_KEYS, WRITING_KEYS
from api.keys.layouts import Layout, LayoutBrokenError, LayoutUnknownError, keymap, layouts
from api.keys.plan import NO_LIGHT, Stroke, Ways
from api.keys.reach import strokes, ways
from api.keys.xkb import Context, LayoutsUnavailableError
from gadgetd.hid.usages import Key, Led
from tests.api.xkb_host import EVENT_CODES, Desktop

SHIFT, ALT_GR = Key.LEFT_SHIFT, Key.RIGHT_ALT


def ways_of(layout: str, variant: str = "", *lights: Led) -> Ways:
    return keymap(layout, variant).ways[frozenset(lights)]


def test_layouts_and_variants_have_names_for_people() -> None:
    assert {
        Layout("de", "", "German"),
        Layout("de", "nodeadkeys", "German (no dead keys)"),
        Layout("us", "", "English (US)"),
        Layout("ru", "", "Russian"),
    } <= set(layouts())


def test_no_layout_is_listed_twice() -> None:
    assert len({layout.title for layout in layouts()}) == len(layouts())


def test_the_list_is_read_once() -> None:
    assert layouts() is layouts()


@pytest.mark.parametrize(
    ("layout", "variant", "nearest"),
    [
        ("de", "nodeadkey", "de(nodeadkeys)"),
        ("german", "", "de"),
        ("uss", "", "us"),
    ],
)
def test_a_layout_that_does_not_exist_is_answered_with_the_nearest(
    layout: str, variant: str, nearest: str
) -> None:
    with pytest.raises(LayoutUnknownError) as caught:
        keymap(layout, variant)
    assert caught.value.code == "layout_unknown"
    assert nearest in caught.value.nearest
    assert nearest in caught.value.remedy


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "de,us", "x" * 100_000, "de\0", "\n"])
def test_what_is_no_name_of_a_layout_goes_no_further(name: str) -> None:
    with pytest.raises(LayoutUnknownError) as caught:
        keymap(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


def test_a_layout_that_is_listed_but_not_there_is_said_to_be_broken() -> None:
    with pytest.raises(LayoutBrokenError) as caught:
        keymap("custom")  # a place in the registry for a file of one's own
    assert caught.value.code == "layout_broken"


def test_a_missing_library_is_said_with_the_package_to_install() -> None:
    with pytest.raises(LayoutsUnavailableError) as caught:
        Context("libxkbcommon-that-is-not-here.so.0")
    assert caught.value.code == "layouts_unavailable"
    assert caught.value.remedy == "Install libxkbcommon0."


def test_missing_descriptions_are_said_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XKB_CONFIG_ROOT", "XKB_CONFIG_EXTRA_PATH"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    layouts.cache_clear()
    with pytest.raises(LayoutsUnavailableError) as caught:
        layouts()
    assert caught.value.remedy == "Install xkb-data."


def test_keys_have_the_event_codes_that_the_kernel_gives_them() -> None:
    ours = {**WRITING_KEYS, **MODIFIER_KEYS}
    assert ours == {key: EVENT_CODES[key] for key in ours}


def test_no_keypad_and_no_lock_is_used_for_text() -> None:
    ours = WRITING_KEYS.keys() | MODIFIER_KEYS.keys()
    assert not [key for key in ours if key.name.startswith("KEYPAD")]
    assert not ours & {Key.CAPS_LOCK, Key.NUM_LOCK, Key.SCROLL_LOCK}


@pytest.mark.parametrize(
    ("layout", "variant", "character", "expected"),
    [
        ("us", "", "a", [Stroke((), Key.A)]),
        ("us", "", "A", [Stroke((SHIFT,), Key.A)]),
        ("us", "", "~", [Stroke((SHIFT,), Key.GRAVE)]),
        ("us", "", "<", [Stroke((SHIFT,), Key.COMMA)]),  # and not a key that few have
        ("de", "", "z", [Stroke((), Key.Y)]),
        ("de", "", "@", [Stroke((ALT_GR,), Key.Q)]),
        ("de", "", "|", [Stroke((ALT_GR,), Key.NON_US_BACKSLASH)]),
        ("de", "", "ß", [Stroke((), Key.MINUS)]),
        ("de", "", "^", [Stroke((), Key.GRAVE), Stroke((), Key.SPACE)]),
        ("de", "", "é", [Stroke((), Key.EQUAL), Stroke((), Key.E)]),
        ("de", "nodeadkeys", "^", [Stroke((), Key.GRAVE)]),
        ("us", "intl", "ñ", [Stroke((ALT_GR,), Key.N)]),
        ("us", "intl", "ã", [Stroke((SHIFT,), Key.GRAVE), Stroke((), Key.A)]),
        ("fr", "", "1", [Stroke((SHIFT,), Key.DIGIT_1)]),
        ("fr", "", "é", [Stroke((), Key.DIGIT_2)]),
        ("fr", "", "ê", [Stroke((), Key.LEFT_BRACKET), Stroke((), Key.E)]),
        ("es", "", "ñ", [Stroke((), Key.SEMICOLON)]),
        ("es", "", "á", [Stroke((), Key.APOSTROPHE), Stroke((), Key.A)]),
        ("ru", "", "ж", [Stroke((), Key.SEMICOLON)]),
        ("gr", "", "ά", [Stroke((), Key.SEMICOLON), Stroke((), Key.A)]),
        ("jp", "", "\\", [Stroke((), Key.INTERNATIONAL_1)]),
        ("de", "neo", "{", [Stroke((Key.BACKSLASH,), Key.D)]),
    ],
)
def test_a_character_is_typed_as_the_layout_has_it(
    layout: str, variant: str, character: str, expected: list[Stroke]
) -> None:
    assert list(ways_of(layout, variant)[character]) == expected


def test_a_russian_layout_has_no_latin_letters() -> None:
    assert not ways_of("ru").keys() & set("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(("layout", "variant"), [("us", ""), ("de", ""), ("fr", ""), ("es", "")])
def test_a_western_layout_has_all_of_ascii(layout: str, variant: str) -> None:
    assert {chr(code) for code in range(0x20, 0x7F)} | {"\n", "\t"} <= ways_of(layout).keys()


def test_no_control_character_can_be_typed_but_the_newline_and_the_tab() -> None:
    for layout, variant in (("us", ""), ("de", "neo")):
        controls = {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]}
        assert controls & ways_of(layout, variant).keys() == {"\n", "\t"}


def test_while_caps_lock_is_on_a_letter_is_typed_with_the_other_shift() -> None:
    capitals = ways_of("de", "", Led.CAPS_LOCK)
    assert capitals["a"] == (Stroke((SHIFT,), Key.A),)
    assert capitals["A"] == (Stroke((), Key.A),)
    assert capitals["!"] == ways_of("de")["!"]
    keyboard = Desktop().keyboard("de", lights=frozenset({Led.CAPS_LOCK}))
    assert keyboard.lights == {Led.CAPS_LOCK}
    assert keyboard.type([*capitals["a"], *capitals["A"], *capitals["!"]]) == "aA!"


def test_num_lock_is_minded_where_a_layout_minds_it() -> None:
    assert ways_of("de", "", Led.NUM_LOCK) is ways_of("de")
    assert ways_of("de", "neo", Led.NUM_LOCK) != ways_of("de", "neo")


def test_without_the_compose_table_what_needs_no_dead_key_can_still_be_typed() -> None:
    context = Context()
    assert context.compose_table(Path("/nonexistent/Compose")) is None
    compiled = context.compile("de", "")
    assert compiled is not None
    found = ways(strokes(compiled), None)
    assert found["ä"] == (Stroke((), Key.APOSTROPHE),)
    assert "é" not in found
    assert "^" not in found


def test_a_description_with_errors_makes_no_keymap() -> None:
    assert Context().compile("de", "no-such-variant") is None


def test_a_keymap_does_not_show_its_insides() -> None:
    assert repr(keymap("de", "neo")) == "Keymap(layout='de', variant='neo', composes=True)"
    assert keymap("de", "neo").ways.keys() >= {NO_LIGHT}
