"""What the launcher installs is what the parts say they need."""

from __future__ import annotations

import pytest

import lab
from launcher.packages import LAB, TEST, TYPING, needed_for


def test_the_lab_gets_every_package_it_names() -> None:
    assert set(LAB) == set(lab.DEBIAN_PACKAGES)


def test_a_board_with_a_controller_is_spared_the_virtual_machines() -> None:
    on_hardware = needed_for("run", has_controller=True)
    assert not [name for name in on_hardware if "qemu" in name or "ovmf" in name]
    assert set(LAB) < set(needed_for("run", has_controller=False))


def test_the_tests_need_all_that_a_run_needs_and_a_browser() -> None:
    assert set(LAB) < set(TEST)
    assert "chromium" in needed_for("test", has_controller=True)


@pytest.mark.parametrize("verb", ["run", "test", "bench"])
@pytest.mark.parametrize("has_controller", [True, False])
def test_whatever_types_text_has_the_layouts(verb: str, has_controller: bool) -> None:
    assert set(TYPING) <= set(needed_for(verb, has_controller=has_controller))
