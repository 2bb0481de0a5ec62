"""How a bench says what it found: a table for people, a file for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

GAP = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the first reads from the left, numbers from the right.

    Raises:
        ValueError: a row has not as many cells as the head.
    """
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        GAP.join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def save(path: Path, document: Mapping[str, object]) -> None:
    """Write the document as JSON."""
    path.write_text(json.dumps(document, indent=2) + "\n")
