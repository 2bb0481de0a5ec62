"""The USB cable from the board's gadget to the target's only port."""

import time
from types import TracebackType

from lab.agent import GuestProcess
from lab.board import Board
from lab.errors import LabError
from lab.target import Target

GADGET = "1d6b:0104"
SEEN_LIMIT_S = 120.0
SEEN_INTERVAL_S = 0.2  # QEMU has no event for a USB device that comes or goes
OUTER_ADDRESS = "10.0.2.2"  # the outer machine, seen from QEMU's user network


class Cable:
    """A cable between `board` and `target`; a context manager that plugs it in.

    Plugged in, the target sees the gadget each time one appears; it may come and go.

    Args:
        gadget: the gadget's vendor and product id, `vvvv:pppp` in hexadecimal.
    """

    def __init__(self, board: Board, target: Target, gadget: str = GADGET) -> None:
        self.gadget = gadget
        self._board = board
        self._target = target
        self._process: GuestProcess | None = None

    def __enter__(self) -> "Cable":
        """Plug it in."""
        self.plug()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unplug it."""
        try:
            self.unplug()
        except LabError:
            if kind is None:
                raise

    def plug(self) -> None:
        """Connect board and target. Harmless if they are."""
        if self._process is None:
            address = f"{OUTER_ADDRESS}:{self._target.usb_port}"
            self._process = self._board.start_python("cable.py", self.gadget, address)

    def unplug(self) -> None:
        """Disconnect them and wait until the target has noticed. Harmless if they are."""
        if self._process is not None:
            self._process.signal()
            self._process.wait()
            self._process = None
            self._wait(present=False, limit_s=SEEN_LIMIT_S)

    def wait_until_seen(self, limit_s: float = SEEN_LIMIT_S) -> list[str]:
        """Wait until the target has the gadget on its port; returns `Target.usb()`.

        Raises:
            LabError: `lab.cable.unseen`, with what the cable's end in the board said.
        """
        return self._wait(present=True, limit_s=limit_s)

    def wait_until_gone(self, limit_s: float = SEEN_LIMIT_S) -> None:
        """Wait until the target's port is empty. Raises as `wait_until_seen` does."""
        self._wait(present=False, limit_s=limit_s)

    def _wait(self, *, present: bool, limit_s: float) -> list[str]:
        deadline = time.monotonic() + limit_s
        while True:
            devices = self._target.usb()
            if bool(devices) == present:
                return devices
            if time.monotonic() > deadline:
                raise LabError(
                    "lab.cable.unseen",
                    f"The target still has {devices or 'nothing'} on its USB port.",
                    log=self._process.output if self._process else "",
                )
            time.sleep(SEEN_INTERVAL_S)
