"""The board in the lab with KaputtKVM running on it, to be measured from the inside."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gadgetd.errors import KaputtError
from lab import Board, GuestProcess, LabError, accel, kernel
from lab.stall import SlowCable
from launcher.inlab import GUEST_PORT, Product, start_product

MEASURED_WITHIN_S = 1800.0


class BenchFailedError(KaputtError):
    """The measurement could not be made."""

    code = "bench_failed"


@dataclass(frozen=True)
class Machine:
    """What the numbers were measured on."""

    kernel: str
    cpus: int
    emulated: bool


class MeasuredBoard:
    """A board guest that runs KaputtKVM."""

    def __init__(self, board: Board, product: Product) -> None:
        self.board = board
        self._product = product

    def machine(self) -> Machine:
        """The guest: its kernel, its processors, and whether they are real."""
        release, cpus = self.board.shell("uname -r; nproc").split()
        return Machine(release, int(cpus), not accel.has_kvm(kernel.fetch()))

    def start(self, module: str, **order: object) -> GuestProcess:
        """Start a module of `bench.guest` in the guest and give it its order."""
        process = self.board.start(
            [sys.executable, "-m", f"bench.guest.{module}"], cwd=self.board.checkout
        )
        url = f"http://127.0.0.1:{GUEST_PORT}"
        whole = {"url": url, "password": self._product.password, **order}
        process.write(json.dumps(whole) + "\n")
        process.close_stdin()
        return process

    def told(self, process: GuestProcess) -> str:
        """The next line of a process that measures.

        Raises:
            BenchFailedError: it ended instead; with its last words.
        """
        try:
            return process.next_line(MEASURED_WITHIN_S)
        except LabError as error:
            words = process.stderr.strip()[-600:] or error.sentence
            raise BenchFailedError(f"Measuring failed: {words}", "Measure again.") from error


@contextmanager
def measured_board() -> Iterator[MeasuredBoard]:
    """A board with everything running, for as long as this lasts.

    Raises:
        LabError: the guest did not come up.
        ProductFailedError: KaputtKVM did not.
    """
    with empty_board() as (board, share):
        yield MeasuredBoard(board, start_product(board, share, progress))


@contextmanager
def board_on_a_slow_cable() -> Iterator[tuple[MeasuredBoard, SlowCable]]:
    """The same, with a host that can be made to stop asking. Raises as `measured_board`."""
    with empty_board() as (board, share), SlowCable(board) as cable:
        gadget = {"udc": SlowCable.udc}
        measured = MeasuredBoard(board, start_product(board, share, progress, gadget=gadget))
        cable.wait_until_plugged()
        yield measured, cable


@contextmanager
def empty_board() -> Iterator[tuple[Board, Path]]:
    """A board on which nothing runs yet, and the directory that it shares."""
    with (
        tempfile.TemporaryDirectory(prefix="kaputtkvm-bench-") as share,
        Board(share=Path(share), say=progress) as board,
    ):
        yield board, Path(share)


def progress(sentence: str) -> None:
    """What happens meanwhile; not on the standard output, which is for the table."""
    print(sentence, file=sys.stderr, flush=True)


def document(bench: str, machine: Machine, found: Mapping[str, object]) -> dict[str, object]:
    """What `--json` writes."""
    return {"bench": bench, "machine": asdict(machine), **found}
