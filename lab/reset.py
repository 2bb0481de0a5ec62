"""The wire from the board to the target's reset button.

Who writes the line `reset` to /dev/virtio-ports/kaputtkvm.reset in the board presses the button.
It stands for the relay or optocoupler on a desk.
"""

import contextlib
import socket
import threading

from lab.board import Board
from lab.errors import LabError
from lab.target import Target

DEVICE = "/dev/virtio-ports/kaputtkvm.reset"
WORD = b"reset"


class ResetLine:
    """Connects the board's reset line to `target` until it is closed; runs on a thread."""

    def __init__(self, board: Board, target: Target) -> None:
        self.pressed_count = 0
        self._target = target
        self._socket = board.machine.connect("reset")
        self._thread = threading.Thread(target=self._run, name="lab-reset", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cut the wire."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    if line.strip() == WORD:
                        self._target.reset()
                        self.pressed_count += 1
        except (OSError, LabError):
            pass  # one of the guests is gone, and the wire with it
