"""The whole desk: board and target, wired up the way a person would."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from lab.board import Board
from lab.cable import GADGET, Cable
from lab.picture import Feed
from lab.reset import ResetLine
from lab.screen import Screen
from lab.target import Firmware, Target


class Lab:
    """A board, a target, and between them screen, reset button and USB; a context manager.

    Both are switched on together: the target's firmware runs while the board still boots. With the
    USB cable plugged in from the start, whatever gadget the board brings up reaches the target.

    Args:
        share: a directory both the outer machine and the board read and write, at the same path.
        forward: TCP ports of the board and the port on 127.0.0.1 that leads to each. The service
            in the board must listen on 10.0.2.15 or on all addresses.
        say: told what happens, in short sentences.
        firmware: the target's, `uefi` or `seabios`.
        udc_count: how many USB device controllers the board has.
        gadget: vendor and product id that the cable carries.
        plugged: whether the USB cable is in from the start. Without it the board's own kernel is
            the host of the gadget.
    """

    board: Board
    target: Target
    feed: Feed
    screen: Screen
    reset_line: ResetLine
    cable: Cable

    def __init__(
        self,
        *,
        share: Path,
        forward: Mapping[int, int] | None = None,
        say: Callable[[str], None] = lambda _: None,
        firmware: Firmware = "uefi",
        udc_count: int = 1,
        gadget: str = GADGET,
        plugged: bool = True,
    ) -> None:
        self.board = Board(share=share, forward=forward, udc_count=udc_count, say=say)
        self.target = Target(firmware=firmware, say=say)
        self._gadget = gadget
        self._plugged = plugged
        self._stack = ExitStack()

    def __enter__(self) -> "Lab":
        """Switch everything on and wire it up; back when the board is usable.

        Raises:
            LabError: from `Board` or `Target`. Nothing is left running then.
        """
        with ExitStack() as stack:
            # Does not wait for its firmware, so it needs no thread of its own.
            stack.enter_context(self.target)
            stack.enter_context(self.board)
            self.feed = Feed(self.board)
            self.screen = Screen(self.target, self.feed)
            stack.callback(lambda: self.screen.close())  # whichever there is by then
            stack.callback(self.feed.close)  # before the screen, which may be waiting for it
            self.reset_line = ResetLine(self.board, self.target)
            stack.callback(self.reset_line.close)
            self.cable = Cable(self.board, self.target, self._gadget)
            if self._plugged:
                self.cable.plug()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Switch everything off; nothing remains but the cache and `share`."""
        self._stack.close()

    @contextmanager
    def screen_unplugged(self) -> Iterator[Feed]:
        """Take the target's screen off the grabber for a while, to show it other pictures."""
        self.screen.close()
        try:
            yield self.feed
        finally:
            self.screen = Screen(self.target, self.feed)
