"""`python -m gadgetd`: read the settings, hold the cable, leave cleanly."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from gadgetd.daemon import Daemon
from gadgetd.errors import KaputtError
from gadgetd.settings import DEFAULT_PATH, Settings, load

WRONG_USE = 2


def main() -> int:
    """The process; gives its exit status."""
    parser = argparse.ArgumentParser(prog="gadgetd", description=__doc__)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"the settings (default: {DEFAULT_PATH})"
    )
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s: %(message)s")
    try:
        settings = load(arguments.config)
        asyncio.run(hold(settings))
    except KaputtError as error:
        print(f"gadgetd: {error}", file=sys.stderr)
        return WRONG_USE
    return 0


async def hold(settings: Settings) -> None:
    """Run until somebody asks us to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Daemon(settings).run(stop)


if __name__ == "__main__":
    sys.exit(main())
