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
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab import Board, GuestProcess, Lab, grub_iso, plain_iso
from launcher.inlab import GUEST_PORT, start_product
from tests.e2e.hosts import InputLayer, Pointers
from tests.e2e.pages import DRAWS_WITHIN_MS, signed_in

SECOND_PORT = GUEST_PORT + 1  # for a second product beside the desk's

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
    second_url: str

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
    ports = {GUEST_PORT: free_port(), SECOND_PORT: free_port()}
    url, second_url = (f"http://127.0.0.1:{port}" for port in ports.values())
    with Lab(share=images, forward=ports, say=print, plugged=False) as lab:
        product = start_product(lab.board, images, print)
        yield Desk(lab, images, url, product.password, product.process, second_url)


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    """A signed-in program."""
    with httpx.Client(base_url=desk.url, timeout=60) as client:
        answer = client.post("/api/login", json={"password": desk.password})
        assert answer.status_code == 204, answer.text
        yield client


@pytest.fixture
def host(desk: Desk) -> Iterator[InputLayer]:
    """Our keyboard, as the board's own kernel has it."""
    layer = InputLayer(desk.board)
    yield layer
    layer.close()


@pytest.fixture
def pointers(desk: Desk) -> Iterator[Pointers]:
    """Our mice, as the board's own kernel has them."""
    watched = Pointers(desk.board)
    yield watched
    watched.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=DRAWS_WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(QUIET_CHROMIUM), timeout=120_000
        )
        with contextlib.closing(browser):
            yield browser


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """The page, signed in, with the screen in it."""
    with signed_in(browser, desk.url, desk.password) as (_, page):
        yield page


@pytest.fixture(scope="module")
def lasting_page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """One page for all tests of a file that leave it as they found it: it takes long to load."""
    with signed_in(browser, desk.url, desk.password) as (_, page):
        yield page
