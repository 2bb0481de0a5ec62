"""`python -m lab`: switch a lab on, say what it has, switch it off on Ctrl-C."""

import signal
import sys
import tempfile
from pathlib import Path

from lab.desk import Lab
from lab.errors import LabError


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run a lab until interrupted; 0 if it came up."""
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="kaputtkvm-share-") as share:
        try:
            with Lab(share=Path(share), say=_say) as lab:
                _say(f"Share, on both sides: {share}")
                _say(f"Board: {lab.board.shell('uname -r; ls /sys/class/udc').split()}")
                _say(f"Target: {lab.target.screenshot().size} pixels, USB {lab.target.usb()}")
                _say(f"Run directories: {lab.board.machine.run_dir} {lab.target.machine.run_dir}")
                _say("Ctrl-C ends it")
                while True:
                    signal.pause()
        except KeyboardInterrupt:
            _say("Switched off")
            return 0
        except LabError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
