"""Runs on the board: types a text again and again while somebody else stops the host from asking.

Reads its order as one JSON line from standard input: `url`, `password`, `text`, `times`. For each
time it prints `now` when a fifth of the text has arrived and the host is to stop asking, and at the
end what has arrived in all, as a JSON string.
"""

from __future__ import annotations

import json
import select
import sys

from bench.guest.page import Page
from bench.guest.typist import Reader, Typist
from bench.guest.wire import BenchError, Evdev

PART = 5


def main() -> None:
    """As often as ordered."""
    order = json.loads(sys.stdin.readline())
    text = order["text"]
    typist = Typist(Page(order["url"], order["password"]))
    evdev = Evdev()
    for _ in range(order["times"]):
        with Reader(evdev) as reader:
            name = typist.start(text)
            while len(reader.text) < len(text) // PART:
                select.select([evdev], [], [])
                reader.read()
            print("now", flush=True)
            reader.follow(typist, name)
        print(json.dumps(reader.text), flush=True)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(str(error))
