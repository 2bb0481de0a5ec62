"""The dialog for pasting: what it says of a text, and what of it a Linux desktop then reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.hosts import TextReader
from tests.e2e.pages import choose_layout
from tests.e2e.texts import PLAIN
from tests.e2e.typing_jobs import job_now, reached

pytestmark = pytest.mark.lab

BAR = ".tools > kvm-typing .typing"
UNHURRIED_MS = 40
SECRET = "Grüße, Öl & Yak: 5 € {zß}\n\t~/a@b ^"


@pytest.fixture(autouse=True)
def no_text_is_left(client: httpx.Client) -> Iterator[None]:
    """What a failed test leaves untyped is nothing for the next one."""
    yield
    job = job_now(client)
    if job is not None and job["state"] not in ("done", "cancelled", "failed"):
        client.delete(f"/api/typing/{job['id']}").raise_for_status()


@pytest.fixture
def page(lasting_page: Page) -> Iterator[Page]:
    """With the dialog shut and nothing in it."""
    yield lasting_page
    if lasting_page.locator("dialog.paste").is_visible():
        lasting_page.fill("#paste-text", "")
        lasting_page.keyboard.press("Escape")


@pytest.fixture
def german(desk: Desk) -> Iterator[TextReader]:
    reader = TextReader(desk.board, "de")
    yield reader
    reader.close()


def open_dialog(page: Page, text: str, layout: str = "German") -> None:
    """The dialog with this text in it, for a target that has this layout."""
    page.click("[data-action=paste]")
    choose_layout(page, "dialog.paste", layout)
    page.fill("#paste-text", text)


def verdict(page: Page, tone: str) -> str:
    """What the dialog says of the text, once it is of that tone."""
    return page.locator(f"#paste-verdict[data-tone={tone}]").inner_text()


def wrote(client: httpx.Client, reader: TextReader, text: str) -> bool:
    """Whether the desktop has just this text, and a key struck now is all that follows."""
    client.post("/api/keys", json={"press": ["Digit0"]}).raise_for_status()
    return reader.until_length(len(text) + 1) == f"{text}0"


def test_a_text_with_umlauts_arrives_as_it_was_and_nothing_of_it_stays_in_the_page(
    page: Page, client: httpx.Client, german: TextReader
) -> None:
    open_dialog(page, SECRET)
    assert verdict(page, "good") == f"{len(SECRET)} characters. All of it can be typed."
    page.click("[data-action=type]")
    expect(page.locator("dialog.paste")).to_be_hidden()
    expect(page.locator(BAR)).to_have_attribute("data-state", "done")
    expect(page.locator(BAR)).to_contain_text(f"typed {len(SECRET)} of {len(SECRET)}")
    assert wrote(client, german, SECRET)
    assert page.input_value("#paste-text") == ""
    assert "Yak" not in page.content()
    page.click("[data-action=type-dismiss]")
    expect(page.locator(BAR)).to_be_hidden()


def test_what_cannot_be_typed_is_shown_with_its_place_and_nothing_is_typed(
    page: Page, client: httpx.Client, german: TextReader
) -> None:
    before = job_now(client)
    open_dialog(page, "one\ntwo ж and ж\n日")
    assert "2 different characters cannot be typed" in verdict(page, "bad")
    rows = page.locator(".untypable li").all_inner_texts()
    assert [re.sub(r"\s+", " ", row).strip() for row in rows] == [
        "ж U+0436 CYRILLIC SMALL LETTER ZHE line 2, column 5 line 2, column 11",
        "日 U+65E5 CJK UNIFIED IDEOGRAPH-65E5 line 3, column 1",
    ]
    page.get_by_role("button", name="line 2, column 11").click()
    chosen = "it => it.value.slice(it.selectionStart, it.selectionEnd)"
    assert page.eval_on_selector("#paste-text", chosen) == "ж"
    page.click("[data-action=type]")
    expect(page.locator("dialog.paste .problem")).to_be_visible()
    expect(page.locator("dialog.paste")).to_be_visible()
    assert job_now(client) == before
    assert wrote(client, german, "")


def test_what_cannot_be_typed_is_replaced_when_that_is_asked_for(
    page: Page, client: httpx.Client, german: TextReader
) -> None:
    open_dialog(page, "über ж\n")
    verdict(page, "bad")
    page.check("[name=replace]")
    assert "1 different character will be replaced" in verdict(page, "warn")
    page.click("[data-action=type]")
    expect(page.locator(BAR)).to_contain_text("typed 7 of 7, 1 replaced")
    assert wrote(client, german, "über [?]\n")


def test_a_text_under_way_is_shown_paused_continued_and_cancelled(
    page: Page, client: httpx.Client, german: TextReader
) -> None:
    page.click("[data-action=paste]")
    page.fill("#paste-delay", str(UNHURRIED_MS))
    page.press("#paste-text", "Escape")
    open_dialog(page, PLAIN)
    page.press("#paste-text", "Control+Enter")
    bar = page.locator(BAR)
    expect(bar).to_have_attribute("data-state", "typing")
    german.until_length(20)
    expect(bar.locator("progress")).to_have_js_property("max", len(PLAIN))
    page.wait_for_function(
        "bar => document.querySelector(bar).querySelector('progress').value > 0", arg=BAR
    )
    page.click("[data-action=type-pause]")
    expect(bar).to_have_attribute("data-state", "paused")
    paused = job_now(client)
    expect(bar).to_contain_text(f"typed {paused['typed']} of {len(PLAIN):,}")
    expect(bar).to_contain_text(f"line {paused['line']}, column {paused['column']}")
    page.click("[data-action=type-resume]")
    expect(bar).to_have_attribute("data-state", "typing")
    german.until_length(paused["typed"] + 20)
    page.click("[data-action=type-cancel]")
    expect(bar).to_have_attribute("data-state", "cancelled")
    stopped = reached(client, "cancelled")
    expect(bar).to_contain_text(f"line {stopped['line']}, column {stopped['column']}")
    client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
    assert PLAIN.startswith(german.until("\n")[:-1])


def test_while_a_text_is_under_way_another_one_is_refused_in_words_and_kept(
    page: Page, client: httpx.Client, german: TextReader
) -> None:
    slow = {"text": PLAIN, "layout": "de", "delay_ms": UNHURRIED_MS}
    client.post("/api/typing", json=slow).raise_for_status()
    open_dialog(page, "mine")
    page.click("[data-action=type]")
    expect(page.locator("dialog.paste .problem")).to_contain_text("text")
    assert page.input_value("#paste-text") == "mine"
    expect(page.locator("dialog.paste kvm-typing")).to_contain_text("started by a program")
    page.click("dialog.paste [data-action=type-cancel]")
    expect(page.locator("dialog.paste kvm-typing .typing")).to_be_hidden()
    client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
    written = german.until("\n")
    page.click("[data-action=type]")
    assert german.until("mine") == f"{written}mine"
