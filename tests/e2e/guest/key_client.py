"""Runs on the board, in any network it has: our page's key socket without a browser.

key_client.py URL COOKIE [silent]

What comes on standard input, a JSON object a line, is sent as it is. What the server says is
printed with the second of the board's CLOCK_MONOTONIC in which it came: `12.345678 {...}`. Unless
`silent`, it pings as the page does and keeps the answers to itself. `open` is the first line,
`closed` the last.
"""

import json
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PING_INTERVAL_S = 0.4


def ping(socket: ClientConnection) -> None:
    """As long as it is open."""
    number = 0
    while True:
        number += 1
        socket.send(json.dumps({"ping": number}))
        time.sleep(PING_INTERVAL_S)


def listen(socket: ClientConnection) -> None:
    """As long as it is open."""
    for message in socket:
        if "pong" not in json.loads(message):
            print(f"{time.monotonic():.6f} {message}", flush=True)
    print("closed", flush=True)


def main() -> None:
    """Until standard input ends."""
    url, cookie = sys.argv[1:3]
    address = url.replace("http", "ws", 1)
    headers = {"Cookie": f"kaputtkvm_session={cookie}"}
    with connect(address, additional_headers=headers, ping_interval=None) as socket:
        print("open", flush=True)
        works = [listen] if "silent" in sys.argv[3:] else [listen, ping]
        for work in works:
            threading.Thread(target=work, args=(socket,), daemon=True).start()
        try:
            for line in sys.stdin:
                socket.send(line.strip())
        except ConnectionClosed:
            pass


if __name__ == "__main__":
    main()
