"""Several people at one keyboard: who sees whom, who types, and who has to ask."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.hosts import InputLayer
from tests.e2e.pages import capture, signed_in, strike
from tests.e2e.waiting import back, kill

pytestmark = pytest.mark.lab

CONFIG = "/etc/kaputtkvm/kaputtkvm.yaml"
COMPANY = "kvm-seats .company"


@pytest.fixture
def other(desk: Desk, browser: Browser) -> Iterator[Page]:
    """Somebody else's page, in a browser of its own."""
    with signed_in(browser, desk.url, desk.password) as (_, page):
        yield page


def restart_the_api(desk: Desk, client: httpx.Client) -> None:
    """All sessions end with it."""
    kill(desk.board, "api")
    assert back(lambda: client.get("/api/health").status_code == 200)


@pytest.fixture
def exclusive(desk: Desk, client: httpx.Client) -> Iterator[None]:
    """Whoever types has the keyboard, until somebody takes it."""
    desk.board.shell(f"cp {CONFIG} {CONFIG}.kept; echo 'keyboard: {{exclusive: true}}' >> {CONFIG}")
    restart_the_api(desk, client)
    yield
    desk.board.shell(f"mv {CONFIG}.kept {CONFIG}")
    restart_the_api(desk, client)


def call_me(page: Page, name: str) -> None:
    page.click("[data-action=rename]")
    page.fill("kvm-seats [name=name]", name)
    page.click("[data-action=rename-confirm]")


def test_two_see_each_other_their_names_and_who_types(
    page: Page, other: Page, host: InputLayer
) -> None:
    call_me(page, "Anna")
    call_me(other, "Bo")
    expect(page.locator(COMPANY)).to_have_text("Bo is here too.")
    expect(other.locator(COMPANY)).to_have_text("Anna is here too.")
    keyboard = capture(page)
    strike(keyboard, "KeyA", down=True)
    assert host.next() == "KEY_A down"
    expect(other.locator(COMPANY)).to_have_text("Anna is typing.")
    strike(keyboard, "KeyA", down=False)
    assert host.next() == "KEY_A up"
    page.close()
    expect(other.locator(COMPANY)).to_have_text("Nobody else is here.")


def test_a_text_says_who_had_it_typed(page: Page, other: Page, host: InputLayer) -> None:
    call_me(page, "Anna")
    expect(other.locator(COMPANY)).to_have_text("Anna is here too.")
    page.click("[data-action=paste]")
    page.fill("#paste-text", "aa")
    page.click("[data-action=type]")
    bar = ".tools > kvm-typing .typing"
    expect(other.locator(f"{bar} strong")).to_have_text("Typed, started by Anna")
    expect(page.locator(f"{bar} strong")).to_have_text("Typed")
    events = [event for event in host.until("KEY_A up") if "UNKNOWN" not in event]  # the guard's
    assert events == ["KEY_A down", "KEY_A up"]


def test_in_exclusive_mode_the_second_is_refused_in_words_until_they_take_over(
    exclusive: None, page: Page, other: Page, host: InputLayer
) -> None:
    call_me(page, "Anna")
    expect(other.locator(COMPANY)).to_have_text("Anna is here too.")
    keyboard, others = capture(page), capture(other)
    strike(keyboard, "KeyA", down=True)
    assert host.next() == "KEY_A down"
    strike(others, "KeyB", down=True)
    expect(other.locator("kvm-screen .keyboard")).to_contain_text("Anna is typing.")
    other.click("[data-action=take]")
    assert host.next() == "KEY_A up"  # and no B before it
    expect(page.locator("kvm-screen .keyboard")).to_have_attribute("data-notice", "")
    strike(others, "KeyB", down=False)
    strike(others, "KeyC", down=True)
    strike(others, "KeyC", down=False)
    assert [host.next(), host.next()] == ["KEY_C down", "KEY_C up"]
    strike(keyboard, "KeyD", down=True)
    expect(page.locator("[data-action=take]")).to_be_visible()
