"""docs/api.md names every route and every error code; nobody has to guess."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.app import create_app
from api.problems import STATUS
from tests.api.doubles import Stage, stage
from tests.api.test_gate import all_doors

API_MD = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()


@pytest_asyncio.fixture
async def made(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, is_signed_in=False) as made:
        yield made


@pytest.mark.asyncio
async def test_every_route_is_described(made: Stage) -> None:
    app = create_app(made.services)
    described = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert len(described) >= 12
    sockets = {f"WS {path}" for method, path in all_doors(app) if method == "WS"}
    assert sockets == {"WS /api/status", "WS /api/keys", "WS /api/video"}
    missing = {name for name in described | sockets if f"`{name}" not in API_MD}
    assert missing == set()


@pytest.mark.asyncio
async def test_every_route_is_described_by_openapi_with_problems_and_words(made: Stage) -> None:
    document = create_app(made.services).openapi()
    assert "Problem" in document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert route["description"], (method, path)
            assert "application/problem+json" in route["responses"]["default"]["content"]


def test_every_error_code_is_listed_with_its_status() -> None:
    listed: dict[str, int] = {}
    for codes, status in re.findall(r"^\| (`.*?`) \| (\d{3}) \|", API_MD, re.MULTILINE):
        listed |= dict.fromkeys(re.findall(r"`(\w+)`", codes), int(status))
    assert listed == STATUS


def test_nothing_is_described_that_does_not_exist() -> None:
    named = set(re.findall(r"`(?:GET|POST|PUT|DELETE|WS) (/[^`?\s]*)", API_MD))
    known = {
        *("/api/layouts", "/api/layouts/{layout}/keys", "/api/typing", "/api/typing/check"),
        *("/api/typing/{job}", "/api/typing/{job}/pause", "/api/typing/{job}/resume"),
        *("/", "/openapi.json", "/api/login", "/api/logout", "/api/session", "/api/health"),
        *("/api/status", "/api/keys", "/api/images", "/api/drive", "/api/video"),
        *("/api/mouse", "/api/shortcuts", "/api/cable/replug", "/api/target/wake"),
        *("/api/target/reset", "/snapshot.jpg", "/video.mjpg"),
    }
    assert named == known
