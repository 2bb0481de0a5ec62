"""How fast text is typed, against the least a program can do; and what a stalled host costs.

Run it: `./kaputtkvm bench paste [--json FILE]`. A client in the board guest asks for a text to be
typed as the page does. In turns with it a bare loop (wait for room, write) writes the very same
reports to the same node. The times are the kernel's own record of when a report was queued. What
counts is the ratio: `wire_ratio`, the median of the rounds.

Then the text is typed while the host stops asking for reports for a while (`lab.stall.SlowCable`),
and what the host's input layer got is compared with the text: `lost` for each stall in seconds.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from bench.board import board_on_a_slow_cable, document, measured_board, progress
from bench.table import save, table

CHARACTERS = 2000
STALLED_CHARACTERS = 500
ROUNDS = 5
STALLS_S = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
NAMES = {"page": "POST /api/typing", "bare": "a bare loop"}
# What is pasted into a machine in trouble: commands, paths, a password, lines of a configuration.
SAMPLE = """\
mount -o remount,rw /dev/sda2 / && vi /etc/fstab
UUID=3F2A-77C1  /boot/efi  vfat  umask=0077,shortname=winnt  0  2
grep -E '^(root|admin):' /etc/passwd | awk -F: '{print $1, $7}' >> "$HOME/who.txt"
Xk#9!vQ~2@Lw%7^pR*  # (this one was `openssl rand`'s)
for disk in sd[a-d]; do smartctl -H "/dev/$disk" || echo "$disk: BAD?"; done; \\
\tif [ $? -ne 0 ]; then exit 1; fi
"""

Rounds = Mapping[str, Sequence[Mapping[str, float]]]


@dataclass(frozen=True)
class Row:
    """One way, medians: characters a second, and milliseconds before the first and after the last.

    Attributes:
        start_ms: from the request to the first report.
        end_ms: from the last report to hearing that all is typed.
    """

    way: str
    rounds: int
    characters_per_s: float
    start_ms: float
    end_ms: float


@dataclass(frozen=True)
class Damage:
    """What a stall did to a text, in characters."""

    lost: int
    added: int


def text_of(characters: int) -> str:
    """The sample text, as often as it takes."""
    return "".join(islice(cycle(SAMPLE), characters))


def rows(rounds: Rounds) -> list[Row]:
    """One row for each way."""
    return [
        Row(
            way,
            len(each),
            *(
                statistics.median(one[name] for one in each)
                for name in ("rate", "start_ms", "end_ms")
            ),
        )
        for way, each in rounds.items()
    ]


def wire_ratio(rounds: Rounds) -> float:
    """How much of the bare loop's rate typing reaches: the median of neighbouring rounds."""
    return statistics.median(
        ours["rate"] / bare["rate"]
        for ours, bare in zip(rounds["page"], rounds["bare"], strict=True)
    )


def damage(text: str, arrived: str) -> Damage:
    """How many characters of the text did not arrive, and how many arrived that are not of it.

    By the longest common subsequence, so one lost character does not make all after it wrong.
    """
    if text == arrived:
        return Damage(0, 0)
    lengths = [0] * (len(arrived) + 1)
    for wanted in text:
        diagonal = 0
        for place, got in enumerate(arrived, 1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if wanted == got else max(above, lengths[place - 1])
            diagonal = above
    return Damage(len(text) - lengths[-1], len(arrived) - lengths[-1])


def shown(found: Sequence[Row], ratio: float, stalls: Mapping[float, Damage]) -> str:
    """The two tables."""
    cells = [
        (
            NAMES[row.way],
            str(row.rounds),
            f"{row.characters_per_s:.0f}",
            f"{row.start_ms:.0f}",
            f"{row.end_ms:.0f}",
        )
        for row in found
    ]
    cells.append(("ratio", "", f"{ratio:.2f}", "", ""))
    rates = table(("typed by", "rounds", "characters/s", "start ms", "end ms"), cells)
    losses = table(
        ("host stalled for", "lost", "added"),
        [(f"{s:g} s", str(each.lost), str(each.added)) for s, each in stalls.items()],
    )
    return f"{rates}\n\n{losses}"


def stalled(text: str, stalls_s: Sequence[float]) -> dict[float, Damage]:
    """Type the text once for each stall, on a board whose host can be stopped.

    Raises:
        LabError: a guest, or a process in it, failed.
    """
    found = {}
    with board_on_a_slow_cable() as (board, cable):
        process = board.start("stalls", text=text, times=len(stalls_s))
        for stall_s in stalls_s:
            progress(f"Typing while the host stalls for {stall_s:g} s")
            board.told(process)
            cable.hold()
            time.sleep(stall_s)  # the stall itself
            cable.go_on()
            found[stall_s] = damage(text, json.loads(board.told(process)))
    return found


def run(json_file: Path | None) -> None:
    """Measure, print the tables, write JSON where asked."""
    text = text_of(CHARACTERS)
    with measured_board() as board:
        machine = board.machine()
        progress(f"Typing {CHARACTERS} characters, {ROUNDS} rounds each way")
        process = board.start("paste", text=text, rounds=ROUNDS)
        rounds = json.loads(board.told(process))
    stalls = stalled(text[:STALLED_CHARACTERS], STALLS_S)
    found, ratio = rows(rounds), wire_ratio(rounds)
    print(shown(found, ratio, stalls))
    if json_file is not None:
        figures = {
            "rows": [vars(row) for row in found],
            "wire_ratio": ratio,
            "lost": {f"{s:g}": each.lost for s, each in stalls.items()},
            "added": {f"{s:g}": each.added for s, each in stalls.items()},
        }
        save(json_file, document("paste", machine, figures))
