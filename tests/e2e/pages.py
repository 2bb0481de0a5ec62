"""The page in a real browser, and hands that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, FloatRect, Page

DRAWS_WITHIN_MS = 60_000
DESKTOP = {"width": 1280, "height": 800}
# A telephone held upright. Its screen is worked with fingers alone.
TELEPHONE = {"width": 390, "height": 844}


@contextmanager
def signed_in(
    browser: Browser, url: str, password: str, **more: Any
) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser of its own with the page, signed in, with the target's picture in it.

    Args:
        more: of the browser's context, such as `has_touch`.

    Raises:
        AssertionError: at the end, if the page has thrown an error that nobody caught.
    """
    context = browser.new_context(**{"viewport": DESKTOP, **more})
    context.set_default_timeout(DRAWS_WITHIN_MS)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page = context.new_page()
    page.goto(url)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("kvm-screen[data-state=live]")
    yield context, page
    context.close()
    assert complaints == []


def give_back(page: Page) -> None:
    """Take keyboard and mouse back from the target, as a click beside the picture does."""
    page.evaluate("document.querySelector('[data-action=leave]').click()")
    page.wait_for_selector("kvm-screen:not([data-captured])")


def capture(page: Page) -> CDPSession:
    """Click the screen, so that it has the keyboard; keys then go in as the browser's own input."""
    page.click("kvm-screen canvas")
    page.wait_for_selector("kvm-screen[data-captured]")
    return page.context.new_cdp_session(page)


def strike(keyboard: CDPSession, code: str, *, down: bool) -> None:
    """A physical key, by its code alone: the layout of this machine plays no part."""
    kind = "rawKeyDown" if down else "keyUp"
    keyboard.send("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": "Unidentified"})


def box_of(page: Page, selector: str) -> FloatRect:
    """Where an element stands, in CSS pixels."""
    box = page.locator(selector).bounding_box()
    assert box is not None, f"{selector} is not to be seen"
    return box


def choose_layout(page: Page, field: str, name: str) -> None:
    """Find a keyboard layout by its human name in the `<kvm-layout>` at `field`, and take it."""
    box = page.locator(f"{field} kvm-layout input")
    box.click()
    box.fill(name)
    found = page.locator(f"{field} kvm-layout [role=option]")
    found.filter(has_text=re.compile(rf"^{re.escape(name)} ")).first.click()
    assert box.input_value() == name
