"""Keys pressed in a real browser, judged by the kernel's input layer at the other end."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import CDPSession, Page

from gadgetd.hid.keycodes import CODES
from lab import LabError
from tests.e2e.hosts import InputLayer
from tests.e2e.pages import capture, strike
from tests.e2e.waiting import lights_out
from tests.facts.kernel_keys import EXPECTED

pytestmark = pytest.mark.lab

# Names that other browsers, or older ones, give these keys; this browser has no such code to press.
NOT_CHROMIUMS = frozenset(
    {
        "Hiragana", "Katakana", "NumpadStar", "NumpadHash", "OSLeft", "OSRight",
        "VolumeDown", "VolumeMute", "VolumeUp",
    }
)  # fmt: skip


def tap(page: Page, keyboard: CDPSession, code: str) -> None:
    """Down and up; as an event of the page's own where this browser cannot press such a key."""
    if code not in NOT_CHROMIUMS:
        strike(keyboard, code, down=True)
        strike(keyboard, code, down=False)
        return
    for kind in ("keydown", "keyup"):
        page.evaluate(
            "([kind, code]) => document.activeElement.dispatchEvent("
            "new KeyboardEvent(kind, {code, key: '?', bubbles: true, cancelable: true}))",
            [kind, code],
        )


def test_every_key_of_the_table_arrives_down_and_up(
    page: Page, host: InputLayer, client: httpx.Client
) -> None:
    keyboard = capture(page)
    arrived: dict[str, list[str]] = {}
    for code in CODES:
        tap(page, keyboard, code)
        try:
            arrived[code] = [host.next(), host.next()]
        except LabError:
            arrived[code] = ["nothing"]
    wanted = {code: [f"{EXPECTED[code]} down", f"{EXPECTED[code]} up"] for code in CODES}
    assert arrived == wanted
    lights_out(client)  # the lock keys were among them


def test_closing_the_tab_lets_every_key_go(page: Page, host: InputLayer) -> None:
    keyboard = capture(page)
    for code in ("ShiftLeft", "KeyA", "KeyB"):
        strike(keyboard, code, down=True)
    assert [host.next() for _ in range(3)] == ["KEY_LEFTSHIFT down", "KEY_A down", "KEY_B down"]
    page.close()
    assert {host.next() for _ in range(3)} == {"KEY_LEFTSHIFT up", "KEY_A up", "KEY_B up"}


def test_closing_one_tab_leaves_the_keys_of_another_down(page: Page, host: InputLayer) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("kvm-screen[data-state=live]")
    keyboard, other_keyboard = capture(page), capture(other)
    strike(keyboard, "KeyA", down=True)
    assert (
        host.next() == "KEY_A down"
    )  # each tab has a connection of its own, and an order of its own
    strike(other_keyboard, "KeyB", down=True)
    assert host.next() == "KEY_B down"
    other.close()
    assert host.next() == "KEY_B up"
    strike(keyboard, "KeyC", down=True)
    assert host.next() == "KEY_C down"  # and nothing before it
    strike(keyboard, "KeyA", down=False)
    strike(keyboard, "KeyC", down=False)
    assert [host.next(), host.next()] == ["KEY_A up", "KEY_C up"]
