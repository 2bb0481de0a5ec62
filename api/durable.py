"""Durable: a file that is the old one or the new one after a power cut, and nothing in between."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, content: str, mode: int) -> None:
    """Write to one side, then rename over; the directory is made if it is not there.

    Args:
        mode: of the file, such as 0o600.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    # The rename itself lies in the directory.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
