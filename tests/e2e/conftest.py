"""The whole product in the lab: a board that runs it, a target with firmware, a real browser.

One pair of guests serves every test of this directory. The USB cable to the target is unplugged
between tests, so that the board's own kernel is the host; tests of the firmware plug it in.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lab import Board, GuestProcess, Lab, grub_iso, plain_iso
from launcher.inlab import GUEST_PORT, start_product

CHROMIUM = "/usr/bin/chromium"
QUIET_CHROMIUM = (
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Desk:
    """What stands on the desk: the lab, the product running in it, and how to reach it."""

    lab: Lab
    images: Path
    url: str
    password: str
    product: GuestProcess

    @property
    def board(self) -> Board:
        """The board guest."""
        return self.lab.board


def free_port() -> int:
    """A TCP port nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("images")
    grub_iso(directory / "grub.iso")
    plain_iso(directory / "first.iso", 8 * 1024 * 1024)
    plain_iso(directory / "second.iso", 3 * 1024 * 1024)
    (directory / "tiny.iso").write_bytes(b"\0" * 614_399)
    with (directory / "huge.iso").open("wb") as huge:
        huge.truncate(2_359_293_952 + 2048)
    return directory


@pytest.fixture(scope="package")
def desk(images: Path) -> Iterator[Desk]:
    port = free_port()
    with Lab(share=images, forward={GUEST_PORT: port}, say=print, plugged=False) as lab:
        product = start_product(lab.board, images, print)
        yield Desk(lab, images, f"http://127.0.0.1:{port}", product.password, product.process)


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    """A signed-in program."""
    with httpx.Client(base_url=desk.url, timeout=60) as client:
        answer = client.post("/api/login", json={"password": desk.password})
        assert answer.status_code == 204, answer.text
        yield client


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(QUIET_CHROMIUM), timeout=120_000
        )
        with contextlib.closing(browser):
            yield browser


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """The page, signed in, with the screen in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(desk.url)
    page.fill("input[name=password]", desk.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("kvm-screen[data-state=live]")
    yield page
    context.close()
    assert complaints == []
