"""Whoever holds a key and falls silent lets it go, whatever has become of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from lab import LabError
from tests.e2e.conftest import Desk
from tests.e2e.hosts import InputLayer
from tests.e2e.seats import InsideClient, seat
from tests.e2e.waiting import EMULATED_S, LET_GO_WITHIN_S, seconds_now

pytestmark = pytest.mark.lab

# For how long a living client holds a key: ten minutes where somebody wants to wait.
HELD_S = float(os.environ.get("KAPUTTKVM_HELD_S", "20"))

FAR = "far"
NEAR_ADDRESS, FAR_ADDRESS = "10.99.0.1", "10.99.0.2"


@pytest.fixture(scope="module")
def far(desk: Desk) -> Iterator[str]:
    """A network namespace of the board that is joined to it by a cable one can pull."""
    desk.board.shell(
        f"ip netns add {FAR}; ip link add near type veth peer name far netns {FAR};"
        f"ip addr add {NEAR_ADDRESS}/24 dev near; ip link set near up;"
        f"ip -n {FAR} addr add {FAR_ADDRESS}/24 dev far; ip -n {FAR} link set far up"
    )
    yield f"http://{NEAR_ADDRESS}:8000"
    desk.board.shell(f"ip netns delete {FAR}")


def holding_a(client: InsideClient, host: InputLayer) -> InsideClient:
    """The client has A down, and the target knows it."""
    client.send({"code": "KeyA", "down": True})
    assert host.next() == "KEY_A down"
    return client


def let_go_after(host: InputLayer, since_s: float, code: str = "KEY_A") -> float:
    """How many seconds after the cause the key went up at the target."""
    assert host.next() == f"{code} up"
    took_s = host.when_s - since_s
    print(f"the key was up after {took_s:.2f} s")
    return took_s


def test_a_stopped_client_loses_its_keys_and_hears_of_it_when_it_goes_on(
    desk: Desk, client: httpx.Client, host: InputLayer
) -> None:
    page = holding_a(InsideClient(desk.board, client), host)
    stopped_s = seconds_now(desk.board, f"kill -STOP -{page.process.pid}")
    assert let_go_after(host, stopped_s) < LET_GO_WITHIN_S + EMULATED_S
    page.process.signal(signal.SIGCONT)
    _, told = page.until("error")
    assert told["error"]["code"] == "keys_released"
    assert "KeyA" in told["error"]["sentence"]
    page.send({"code": "KeyB", "down": True})
    assert host.next() == "KEY_B down"  # and no A before it
    page.close()
    assert host.next() == "KEY_B up"


def test_a_client_behind_a_cut_network_loses_its_keys_and_nobody_else_does(
    desk: Desk, client: httpx.Client, host: InputLayer, far: str
) -> None:
    with seat(client) as other:
        other.strike("ShiftLeft", down=True)
        assert host.next() == "KEY_LEFTSHIFT down"
        page = holding_a(InsideClient(desk.board, client, url=far, network=FAR), host)
        cut_s = seconds_now(desk.board, f"ip -n {FAR} link set far down")
        assert let_go_after(host, cut_s) < LET_GO_WITHIN_S + EMULATED_S
        other.strike("KeyB", down=True)
        assert host.next() == "KEY_B down"  # Shift has not moved
        other.send({"release": True})
        assert {host.next(), host.next()} == {"KEY_B up", "KEY_LEFTSHIFT up"}
    page.close()
    desk.board.shell(f"ip -n {FAR} link set far up")


def test_a_connection_whose_other_end_has_died_unheard_lets_its_keys_go(
    desk: Desk, client: httpx.Client, host: InputLayer, far: str
) -> None:
    page = holding_a(InsideClient(desk.board, client, url=far, network=FAR), host)
    # What the dying process's kernel sends to end the connection never gets here.
    died_s = seconds_now(
        desk.board, f"ip -n {FAR} link set far down; kill -KILL -{page.process.pid}"
    )
    assert let_go_after(host, died_s) < LET_GO_WITHIN_S + EMULATED_S
    page.process.wait()
    desk.board.shell(f"ip -n {FAR} link set far up")


def test_a_killed_client_loses_its_keys_at_once(
    desk: Desk, client: httpx.Client, host: InputLayer
) -> None:
    program = holding_a(InsideClient(desk.board, client, pings=False), host)
    killed_s = seconds_now(desk.board, f"kill -KILL -{program.process.pid}")
    assert let_go_after(host, killed_s) < LET_GO_WITHIN_S + EMULATED_S
    program.process.wait()


def test_a_key_that_a_living_client_holds_stays_down(
    desk: Desk, client: httpx.Client, host: InputLayer
) -> None:
    page = holding_a(InsideClient(desk.board, client), host)
    with pytest.raises(LabError) as nothing:
        host.next(HELD_S)
    assert nothing.value.code == "lab.process.silent"
    page.send({"code": "KeyA", "down": False})
    assert host.next() == "KEY_A up"
    page.close()
