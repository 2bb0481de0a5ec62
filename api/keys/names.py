"""Names: what somebody is called who has not said so, out of what their program says of itself.

Browsers name each other in their User-Agent, so the order decides: who is based on another one
names both. Anything else is called by the first word it says.

Source: RFC 9110 §10.1.5 (User-Agent is a list of products, the most significant first).
"""

from __future__ import annotations

import re

NAME_LONGEST = 40
SOMEBODY = "A program"

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
)
# A product's name is a token (RFC 9110 §5.6.2); only what reads as a name is taken as one.
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}(?=[/\s]|$)")


def name_of(user_agent: str | None) -> str:
    """Such as "Firefox on Linux" or "curl"; at most 40 characters, all of them printable."""
    told = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in told), None)
    system = next((name for mark, name in _SYSTEMS if mark in told), None)
    if browser and told.startswith("Mozilla/"):
        return f"{browser} on {system}" if system else browser
    product = _PRODUCT.match(told)
    if product is None or product[0] == "Mozilla":
        return SOMEBODY
    return product[0]
