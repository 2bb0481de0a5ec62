"""The keys the page knows by name are the keys the target's keyboard has."""

from __future__ import annotations

import re

from api.page import BESIDE_US
from gadgetd.hid.keycodes import CODES

# Second names for keys that are listed by the name the specification uses today.
OLDER = {
    "Hiragana", "Katakana", "NumpadStar", "OSLeft", "OSRight",
    "VolumeDown", "VolumeMute", "VolumeUp",
}  # fmt: skip


def test_the_page_lists_every_key_once_by_the_name_of_today() -> None:
    text = (BESIDE_US / "lib" / "key-codes.js").read_text()
    listed = re.search(r"`([^`]+)`", text)
    assert listed is not None
    names = listed[1].split()
    assert sorted(names) == sorted(CODES.keys() - OLDER)


def test_what_the_page_leaves_out_has_another_name_on_the_same_key() -> None:
    today = {CODES[name] for name in CODES.keys() - OLDER}
    assert {CODES[name] for name in OLDER} <= today
