"""The on-screen keyboard and the picture under fingers, judged by the kernel's input layer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.hosts import InputLayer, Pointers, TextReader
from tests.e2e.pages import TELEPHONE, box_of, choose_layout, give_back, signed_in

pytestmark = pytest.mark.lab

CANVAS = "kvm-screen canvas"


@pytest.fixture
def telephone(lasting_telephone: Page) -> Iterator[Page]:
    """The page on a screen that fingers work."""
    yield lasting_telephone
    lasting_telephone.set_viewport_size(TELEPHONE)
    give_back(lasting_telephone)


@pytest.fixture
def page(lasting_page: Page) -> Iterator[Page]:
    yield lasting_page
    give_back(lasting_page)


@pytest.fixture(scope="module")
def lasting_telephone(desk: Desk, browser: Browser) -> Iterator[Page]:
    how = {"viewport": TELEPHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    with signed_in(browser, desk.url, desk.password, **how) as (_, page):
        yield page


def open_keyboard(page: Page, layout: str = "German") -> None:
    """The keyboard, as the chosen layout labels it."""
    if page.get_attribute("[data-action=keyboard]", "aria-expanded") == "false":
        page.click("[data-action=keyboard]")
    choose_layout(page, ".keyboard-tools", layout)
    expect(page.get_by_role("button", name="ß", exact=True)).to_be_visible()


def key(label: str) -> str:
    """The key that has this label now."""
    return f'.keycaps [aria-label="{label}"]'


def test_a_key_presses_what_the_target_makes_its_label_of(page: Page, host: InputLayer) -> None:
    open_keyboard(page)
    for label, name in (("z", "KEY_Y"), ("y", "KEY_Z"), ("ö", "KEY_SEMICOLON"), ("<", "KEY_102ND")):
        page.click(key(label))
        assert [host.next(), host.next()] == [f"{name} down", f"{name} up"]


def test_what_stands_on_the_keys_is_what_a_desktop_reads(page: Page, desk: Desk) -> None:
    open_keyboard(page)
    reader = TextReader(desk.board, "de")
    for label in ("z", "ü", "Left Shift", "A", "AltGr", "@", "AltGr", "€", "#", "Enter"):
        page.click(key(label))
    assert reader.until("\n") == "züA@€#\n"
    reader.close()


def test_a_tapped_modifier_is_down_until_the_next_key_and_a_locked_one_stays(
    page: Page, host: InputLayer
) -> None:
    open_keyboard(page)
    shift = page.locator("[data-code=ShiftLeft]")
    shift.click()
    assert host.next() == "KEY_LEFTSHIFT down"
    expect(shift).to_have_attribute("data-state", "sticky")
    page.click(key("A"))
    assert [host.next() for _ in range(3)] == ["KEY_A down", "KEY_A up", "KEY_LEFTSHIFT up"]
    expect(shift).to_have_attribute("data-state", "up")
    alt = page.locator("[data-code=AltLeft]")
    alt.dblclick()
    expect(alt).to_have_attribute("data-state", "locked")
    for _ in range(2):
        page.click("[data-code=Tab]")
    alt.click()
    assert [host.next() for _ in range(6)] == [
        "KEY_LEFTALT down", "KEY_TAB down", "KEY_TAB up", "KEY_TAB down", "KEY_TAB up",
        "KEY_LEFTALT up",
    ]  # fmt: skip


def test_putting_the_keyboard_away_lets_its_keys_go(page: Page, host: InputLayer) -> None:
    open_keyboard(page)
    page.click("[data-code=ControlLeft]")
    assert host.next() == "KEY_LEFTCTRL down"
    page.click("[data-action=keyboard]")
    assert host.next() == "KEY_LEFTCTRL up"


def touch(fingers: CDPSession, kind: str, *points: tuple[float, float], first: int = 0) -> None:
    """Fingers as the browser's own input, counted from `first`.

    At `Start` and `Move` all that are on the screen, at `End` those that go; all if none is named.
    """
    places = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points, first)]
    fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": places})


def middle_of(page: Page, selector: str) -> tuple[float, float]:
    box = box_of(page, selector)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_fingers_press_keys_together_and_hold_them(telephone: Page, host: InputLayer) -> None:
    open_keyboard(telephone)
    fingers = telephone.context.new_cdp_session(telephone)
    telephone.locator("[data-code=KeyA]").scroll_into_view_if_needed()
    shift, a = middle_of(telephone, "[data-code=ShiftLeft]"), middle_of(telephone, key("a"))
    touch(fingers, "Start", shift)
    assert host.next() == "KEY_LEFTSHIFT down"
    touch(fingers, "Start", shift, a)
    assert host.next() == "KEY_A down"
    touch(fingers, "End", a, first=1)
    assert host.next() == "KEY_A up"
    touch(fingers, "End")
    assert host.next() == "KEY_LEFTSHIFT up"
    telephone.tap(key("ü"))
    assert [host.next(), host.next()] == ["KEY_LEFTBRACE down", "KEY_LEFTBRACE up"]


def test_fingers_on_the_picture_click_drag_and_scroll(telephone: Page, pointers: Pointers) -> None:
    telephone.tap(CANVAS)
    telephone.wait_for_selector("kvm-screen[data-captured]")
    canvas = box_of(telephone, CANVAS)
    fingers = telephone.context.new_cdp_session(telephone)

    def at(x: float, y: float) -> tuple[float, float]:
        return canvas["x"] + x, canvas["y"] + y

    def place(x: float, y: float) -> str:
        across = round(32767 * x / (canvas["width"] - 1))
        down = round(32767 * y / (canvas["height"] - 1))
        return f"absolute ABS_X {across} ABS_Y {down}"

    touch(fingers, "Start", at(40, 50))
    touch(fingers, "End")
    assert [pointers.next() for _ in range(3)] == [
        place(40, 50), "absolute BTN_LEFT 1", "absolute BTN_LEFT 0",
    ]  # fmt: skip
    touch(fingers, "Start", at(100, 60))
    touch(fingers, "Move", at(150, 90))
    assert [pointers.next() for _ in range(3)] == [
        place(100, 60), "absolute BTN_LEFT 1", place(150, 90),
    ]  # fmt: skip
    touch(fingers, "End")
    assert pointers.next() == "absolute BTN_LEFT 0"
    touch(fingers, "Start", at(100, 60))  # and stays: a long press
    assert [pointers.next() for _ in range(3)] == [
        place(100, 60), "absolute BTN_RIGHT 1", "absolute BTN_RIGHT 0",
    ]  # fmt: skip
    touch(fingers, "End")
    touch(fingers, "Start", at(100, 60))
    touch(fingers, "Start", at(100, 60), at(160, 60))
    touch(fingers, "Move", at(100, 120), at(160, 120))
    touch(fingers, "End")
    assert pointers.next() == "absolute REL_WHEEL 2 REL_WHEEL_HI_RES 240"


@pytest.mark.parametrize("turned", [False, True])
def test_the_picture_stays_in_sight_in_full_screen_and_above_the_keyboard(
    telephone: Page, turned: bool
) -> None:
    width, height = (TELEPHONE[side] for side in ("width", "height"))
    if turned:
        telephone.set_viewport_size({"width": height, "height": width})
    telephone.tap("[data-action=fullscreen]")
    telephone.wait_for_function("document.fullscreenElement?.className === 'view'")
    open_keyboard(telephone)
    telephone.evaluate("document.querySelector('.view').scrollTo(0, 0)")
    picture, tools = box_of(telephone, CANVAS), box_of(telephone, ".tools")
    assert picture["height"] > 150
    assert min(tools["y"] - picture["y"], picture["height"]) > 80
    telephone.tap("[data-action=keyboard]")
    telephone.evaluate("document.exitFullscreen()")
    telephone.wait_for_function("!document.fullscreenElement")
