"""What index.html asks for is what there is."""

from __future__ import annotations

import re

from api.page import BESIDE_US, files_below


def test_the_page_asks_for_every_module_at_once() -> None:
    index = (BESIDE_US / "index.html").read_text()
    asked = set(re.findall(r'<link rel="modulepreload" href="([^"]+)">', index))
    modules = {name for name in files_below(BESIDE_US) if name.endswith(".js")}
    assert asked == modules - {"main.js"}
