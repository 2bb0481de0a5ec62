"""What somebody is called who has not said so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys.names import name_of

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
            "Firefox on Linux",
        ),
        (
            f"{MOZILLA} (Android 15; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0",
            "Firefox on Android",
        ),
        (
            f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/138.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/138.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/138.0.0.0 Safari/537.36 "
            "Edg/138.0.0.0",
            "Edge on Windows",
        ),
        (
            f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/138 Safari/537",
            "Chrome on ChromeOS",
        ),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            "Safari on Mac",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("Python/3.11 websockets/15.0", "Python"),
        ("Wget", "Wget"),
        (MOZILLA, "A program"),
        ("<script>alert(1)</script>", "A program"),
        ("", "A program"),
        (None, "A program"),
    ],
)
def test_a_program_is_called_by_what_it_says_of_itself(user_agent: str | None, name: str) -> None:
    assert name_of(user_agent) == name


@given(st.text(max_size=200))
def test_whatever_it_says_the_name_can_be_shown(user_agent: str) -> None:
    name = name_of(user_agent)
    assert 1 <= len(name) <= 40
    assert name.isprintable()
