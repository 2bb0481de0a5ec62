"""How long a key takes: from the page's message to the endpoint, and to the target's input layer.

Run it: `./kaputtkvm bench keys [--json FILE]`. A client in the board guest speaks as the page does,
on loopback. When the report is queued at the endpoint is the kernel's own record (tracing), and
so is when the host's input layer has it (evdev): neither is ours. In turns with it a bare program
that writes the same report to the same node as soon as it gets a byte is measured in the same way,
because a busy or emulated machine slows both alike: what counts is the ratio.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.board import document, measured_board, progress
from bench.spread import Spread
from bench.table import save, table

STROKES = 300
WARM_UP_STROKES = 20
NAMES = {"page": "the page's key socket", "bare": "a bare socket program"}

Samples = Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class Row:
    """One way, in microseconds from the moment the client sends."""

    way: str
    events: int
    endpoint_p50_us: float
    endpoint_p99_us: float
    evdev_p50_us: float
    evdev_p99_us: float


def rows(samples: Samples) -> list[Row]:
    """One row for each way; `samples` are pairs of [to the endpoint, to evdev]."""
    found = []
    for way, events in samples.items():
        endpoint = Spread.of([event[0] for event in events])
        evdev = Spread.of([event[1] for event in events])
        found.append(Row(way, len(events), endpoint.p50, endpoint.p99, evdev.p50, evdev.p99))
    return found


def ratios(found: Sequence[Row]) -> dict[str, float]:
    """How many times as long as the bare program the page's key takes, in the median."""
    of = {row.way: row for row in found}
    return {
        "endpoint_ratio": of["page"].endpoint_p50_us / of["bare"].endpoint_p50_us,
        "evdev_ratio": of["page"].evdev_p50_us / of["bare"].evdev_p50_us,
    }


def shown(found: Sequence[Row]) -> str:
    """The table."""
    head = ("us, from", "events", "endpoint p50", "p99", "evdev p50", "p99")
    cells = [
        (
            NAMES[row.way],
            str(row.events),
            f"{row.endpoint_p50_us:.0f}",
            f"{row.endpoint_p99_us:.0f}",
            f"{row.evdev_p50_us:.0f}",
            f"{row.evdev_p99_us:.0f}",
        )
        for row in found
    ]
    ratio = ratios(found)
    last = ("ratio", "", f"{ratio['endpoint_ratio']:.1f}", "", f"{ratio['evdev_ratio']:.1f}", "")
    return table(head, [*cells, last])


def run(json_file: Path | None) -> None:
    """Measure, print the table, write JSON where asked."""
    with measured_board() as board:
        machine = board.machine()
        progress(f"Measuring {STROKES} strokes each way")
        process = board.start("keys", strokes=STROKES, warm_up=WARM_UP_STROKES)
        found = rows(json.loads(board.told(process)))
    print(shown(found))
    if json_file is not None:
        figures = {"rows": [vars(row) for row in found], **ratios(found)}
        save(json_file, document("keys", machine, figures))
