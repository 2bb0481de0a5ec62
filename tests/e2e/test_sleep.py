"""A host that sleeps, and a controller that is taken away: what was held, and what comes back."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.hosts import HostPort, InputLayer
from tests.e2e.seats import Seat, seat
from tests.e2e.waiting import eventually, lights_out, status

pytestmark = pytest.mark.lab

UDC_FILE = "/sys/kernel/config/usb_gadget/kaputtkvm/UDC"


PUT_AWAY = """
import socket
gadgetd = socket.socket(socket.AF_UNIX)
gadgetd.connect("/run/kaputtkvm/gadgetd.sock")
gadgetd.sendall(b'{"id": 1, "do": "storage", "shown": false, "force": true}\\n')
print(next(line for line in gadgetd.makefile() if '"id":1,' in line))
"""


@pytest.fixture(autouse=True)
def nothing_keeps_it_awake(desk: Desk, client: httpx.Client) -> None:
    """No drive, which the host's driver keeps looking at, and no light, which needs power."""
    answer = desk.board.run([sys.executable, "-I", "-S", "-c", PUT_AWAY]).stdout
    assert '"ok"' in answer, answer
    assert eventually(lambda: status(client)["cable"]["state"] == "configured")
    InputLayer(desk.board).close()
    lights_out(client)


@pytest.fixture
def host(desk: Desk) -> Iterator[InputLayer]:
    layer = InputLayer(desk.board)
    yield layer
    layer.close()


@pytest.fixture
def port(desk: Desk, host: InputLayer) -> Iterator[HostPort]:
    """The host's side of the cable; it is awake at the end."""
    port = HostPort(desk.board)
    yield port
    port.keep_awake()


@pytest.fixture
def person(client: httpx.Client) -> Iterator[Seat]:
    with seat(client) as person:
        yield person


def hold(person: Seat, host: InputLayer, code: str, name: str) -> None:
    """The person has the key down, and the target knows it."""
    person.strike(code, down=True)
    assert host.next() == f"{name} down"


def fall_asleep(port: HostPort) -> None:
    """The host suspends our device, and all that it has, keys and lights, is off."""
    port.let_sleep()
    assert eventually(lambda: port.is_asleep)


def strikes(person: Seat, host: InputLayer, code: str, name: str) -> list[str]:
    """All that arrives up to the end of this stroke."""
    person.strike(code, down=True)
    person.strike(code, down=False)
    return host.until(f"{name} up")


def is_balanced(events: list[str]) -> bool:
    """Whether every key that went down in these events went up again."""
    down = set()
    for event in events:
        name, _, direction = event.partition(" ")
        (down.add if direction == "down" else down.discard)(name)
    return not down


def test_a_host_does_not_fall_asleep_over_a_held_key_and_forgets_nothing_when_it_does(
    client: httpx.Client, host: InputLayer, port: HostPort, person: Seat
) -> None:
    hold(person, host, "KeyA", "KEY_A")
    port.let_sleep()
    assert status(client)["keyboard"]["held"] == ["KeyA"]
    person.strike("KeyA", down=False)
    assert host.next() == "KEY_A up"
    assert eventually(lambda: port.is_asleep)
    port.keep_awake()
    assert strikes(person, host, "KeyB", "KEY_B") == ["KEY_B down", "KEY_B up"]


def test_keys_pressed_at_a_sleeping_host_leave_nothing_down_when_it_wakes(
    client: httpx.Client, host: InputLayer, port: HostPort, person: Seat
) -> None:
    fall_asleep(port)
    for code in ("KeyA", "KeyB", "KeyC"):
        person.strike(code, down=True)
    answers = person.deliveries(3)
    print({code: answer["delivery"] for (code, _), answer in answers.items()})
    port.keep_awake()
    for code in ("KeyA", "KeyB", "KeyC"):
        person.strike(code, down=False)
    person.deliveries(3)
    events = strikes(person, host, "KeyD", "KEY_D")
    print("after waking up:", events)
    assert is_balanced(events)
    assert status(client)["keyboard"]["held"] == []
    assert status(client)["keyboard"]["collecting"] is True


def test_wake_wakes_a_sleeping_host(
    client: httpx.Client, host: InputLayer, port: HostPort, person: Seat
) -> None:
    assert port.can_be_woken
    fall_asleep(port)
    person.strike("KeyB", down=True)
    person.strike("KeyB", down=False)
    assert client.post("/api/target/wake").status_code == 204
    # Nobody else wakes it: what comes through now comes through an awake host.
    assert "KEY_B up" in host.until("KEY_B up")


def test_a_pulled_and_plugged_cable_brings_back_what_is_held_and_nothing_else(
    desk: Desk, client: httpx.Client, host: InputLayer, person: Seat
) -> None:
    hold(person, host, "ShiftLeft", "KEY_LEFTSHIFT")
    hold(person, host, "KeyA", "KEY_A")
    desk.board.shell(f"echo > {UDC_FILE}")
    before = host.until("gone")
    assert set(before[:-1]) <= {"KEY_LEFTSHIFT up", "KEY_A up"}  # the host's own
    person.strike("KeyA", down=False)  # while there is no cable
    after = host.until("KEY_LEFTSHIFT down", 60.0)
    assert "KEY_A down" not in after
    person.strike("ShiftLeft", down=False)
    assert host.until("KEY_LEFTSHIFT up") == ["KEY_LEFTSHIFT up"]
    assert eventually(lambda: status(client)["cable"]["state"] == "configured")
