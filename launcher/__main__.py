"""The verbs, once everything they need is installed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from gadgetd.errors import KaputtError
from launcher.bench import add_arguments, run_bench
from launcher.bootstrap import wants_gadget


def parser() -> argparse.ArgumentParser:
    """The command line of `kaputtkvm`."""
    top = argparse.ArgumentParser(prog="kaputtkvm", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="start KaputtKVM, here or in the lab")
    where = run.add_mutually_exclusive_group()
    where.add_argument("--lab", action="store_true", help="in the lab, even with hardware present")
    where.add_argument("--here", action="store_true", help="on this machine's own hardware")
    run.add_argument("--port", type=int, default=8000, help="the page's port (default: 8000)")
    run.add_argument(
        "--listen", default="127.0.0.1", help="the page's address, for --here (default: 127.0.0.1)"
    )
    run.add_argument("--images", type=Path, help="directory of ISO images")
    run.add_argument("--config", type=Path, help="configuration file, for --here")
    test = verbs.add_parser("test", help="run every test")
    test.add_argument("pytest", nargs=argparse.REMAINDER, help="arguments for pytest")
    add_arguments(verbs.add_parser("bench", help="measure something and print a table"))
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(given)
    try:
        if options.verb == "test":
            from launcher.checks import run_all

            return run_all(options.pytest)
        if options.verb == "bench":
            return in_words(run_bench, options)
        if wants_gadget(given):
            from launcher.here import run_here

            return run_here(options)
        from launcher.inlab import run_in_lab

        return in_words(run_in_lab, options)
    except KaputtError as error:
        print(f"kaputtkvm: {error}", file=sys.stderr)
        return 1


def in_words(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run in the lab; what goes wrong there is said in words, with the end of the guests' logs."""
    from lab import LabError

    try:
        return run(options)
    except LabError as error:
        print(f"kaputtkvm: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
