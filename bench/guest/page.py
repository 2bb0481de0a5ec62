"""What the page does, without a browser: sign in, open sockets, send what is asked for.

A thread between the measuring program and the socket would be measured too, so the protocol is
the library's, and the reading and writing is done here.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from bench.guest.wire import BenchError

ANSWERS_WITHIN_S = 60.0
READ_BYTES = 65536


class Page:
    """Signed in."""

    def __init__(self, url: str, password: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cookie = ""
        answer = self._request("POST", "/api/login", {"password": password})
        if answer.status != http.HTTPStatus.NO_CONTENT:
            raise BenchError(f"Signing in: {answer.status} {answer.read().decode()[:300]}")
        self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request; returns the answer's document.

        Raises:
            BenchError: it was refused; with what the answer says.
        """
        answer = self._request(method, path, body)
        text = answer.read().decode()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise BenchError(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text) if text else None

    def socket(self, path: str) -> Socket:
        """An open WebSocket."""
        return Socket(self._host, self._port, path, self._cookie)

    def _request(self, method: str, path: str, body: object) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=ANSWERS_WITHIN_S)
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection.getresponse()


class Socket:
    """A WebSocket whose messages are JSON."""

    def __init__(self, host: str, port: int, path: str, cookie: str) -> None:
        self._socket = socket.create_connection((host, port), timeout=ANSWERS_WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._protocol = ClientProtocol(parse_uri(f"ws://{host}:{port}{path}"))
        self._received: deque[Frame | Response] = deque()
        request = self._protocol.connect()
        request.headers["Cookie"] = cookie
        self._protocol.send_request(request)
        self._flush()
        self._next()
        if self._protocol.handshake_exc is not None:
            raise BenchError(f"WebSocket {path}: {self._protocol.handshake_exc}")

    def fileno(self) -> int:
        """To wait on."""
        return self._socket.fileno()

    def packed(self, message: object) -> bytes:
        """The bytes of a message, to be handed to `send_packed` at the moment that counts."""
        self._protocol.send_text(json.dumps(message).encode())
        return b"".join(self._protocol.data_to_send())

    def send_packed(self, data: bytes) -> None:
        """Send what `packed` made."""
        self._socket.sendall(data)

    def waiting(self) -> list[dict[str, Any]]:
        """The messages that have come, without waiting for more. Raises as `receive` does."""
        self._socket.setblocking(False)
        try:
            while True:
                self._read()
        except BlockingIOError:
            pass
        finally:
            self._socket.settimeout(ANSWERS_WITHIN_S)
        return [self.receive() for _ in range(sum(map(is_text, self._received)))]

    def receive(self) -> dict[str, Any]:
        """The next message.

        Raises:
            BenchError: the other side has closed, or says nothing for a minute.
        """
        while True:
            frame = self._next()
            if isinstance(frame, Frame) and is_text(frame):
                message: dict[str, Any] = json.loads(bytes(frame.data))
                return message
            if isinstance(frame, Frame) and frame.opcode is Opcode.CLOSE:
                raise BenchError(f"The api closed the socket: {frame}.")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _next(self) -> Frame | Response:
        while not self._received:
            try:
                self._read()
            except TimeoutError as error:
                raise BenchError("The api said nothing for a minute.") from error
        return self._received.popleft()

    def _read(self) -> None:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise BenchError("The api closed the connection.")
        self._protocol.receive_data(data)
        self._flush()  # pongs
        self._received.extend(
            event
            for event in self._protocol.events_received()
            if isinstance(event, Frame | Response)
        )

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._socket.sendall(data)


def is_text(frame: Frame | Response) -> bool:
    """Whether it is a message, and not the protocol's own business."""
    return isinstance(frame, Frame) and frame.opcode is Opcode.TEXT
