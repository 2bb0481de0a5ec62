"""Programs at the keyboard: over the page's socket, from here or from inside the board."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from lab import Board, GuestProcess
from tests.e2e.hosts import GUEST

ANSWERS_WITHIN_S = 30.0

Message = dict[str, Any]


class Seat:
    """A key socket, opened from outside the board; it never pings."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def strike(self, code: str, *, down: bool) -> None:
        """Send one key event."""
        self.send({"code": code, "down": down})

    def send(self, message: Message) -> None:
        """Send a message as it is."""
        self._socket.send(json.dumps(message))

    def until(self, name: str) -> Message:
        """The next message that has a member called `name`."""
        while True:
            message: Message = json.loads(self._socket.recv(timeout=ANSWERS_WITHIN_S))
            if name in message:
                return message

    def deliveries(self, count: int) -> dict[tuple[str, bool], Message]:
        """What became of the next `count` key events, by code and direction."""
        answers = [self.until("delivery") for _ in range(count)]
        return {(answer["code"], answer["down"]): answer for answer in answers}


@contextmanager
def seat(client: httpx.Client) -> Iterator[Seat]:
    """A seat for whoever is signed in with `client`; closing it lets its keys go."""
    url = str(client.base_url).rstrip("/")
    headers = {"Cookie": f"kaputtkvm_session={client.cookies['kaputtkvm_session']}"}
    address = url.replace("http", "ws", 1) + "/api/keys"
    with connect(address, origin=url, additional_headers=headers) as socket:
        yield Seat(socket)


class InsideClient:
    """A socket opened by a process in the board, which can be stopped, killed or cut off.

    Args:
        path: of the socket.
        url: of the product as the process sees it.
        network: the network namespace to start it in; empty for the board's own.
        pings: whether it pings as the page does.
    """

    def __init__(
        self,
        board: Board,
        client: httpx.Client,
        path: str = "/api/keys",
        url: str = "http://127.0.0.1:8000",
        network: str = "",
        *,
        pings: bool = True,
    ) -> None:
        command = [sys.executable, GUEST / "key_client.py", url + path]
        command.append(client.cookies["kaputtkvm_session"])
        if not pings:
            command.append("silent")
        if network:
            command = ["ip", "netns", "exec", network, *command]
        self.process: GuestProcess = board.start(command)
        assert self.process.next_line() == "open"

    def send(self, message: Message) -> None:
        """Send a message as it is."""
        self.process.write(json.dumps(message) + "\n")

    def until(self, name: str) -> tuple[float, Message]:
        """The next message that has a member called `name`, and when it came to the board."""
        while True:
            when, _, text = self.process.next_line(ANSWERS_WITHIN_S).partition(" ")
            message: Message = json.loads(text)
            if name in message:
                return float(when), message

    def close(self) -> None:
        """End it, however far it is gone."""
        self.process.signal(9)
        self.process.wait()
