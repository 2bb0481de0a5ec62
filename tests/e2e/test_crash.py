"""SIGKILL for either process, at the worst moment: keys go up, and everything works again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.sync.client import connect

from tests.e2e.conftest import Desk
from tests.e2e.hosts import HostDrive, InputLayer
from tests.e2e.waiting import EMULATED_S, LET_GO_WITHIN_S, back, kill

pytestmark = pytest.mark.lab


@pytest.fixture
def host(desk: Desk) -> Iterator[InputLayer]:
    layer = InputLayer(desk.board)
    yield layer
    layer.close()


@contextmanager
def held_key(desk: Desk, client: httpx.Client, host: InputLayer) -> Iterator[None]:
    """A is down, pressed over the page's key socket, which stays open."""
    cookie = f"kaputtkvm_session={client.cookies['kaputtkvm_session']}"
    address = desk.url.replace("http", "ws") + "/api/keys"
    headers = {"Cookie": cookie}
    with connect(address, origin=desk.url, additional_headers=headers) as socket:
        socket.send('{"code": "KeyA", "down": true}')
        assert host.next() == "KEY_A down"
        yield


def strikes_again(client: httpx.Client, desk: Desk, host: InputLayer) -> None:
    """A key goes through, after signing in again if need be."""
    client.post("/api/login", json={"password": desk.password}).raise_for_status()
    client.post("/api/keys", json={"press": ["KeyB"]}).raise_for_status()
    assert host.until("KEY_B up")[-2:] == ["KEY_B down", "KEY_B up"]


def test_a_killed_api_leaves_no_key_down_and_comes_back(
    desk: Desk, client: httpx.Client, host: InputLayer
) -> None:
    with held_key(desk, client, host):
        killed_s = kill(desk.board, "api")
        assert host.next() == "KEY_A up"
        assert host.when_s - killed_s < LET_GO_WITHIN_S + EMULATED_S
    assert back(lambda: client.get("/api/health").status_code == 200)
    strikes_again(client, desk, host)


def test_a_killed_gadgetd_leaves_no_key_down_and_the_host_sees_no_replug(
    desk: Desk, client: httpx.Client, host: InputLayer
) -> None:
    client.put("/api/drive", json={"image": "second.iso", "mode": "cdrom"}).raise_for_status()
    size = (desk.images / "second.iso").stat().st_size
    before = HostDrive(desk.board).read(size)
    host.close()
    host = InputLayer(desk.board)
    with held_key(desk, client, host):
        killed_s = kill(desk.board, "gadgetd")
        assert host.next() == "KEY_A up"
        assert host.when_s - killed_s < LET_GO_WITHIN_S + EMULATED_S
    assert back(lambda: client.get("/api/status").json()["cable"]["state"] == "configured")
    strikes_again(client, desk, host)
    assert client.get("/api/drive").json()["image"] == "second.iso"
    assert HostDrive(desk.board).read(size) == before
    client.delete("/api/drive", params={"force": "true"}).raise_for_status()
