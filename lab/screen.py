"""The cable from the target's screen to the board's grabber.

Ten times a second the picture is taken from QEMU; only when it has changed is it scaled, converted
and sent, so a still screen costs the board nothing. All the work is done out here, natively.
"""

import threading
import time

from lab.errors import LabError
from lab.picture import Feed, yuyv
from lab.target import Target, picture

INTERVAL_S = 0.1


class Screen:
    """Shows the target's screen to the board's grabber until it is closed; runs on a thread."""

    def __init__(self, target: Target, feed: Feed) -> None:
        self._target = target
        self._feed = feed
        self._closing = threading.Event()
        self.sent_count = 0
        """How many different pictures the board has been given."""
        self.failure: LabError | None = None
        """What ended it before it was closed."""
        self._thread = threading.Thread(target=self._run, name="lab-screen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; the last picture stays with the grabber until its feed is closed."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        shown = b""
        while not self._closing.is_set():
            started = time.monotonic()
            try:
                dump = self._target.dump()
                if dump != shown:
                    self._feed.send(yuyv(picture(dump)))
                    shown = dump
                    self.sent_count += 1
            except LabError as error:
                self.failure = error
                return
            self._closing.wait(max(0.0, INTERVAL_S - (time.monotonic() - started)))
