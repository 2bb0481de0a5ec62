"""The target's firmware at the other end of the cable: it reads our keys and boots our image.

With KAPUTTKVM_KEEP_PICTURE in the environment, the README's picture is taken anew on the way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.e2e.conftest import Desk
from tests.e2e.waiting import eventually
from tests.pictures import HEIGHT_PX, decoded, psnr_db

pytestmark = pytest.mark.lab

BOOTS_WITHIN_S = 240.0
ANSWERS_WITHIN_S = 30.0
DOCS_PICTURE = Path(__file__).resolve().parents[2] / "docs" / "page.png"


@pytest.fixture
def plugged(desk: Desk, client: httpx.Client) -> Iterator[None]:
    client.delete("/api/drive", params={"force": "true"}).raise_for_status()
    desk.lab.cable.plug()
    yield
    desk.lab.cable.unplug()
    client.delete("/api/drive", params={"force": "true"}).raise_for_status()


def highlight(image: Image.Image) -> tuple[int, int] | None:
    """First and last line of the inverse bar across the picture; None if there is none.

    GRUB draws the chosen entry black on light grey, nearly as wide as the screen. The frame around
    its menu is as wide and as bright, but only a line or two high.
    """
    bright = image.convert("L").point(lambda level: 255 if level > 110 else 0)
    share = bright.resize((1, image.height), Image.Resampling.BOX).tobytes()
    bars: list[tuple[int, int]] = []
    for y, level in enumerate(share):
        if level <= 140:
            continue
        if bars and bars[-1][1] == y - 1:
            bars[-1] = (bars[-1][0], y)
        else:
            bars.append((y, y))
    tall = [bar for bar in bars if image.height // 60 < bar[1] - bar[0] < image.height // 20]
    return tall[0] if len(tall) == 1 else None


def middle(bar: tuple[int, int] | None, image: Image.Image) -> float:
    """The bar's middle as a share of the picture's height; -1 where there is no bar."""
    return -1.0 if bar is None else (bar[0] + bar[1]) / 2 / image.height


def test_the_firmware_boots_our_image_and_the_pages_arrow_keys_move_its_menu(
    plugged: None, desk: Desk, page: Page, client: httpx.Client
) -> None:
    def served() -> Image.Image:
        return decoded(client.get("/snapshot.jpg").raise_for_status().content)

    def bar_served() -> float:
        image = served()
        return middle(highlight(image), image)

    def bar_on_screen() -> float:
        image = desk.lab.target.screenshot()
        return middle(highlight(image), image)

    # A user's way: choose the image, press reset, wait for the menu, press an arrow key.
    page.select_option("kvm-drive select[name=image]", "grub.iso")
    page.click("kvm-drive [data-action=insert]")
    assert eventually(
        lambda: client.get("/api/drive").json()["image"] == "grub.iso", ANSWERS_WITHIN_S
    )
    desk.lab.cable.wait_until_seen()
    page.click("[data-action=reset]")
    page.click("[data-action=reset-confirm]")
    assert eventually(lambda: bar_on_screen() >= 0, BOOTS_WITHIN_S), "GRUB's menu did not come"

    one_line = 1 / 30  # of the picture's height: a menu line is at most that high
    before = bar_on_screen()
    assert eventually(lambda: abs(bar_served() - before) < one_line / 2, ANSWERS_WITHIN_S)

    page.click("kvm-screen canvas")
    page.keyboard.press("ArrowDown")
    assert eventually(lambda: bar_on_screen() > before + one_line / 2, ANSWERS_WITHIN_S)
    lower = bar_on_screen()
    assert eventually(lambda: abs(bar_served() - lower) < one_line / 2, ANSWERS_WITHIN_S)
    expected = desk.lab.target.screenshot().resize((720, HEIGHT_PX), Image.Resampling.LANCZOS)
    menu = (0, 0, 720, 240)
    assert psnr_db(served().crop(menu), expected.crop(menu)) >= 25

    page.keyboard.press("ArrowUp")
    assert eventually(lambda: abs(bar_on_screen() - before) < one_line / 2, ANSWERS_WITHIN_S)
    assert eventually(lambda: abs(bar_served() - before) < one_line / 2, ANSWERS_WITHIN_S)


def press(client: httpx.Client, code: str) -> None:
    """A key, pressed by a program."""
    client.post("/api/keys", json={"press": [code]}).raise_for_status()


def leads_to_menu(client: httpx.Client, desk: Desk) -> bool:
    """Whether the firmware shows its menu; if not, keys that lead there.

    With nothing to boot OVMF ends in its menu when Escape comes in time, and else in its shell.
    """
    if is_menu(desk.lab.target.screenshot()):
        return True
    for code in ("Escape", "KeyE", "KeyX", "KeyI", "KeyT", "Enter"):
        press(client, code)
    return False


def is_menu(image: Image.Image) -> bool:
    """Whether it is a page of OVMF's: blue and grey, where everything else is black."""
    colours = image.convert("RGB").getcolors(image.width * image.height) or []
    blue = sum(count for count, (r, g, b) in colours if b > 100 and r < 60 and g < 60)
    grey = sum(count for count, (r, g, b) in colours if r == g == b and 100 < r < 200)
    return blue + grey > image.width * image.height // 2


def is_at_rest(desk: Desk) -> bool:
    """Whether the target's picture is the same twice."""
    return desk.lab.target.screenshot().tobytes() == desk.lab.target.screenshot().tobytes()


def test_keys_of_the_page_work_in_the_firmwares_own_menu(
    plugged: None, desk: Desk, page: Page, client: httpx.Client
) -> None:
    desk.lab.cable.wait_until_seen()
    page.click("[data-action=reset]")
    page.click("[data-action=reset-confirm]")
    assert eventually(lambda: leads_to_menu(client, desk), BOOTS_WITHIN_S), (
        "the firmware's menu did not come"
    )
    press(client, "Escape")  # the last Return may have come to the menu, and opened a list
    assert eventually(lambda: is_at_rest(desk), ANSWERS_WITHIN_S)
    before = desk.lab.target.screenshot()
    page.click("kvm-screen canvas")

    def moves() -> bool:
        # More than once: a busy machine may bring a key so late that it is refused.
        page.keyboard.press("ArrowDown")
        return psnr_db(desk.lab.target.screenshot(), before) < 40

    assert eventually(moves, ANSWERS_WITHIN_S)
    assert eventually(lambda: is_at_rest(desk), ANSWERS_WITHIN_S)
    shown = desk.lab.target.screenshot().resize((720, HEIGHT_PX), Image.Resampling.LANCZOS)
    assert eventually(
        lambda: psnr_db(decoded(client.get("/snapshot.jpg").content), shown) >= 22,
        ANSWERS_WITHIN_S,
    )
    if "KAPUTTKVM_KEEP_PICTURE" in os.environ:
        page.screenshot(path=DOCS_PICTURE)
