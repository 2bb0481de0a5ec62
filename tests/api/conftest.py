"""The application behind a real socket, with scripted neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.api.doubles import Stage, stage


@pytest_asyncio.fixture
async def signed_in(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Stage]:
    """The same, before anybody has signed in."""
    async with stage(tmp_path, is_signed_in=False) as made:
        yield made
