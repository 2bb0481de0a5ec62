"""A USB cable inside the board, to a host that can be made to stop asking for reports.

dummy_hcd's host always asks, at once. Here the controller is `usbip-vudc.0` and the host vhci_hcd,
both of the board's own kernel, and a process of ours between them can keep the host's questions to
itself for a while. The gadget then finds its endpoint busy, as with a firmware that hangs or a
target that swaps; the host loses nothing, and the device stays configured.
"""

from types import TracebackType

from lab.agent import GuestProcess
from lab.board import Board
from lab.errors import LabError

MODULES = "usbip-vudc vhci-hcd"
HAPPENS_WITHIN_S = 60.0


class SlowCable:
    """The board's second USB device controller, and a cable from it to the board's own kernel.

    A context manager: inside it the board has the controller `SlowCable.udc`. A gadget that is
    bound there is plugged in at once, whenever one appears.
    """

    udc = "usbip-vudc.0"

    def __init__(self, board: Board) -> None:
        self._board = board
        self._process: GuestProcess | None = None

    def __enter__(self) -> "SlowCable":
        """Load the controller.

        Raises:
            LabError: the kernel has no such modules.
        """
        self._process = self._board.start_python("slow_cable.py")
        self._until("ready")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unplug it and take the controller away, unless a gadget still holds it."""
        if self._process is not None:
            self._process.close_stdin()
            self._process.wait()
            self._process = None
        self._board.shell(f"modprobe -r -a {MODULES}", check=False)

    def wait_until_plugged(self) -> None:
        """Until a gadget has come and has been plugged in; to be waited for once each time.

        Raises:
            LabError: `lab.process.silent`, none came.
        """
        self._until("plugged")

    def hold(self, seconds: float | None = None) -> None:
        """The host stops asking for reports, from this moment on.

        Args:
            seconds: after which it goes on by itself; see `wait_until_going`.

        Raises:
            LabError: `lab.process.silent`, nothing is plugged in.
        """
        self._order("hold" if seconds is None else f"hold {seconds}", "held")

    def wait_until_going(self) -> None:
        """Until the time of `hold` is over; to be waited for once each time."""
        self._until("going")

    def go_on(self) -> None:
        """The host asks again. Raises as `hold` does."""
        self._order("go on", "going")

    def _order(self, words: str, answer: str) -> None:
        if self._process is None:
            raise LabError("lab.cable.unplugged", "The cable has not been laid.")
        self._process.write(f"{words}\n")
        self._until(answer)

    def _until(self, line: str) -> None:
        assert self._process is not None
        while self._process.next_line(HAPPENS_WITHIN_S) != line:
            pass
