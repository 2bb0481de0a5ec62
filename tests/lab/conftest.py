"""Guests for the tests that need them: one board for all, everything else as asked for."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import Board, Feed

LIMIT_S = 180.0  # for events: software emulation on a busy machine


def wait_until(happened: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait for something that announces itself nowhere."""
    deadline = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < deadline, f"did not happen within {limit_s} s"
        time.sleep(0.1)


@pytest.fixture(scope="package")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory the board and the tests both see."""
    return tmp_path_factory.mktemp("share")


@pytest.fixture(scope="package")
def board(share: Path) -> Iterator[Board]:
    with Board(share=share, say=print) as running:
        yield running


@pytest.fixture
def feed(board: Board) -> Iterator[Feed]:
    plugged = Feed(board)
    yield plugged
    plugged.close()
