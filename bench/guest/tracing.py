"""The kernel's own record of reports: when each was queued at the endpoint.

Tracing sees every program's writes alike and needs nothing of the program that is measured.

Sources: Linux Documentation/trace/ftrace.rst; drivers/usb/gadget/udc/trace.h.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TRACEFS = Path("/sys/kernel/tracing")
INSTANCES = TRACEFS / "instances"
QUEUED = "usb_ep_queue"
REPORT_BYTES = 8  # tells the keyboard's requests from the mice's and the drive's
BUFFER_KB = 8192
LINE = re.compile(
    r" (?P<second>\d+\.\d+): usb_ep_queue: (?P<endpoint>\S+): req \S+ length \d+/(?P<length>\d+) "
)


class Trace:
    """The keyboard's requests since the last `restart`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def restart(self) -> None:
        """Forget what was recorded."""
        (self._directory / "trace").write_text("\n")

    def read(self) -> list[float]:
        """When reports were queued, in seconds."""
        return list(parsed((self._directory / "trace").read_text()))


def parsed(text: str) -> Iterator[float]:
    """The second of every event about a request of the keyboard's size."""
    for line in text.splitlines():
        match = LINE.search(line)
        if match and int(match["length"]) == REPORT_BYTES and match["endpoint"] != "ep0":
            yield float(match["second"])


@contextmanager
def tracing() -> Iterator[Trace]:
    """Record for as long as this lasts, in a buffer of our own."""
    if not INSTANCES.is_dir():
        subprocess.run(["mount", "-t", "tracefs", "tracefs", str(TRACEFS)], check=True)
    instance = INSTANCES / f"kaputtkvm-bench-{os.getpid()}"
    instance.mkdir()
    try:
        (instance / "trace_clock").write_text("mono")
        (instance / "buffer_size_kb").write_text(str(BUFFER_KB))
        (instance / "events/gadget" / QUEUED / "filter").write_text(f"length == {REPORT_BYTES}")
        (instance / "events/gadget" / QUEUED / "enable").write_text("1")
        yield Trace(instance)
    finally:
        instance.rmdir()  # tracefs: its files go with it
