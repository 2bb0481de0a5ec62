"""docs/wire.md names what gadgetd answers to, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from gadgetd import verbs
from gadgetd.wire import LINE_LIMIT_BYTES, PROTOCOL_VERSION

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "wire.md").read_text()
SOURCE = Path(verbs.__file__).read_text()


def test_every_verb_is_described() -> None:
    # The table of the verbs is the one with three columns.
    described = set(re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\|$", PAGE, re.MULTILINE))
    assert described == set(re.findall(r'^ {12}"(\w+)": self\._', SOURCE, re.MULTILINE))


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"{LINE_LIMIT_BYTES:,} bytes" in PAGE
    assert f"`version`: {PROTOCOL_VERSION}" in PAGE
