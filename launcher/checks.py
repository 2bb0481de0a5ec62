"""Every test there is, in one run: style, types, floors, the page's own tests, then pytest.

All of them run even when one fails, so that a person sees everything at once. pytest is last: its
closing line is the run's closing line.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Check:
    """One command whose exit status says whether the project is in order."""

    name: str
    command: tuple[str, ...]


def checks(pytest_arguments: list[str]) -> tuple[Check, ...]:
    """The checks in order, cheapest first."""
    here = Path(sys.executable).parent
    page_tests = sorted(str(path) for path in (ROOT / "tests" / "web").glob("*.test.js"))
    return (
        Check("style", (str(here / "ruff"), "check", ".")),
        Check("format", (str(here / "ruff"), "format", "--check", ".")),
        Check("types", (str(here / "mypy"),)),
        Check("floors", (str(here / "lint-imports"),)),
        Check("page", ("node", "--test", *page_tests)),
        Check("pytest", (sys.executable, "-m", "pytest", *pytest_arguments)),
    )


def run_all(pytest_arguments: list[str]) -> int:
    """Run every check; returns 0 when all of them held."""
    failed: list[str] = []
    lines: list[str] = []
    for check in checks(pytest_arguments):
        print(f"\n== {check.name}", flush=True)
        began = time.monotonic()
        outcome = subprocess.run(check.command, cwd=ROOT, check=False, env=environment())
        took = time.monotonic() - began
        if outcome.returncode:
            failed.append(check.name)
        verdict = f"failed ({outcome.returncode})" if outcome.returncode else "ok"
        lines.append(f"{check.name:8} {verdict:12} {took:6.0f} s")
        if check.name != "pytest":
            print(lines[-1], flush=True)
    print("\n" + "\n".join(lines), file=sys.stderr, flush=True)
    if failed:
        print(f"kaputtkvm: failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def environment() -> dict[str, str]:
    """The environment of the checks: imports come from the checkout, output is not held back."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
