"""A mouse over the picture, in both modes, judged by the kernel's input layer."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from playwright.sync_api import Page

from tests.e2e.hosts import Pointers
from tests.e2e.pages import box_of, capture, give_back

pytestmark = pytest.mark.lab

CANVAS = "kvm-screen canvas"
NAMES = {
    "left": "BTN_LEFT",
    "right": "BTN_RIGHT",
    "middle": "BTN_MIDDLE",
    "back": "BTN_SIDE",
    "forward": "BTN_EXTRA",
}


@pytest.fixture
def page(lasting_page: Page) -> Iterator[Page]:
    yield lasting_page
    give_back(lasting_page)


def along(pixel: int, pixels: float) -> int:
    """Where that pixel of so many is, of 0 to 32767, rounded half up as JavaScript does."""
    exact = Fraction(32767 * pixel) / Fraction(pixels - 1)
    return int(exact + Fraction(1, 2))


def press(page: Page, button: str, *, down: bool, x: float, y: float) -> None:
    """A button of the mouse as the browser's own input; Playwright knows three of them."""
    bit = {"left": 1, "right": 2, "middle": 4, "back": 8, "forward": 16}[button]
    page.context.new_cdp_session(page).send(
        "Input.dispatchMouseEvent",
        {
            "type": "mousePressed" if down else "mouseReleased",
            "x": x,
            "y": y,
            "button": button,
            "buttons": bit if down else 0,
            "clickCount": 1,
        },
    )


@pytest.mark.parametrize("size", [(1280, 800), (900, 1000)])
def test_clicks_arrive_at_the_very_place_through_the_letterbox(
    page: Page, pointers: Pointers, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    capture(page)
    canvas, stage = box_of(page, CANVAS), box_of(page, "kvm-screen .stage")
    assert canvas["width"] < stage["width"] - 10 or canvas["height"] < stage["height"] - 10
    assert abs(canvas["width"] / canvas["height"] - 4 / 3) < 0.01  # 720x480 pixels, but 4:3
    right, bottom = int(canvas["width"]) - 1, int(canvas["height"]) - 1
    for x, y in ((right // 2, bottom // 3), (0, 0), (right, bottom), (right // 2, bottom // 2)):
        page.mouse.click(canvas["x"] + x, canvas["y"] + y)
        place = f"ABS_X {along(x, canvas['width'])} ABS_Y {along(y, canvas['height'])}"
        assert [pointers.next() for _ in range(3)] == [
            f"absolute {place}", "absolute BTN_LEFT 1", "absolute BTN_LEFT 0",
        ]  # fmt: skip


def test_the_click_that_captures_and_what_is_beside_the_picture_are_not_for_the_target(
    page: Page, pointers: Pointers
) -> None:
    canvas, stage = box_of(page, CANVAS), box_of(page, "kvm-screen .stage")
    capture(page)
    beside = (stage["x"] + (canvas["x"] - stage["x"]) / 2, stage["y"] + stage["height"] / 2)
    page.mouse.click(*beside)
    page.wait_for_selector("kvm-screen[data-captured]")
    page.mouse.click(canvas["x"], canvas["y"])
    assert pointers.next() == "absolute ABS_X 0 ABS_Y 0"  # and nothing before it
    assert pointers.next() == "absolute BTN_LEFT 1"


def test_five_buttons_and_a_drag_over_the_edge_arrive(page: Page, pointers: Pointers) -> None:
    capture(page)
    canvas = box_of(page, CANVAS)
    x, y = canvas["x"] + 100, canvas["y"] + 100
    page.mouse.move(x, y)
    pointers.next()
    for button, name in NAMES.items():
        press(page, button, down=True, x=x, y=y)
        assert pointers.next() == f"absolute {name} 1"
        press(page, button, down=False, x=x, y=y)
        assert pointers.next() == f"absolute {name} 0"
    page.mouse.down()
    assert pointers.next() == "absolute BTN_LEFT 1"
    page.mouse.move(x, 5)  # above the picture: along its edge
    assert pointers.next() == "absolute ABS_Y 0"
    page.mouse.up()
    assert pointers.next() == "absolute BTN_LEFT 0"


def test_leaving_lets_the_buttons_go(page: Page, pointers: Pointers) -> None:
    capture(page)
    canvas = box_of(page, CANVAS)
    page.mouse.move(canvas["x"] + 100, canvas["y"] + 100)
    pointers.next()
    page.mouse.down()
    assert pointers.next() == "absolute BTN_LEFT 1"
    page.evaluate("document.querySelector('[data-action=leave]').click()")
    assert pointers.next() == "absolute BTN_LEFT 0"
    page.mouse.up()


def test_the_wheel_turns_in_notches_both_ways(page: Page, pointers: Pointers) -> None:
    capture(page)
    canvas = box_of(page, CANVAS)
    page.mouse.move(canvas["x"] + 60, canvas["y"] + 71)
    pointers.next()
    page.mouse.wheel(0, -100)
    assert pointers.next() == "absolute REL_WHEEL 1 REL_WHEEL_HI_RES 120"
    page.mouse.wheel(0, 300)
    assert pointers.next() == "absolute REL_WHEEL -3 REL_WHEEL_HI_RES -360"
    page.mouse.wheel(200, 0)
    assert pointers.next() == "absolute REL_HWHEEL 2 REL_HWHEEL_HI_RES 240"


def moved(pointers: Pointers, wanted: tuple[int, int]) -> tuple[int, int]:
    """The sum of the ways, until it is the wanted one or has gone past it."""
    across = down = 0
    while (across, down) != wanted:
        kind, *words = pointers.next().split()
        ways = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        assert kind == "relative"
        assert set(ways) <= {"REL_X", "REL_Y"}
        across += ways.get("REL_X", 0)
        down += ways.get("REL_Y", 0)
        assert abs(across) <= abs(wanted[0])
        assert abs(down) <= abs(wanted[1])
    return across, down


def test_a_locked_pointer_moves_the_relative_mouse_by_what_the_hand_did(
    page: Page, pointers: Pointers
) -> None:
    page.select_option("kvm-mouse-choice select", "relative")
    canvas = box_of(page, CANVAS)
    x, y = canvas["x"] + 200, canvas["y"] + 150
    page.mouse.click(x, y)
    page.wait_for_function("document.pointerLockElement?.localName === 'kvm-pointer'")
    assert page.get_attribute("kvm-pointer", "data-mouse") == "relative"
    page.mouse.move(x + 300, y - 90, steps=30)
    assert moved(pointers, (300, -90)) == (300, -90)
    page.mouse.move(x, y, steps=7)
    assert moved(pointers, (-300, 90)) == (-300, 90)
    for button in ("left", "right"):
        press(page, button, down=True, x=x, y=y)
        assert pointers.next() == f"relative {NAMES[button]} 1"
        press(page, button, down=False, x=x, y=y)
        assert pointers.next() == f"relative {NAMES[button]} 0"
    page.mouse.wheel(0, -100)
    assert pointers.next() == "relative REL_WHEEL 1 REL_WHEEL_HI_RES 120"
    page.evaluate("document.exitPointerLock()")  # as the browser does on Escape
    page.wait_for_selector("kvm-screen:not([data-captured])")


def test_a_mouse_that_is_switched_off_sends_nothing(page: Page, pointers: Pointers) -> None:
    page.select_option("kvm-mouse-choice select", "off")
    capture(page)
    canvas = box_of(page, CANVAS)
    page.mouse.click(canvas["x"] + 50, canvas["y"] + 50)
    give_back(page)
    page.select_option("kvm-mouse-choice select", "absolute")
    capture(page)
    page.mouse.move(canvas["x"], canvas["y"])
    assert pointers.next() == "absolute ABS_X 0 ABS_Y 0"
