"""docs/configuration.md says nothing that the settings do not take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gadgetd.settings import Settings, SettingsError, load

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "configuration.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_every_section_is_named() -> None:
    assert {name for name in Settings.model_fields if f"| `{name}` |" in PAGE} == set(
        Settings.model_fields
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_taken(example: str, tmp_path: Path) -> None:
    file = tmp_path / "kaputtkvm.yaml"
    file.write_text(example)
    assert load(file) != Settings()


def test_the_error_shown_is_the_error_given(tmp_path: Path) -> None:
    file = tmp_path / "kaputtkvm.yaml"
    file.write_text("video: {standart: NTSC-M}\n")
    with pytest.raises(SettingsError) as refusal:
        load(file)
    sentence = "video.standart is not a setting; did you mean video.standard?"
    assert sentence in str(refusal.value)
    assert sentence in PAGE
