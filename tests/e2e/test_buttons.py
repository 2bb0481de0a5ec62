"""The page's buttons for keys, own shortcuts and the hammer, judged by the kernel's input layer."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.hosts import InputLayer
from tests.e2e.pages import capture, give_back, signed_in, strike

pytestmark = pytest.mark.lab

CHORDS = {
    "Control, Alt and Delete": ["LEFTCTRL", "LEFTALT", "DELETE"],
    "Alt and Tab": ["LEFTALT", "TAB"],
    "Alt and F4": ["LEFTALT", "F4"],
    "Super, the Windows key": ["LEFTMETA"],
    "Print screen": ["SYSRQ"],
    "F12": ["F12"],
}


@pytest.fixture
def page(lasting_page: Page) -> Iterator[Page]:
    yield lasting_page
    give_back(lasting_page)


@pytest.fixture
def host(desk: Desk) -> Iterator[InputLayer]:
    layer = InputLayer(desk.board, alone=True)
    yield layer
    layer.close()


@pytest.fixture
def no_shortcuts(client: httpx.Client) -> Iterator[None]:
    """The device keeps none, before and afterwards."""
    client.put("/api/shortcuts", json={"shortcuts": []}).raise_for_status()
    yield
    client.put("/api/shortcuts", json={"shortcuts": []}).raise_for_status()


def chord(*keys: str) -> list[str]:
    """Keys down in order, up in reverse."""
    return [f"KEY_{key} down" for key in keys] + [f"KEY_{key} up" for key in reversed(keys)]


def arrived(host: InputLayer, wanted: list[str]) -> list[str]:
    """As many events as are wanted."""
    return [host.next() for _ in wanted]


def test_a_button_plays_its_keys_as_a_hand_does(page: Page, host: InputLayer) -> None:
    for name, keys in CHORDS.items():
        page.get_by_role("button", name=f"Press {name} on the target", exact=True).click()
        assert arrived(host, chord(*keys)) == chord(*keys)


def test_a_menu_of_the_buttons_plays_magic_keys_and_consoles(page: Page, host: InputLayer) -> None:
    for menu, button, keys in (
        ("magic SysRq keys", "S: write everything to the disks", ["LEFTALT", "SYSRQ", "S"]),
        ("Ctrl+Alt and a function key", "Ctrl+Alt+F2", ["LEFTCTRL", "LEFTALT", "F2"]),
    ):
        page.get_by_label(f"More: {menu}").click()
        page.get_by_text(button, exact=True).click()
        assert arrived(host, chord(*keys)) == chord(*keys)


def test_a_button_leaves_the_keyboard_with_the_target(page: Page, host: InputLayer) -> None:
    keyboard = capture(page)
    page.click("[data-action=ctrl-alt-del]")
    strike(keyboard, "KeyA", down=True)
    strike(keyboard, "KeyA", down=False)
    wanted = [*chord("LEFTCTRL", "LEFTALT", "DELETE"), *chord("A")]
    assert arrived(host, wanted) == wanted


def test_an_own_shortcut_is_kept_on_the_device_for_every_browser(
    page: Page, desk: Desk, browser: Browser, host: InputLayer, no_shortcuts: None
) -> None:
    page.click("[data-action=shortcuts]")
    page.fill("kvm-shortcuts [name=keys]", "Ctrl+Shift+Esc")
    page.fill("kvm-shortcuts [name=label]", "Tasks")
    page.click("[data-action=shortcut-keep]")
    expect(page.locator("kvm-shortcuts ol li")).to_contain_text("Tasks")
    keyboard = page.context.new_cdp_session(page)
    page.click("[data-action=record]")
    for code in ("AltLeft", "PrintScreen", "KeyB"):
        strike(keyboard, code, down=True)
    strike(keyboard, "KeyB", down=False)
    expect(page.locator("[data-action=record]")).to_have_attribute("aria-pressed", "false")
    page.click("[data-action=shortcut-keep]")
    expect(page.locator("kvm-shortcuts ol li")).to_have_count(2)
    page.reload()
    wanted = chord("LEFTCTRL", "LEFTSHIFT", "ESC")
    page.get_by_role("button", name="Press Tasks on the target").click()
    assert arrived(host, wanted) == wanted
    with signed_in(browser, desk.url, desk.password) as (_, other):
        other.click("kvm-shortcuts .own button:nth-child(2)")
        wanted = chord("LEFTALT", "SYSRQ", "B")
        assert arrived(host, wanted) == wanted


def test_the_hammer_presses_again_and_again_until_it_is_stopped(
    page: Page, host: InputLayer
) -> None:
    page.fill("kvm-hammer [name=interval]", "100")
    page.click("[data-action=hammer]")
    expect(page.locator("kvm-hammer[data-running]")).to_be_visible()
    assert arrived(host, chord("F2") * 4) == chord("F2") * 4
    page.click("[data-action=hammer]")
    expect(page.locator("kvm-hammer[data-running]")).to_have_count(0)
    expect(page.locator("kvm-hammer .note")).to_contain_text("F2 pressed")
    page.click("[data-action=press-escape]")
    seen = host.until("KEY_ESC up")
    assert seen == chord("F2") * ((len(seen) - 2) // 2) + chord("ESC")


def test_replugging_makes_the_target_find_everything_anew(page: Page, host: InputLayer) -> None:
    page.click("[data-action=replug]")
    page.click("[data-action=replug-confirm]")
    assert [host.next(), host.next()] == ["gone", "ready"]
    expect(page.locator("kvm-power .note")).to_contain_text("plugged in again")
    page.click("[data-action=press-escape]")
    assert arrived(host, chord("ESC")) == chord("ESC")
