"""Keys through a real gadgetd server on a Unix socket, down to the reports a target would read.

The target is the other end of a socket that keeps message boundaries, like a HID endpoint does.
Reports are compared with HID 1.11 Appendix B.1: modifiers, a zero, six key slots.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gadgetd.client import GadgetClient
from gadgetd.devices.socket import listen
from gadgetd.hid.keyboard import Keyboard
from gadgetd.keys import Keys
from gadgetd.mice import Mice
from gadgetd.server import Server
from gadgetd.status import GadgetStatus, keyboard
from gadgetd.verbs import Conversation
from tests.api.doubles import gadget_status, seated, stage

pytestmark = pytest.mark.asyncio

NOTHING = "00 00 00 00 00 00 00 00"
A = "00 00 04 00 00 00 00 00"
B = "00 00 05 00 00 00 00 00"


class Target:
    """Reads reports, and is the node that they are written to."""

    keys: Keys  # once there is a gadgetd

    def __init__(self) -> None:
        self._far, self._near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._far.setblocking(False)
        self._near.setblocking(False)
        self._seen: bytes | None = None

    def fileno(self) -> int:
        return self._near.fileno()

    def send(self, report: bytes) -> None:
        self._near.send(report)

    def receive(self) -> bytes | None:
        try:
            return self._near.recv(64)
        except BlockingIOError:
            return None

    def has_room_soon(self) -> bool:
        return False

    def preload(self, report: bytes) -> None:
        """For a target that asks for it; ours does not."""

    def shine(self, lights: int) -> None:
        """Set the lock lights (HID 1.11 Appendix B.1)."""
        self._far.send(bytes([lights]))

    def close(self) -> None:
        self._near.close()
        self._far.close()

    async def next_report(self) -> str:
        """The next picture that is another one; the same once more is no news to a host."""
        report = self._seen
        async with asyncio.timeout(10):
            while report == self._seen:
                report = await asyncio.get_running_loop().sock_recv(self._far, 64)
        self._seen = report
        return report.hex(" ")


@asynccontextmanager
async def gadgetd(path: Path, target: Target) -> AsyncIterator[Server]:
    """gadgetd's own server, keyboard and verbs; only the kernel is missing."""
    keys = Keys(Keyboard(), changed=lambda: server.changed(), lost=lambda: None)

    def status() -> GadgetStatus:
        told = keyboard(keys.held, keys.lights, keys.trouble, keys.is_typing)
        return gadget_status(keyboard=told)

    mice = Mice({}, lambda: None, lambda: None, lambda: None, patience_s=1.0)
    nobody: Any = None  # neither drive nor cable is asked for anything here
    server = Server(
        lambda: Conversation(keys, mice, nobody, nobody, status), lambda _: None, status
    )
    await server.start(listen(path, "no-such-group"))
    target.keys = keys
    keys.plug(target)
    keys.target_configured()
    try:
        yield server
    finally:
        await server.stop()
        keys.unplug()
        path.unlink()  # noqa: ASYNC240


@asynccontextmanager
async def client(path: Path) -> AsyncIterator[GadgetClient]:
    connection = GadgetClient(path)
    running = asyncio.create_task(connection.run())
    try:
        yield connection
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_a_key_arrives_as_a_report_and_closing_the_socket_lets_it_go(tmp_path: Path) -> None:
    path, target = tmp_path / "g.sock", Target()
    async with gadgetd(path, target), client(path) as gadget:
        await gadget.next_change(0)
        async with stage(tmp_path, gadget=gadget) as made:
            assert await target.next_report() == NOTHING
            async with seated(made) as keys, seated(made) as other:
                await keys.send('{"code": "KeyA", "down": true}')
                assert json.loads(await keys.recv())["delivery"] == "delivered"
                assert await target.next_report() == A
                await other.send('{"code": "KeyB", "down": true}')
                assert await target.next_report() == "00 00 04 05 00 00 00 00"
                await keys.close()
                assert await target.next_report() == B
            assert await target.next_report() == NOTHING


async def test_a_chord_by_request_is_seen_by_the_target_in_every_step(tmp_path: Path) -> None:
    path, target = tmp_path / "g.sock", Target()
    async with gadgetd(path, target), client(path) as gadget:
        await gadget.next_change(0)
        async with stage(tmp_path, gadget=gadget) as made:
            answer = await made.http.post(
                "/api/keys", json={"press": ["ControlLeft", "AltLeft", "Delete"]}
            )
            assert answer.status_code == 200
            assert [await target.next_report() for _ in range(7)] == [
                NOTHING,
                "01 00 00 00 00 00 00 00",
                "05 00 00 00 00 00 00 00",
                "05 00 4c 00 00 00 00 00",
                "05 00 00 00 00 00 00 00",
                "01 00 00 00 00 00 00 00",
                NOTHING,
            ]


async def test_the_drive_is_what_gadgetd_says_it_is(tmp_path: Path) -> None:
    path, target = tmp_path / "g.sock", Target()
    async with gadgetd(path, target), client(path) as gadget:
        await gadget.next_change(0)
        async with stage(tmp_path, gadget=gadget) as made:
            answer = await made.http.get("/api/drive")
            assert answer.json()["image"] is None


async def test_after_gadgetd_comes_back_keys_work_and_nothing_was_pressed_meanwhile(
    tmp_path: Path,
) -> None:
    path, target = tmp_path / "g.sock", Target()
    async with (
        client(path) as gadget,
        stage(tmp_path, gadget=gadget) as made,
        seated(made) as keys,
    ):
        async with gadgetd(path, target):
            await gadget.next_change(0)
            assert await target.next_report() == NOTHING
            await keys.send('{"code": "KeyA", "down": true}')
            assert json.loads(await keys.recv())["delivery"] == "delivered"
            assert await target.next_report() == A
        assert json.loads(await keys.recv())["error"]["code"] == "keys_released"
        target = Target()
        async with gadgetd(path, target):
            while gadget.status is None:
                await gadget.next_change(gadget.revision)
            assert await target.next_report() == NOTHING
            await keys.send('{"code": "KeyB", "down": true}')
            assert json.loads(await keys.recv())["delivery"] == "delivered"
            assert await target.next_report() == B
