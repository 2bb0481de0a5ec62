"""The benches by name. Each prints a table, and writes JSON where asked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gadgetd.errors import KaputtError
from launcher.here import end_on_signals

BENCHES = {
    "keys": "from the page's message to the target's input layer",
    "paste": "typing a text, against a bare loop; what a stalled host costs",
    "encode": "a frame of the grabber to JPEG",
}


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """What `kaputtkvm bench` takes."""
    about = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    verb.add_argument("bench", choices=BENCHES, help=about)
    verb.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")


class JsonPlaceError(KaputtError):
    """The figures could not be written there, which is better known before than after."""

    code = "json_place"

    def __init__(self, directory: Path) -> None:
        super().__init__(f"There is no directory {directory} to write to.", "Make it first.")


def run_bench(options: argparse.Namespace) -> int:
    """Run one; returns the exit status.

    Raises:
        JsonPlaceError: the directory of `--json` does not exist.
        BenchFailedError, LabError: what is measured did not work.
    """
    if options.json is not None and not options.json.absolute().parent.is_dir():
        raise JsonPlaceError(options.json.absolute().parent)
    end_on_signals()
    match options.bench:
        case "keys":
            from bench.keys import run
        case "paste":
            from bench.paste import run
        case _:
            from bench.encode import run
    try:
        run(options.json)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr, flush=True)
        return 130
    return 0
