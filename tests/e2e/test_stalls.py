"""A target that stops asking for keys, for a quarter of a second and for longer.

Its controller is another one than the desk's: a product of its own runs on it, beside the desk's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from lab import SlowCable
from launcher.inlab import start_product
from tests.e2e.conftest import SECOND_PORT, Desk
from tests.e2e.hosts import InputLayer, TextReader
from tests.e2e.seats import seat
from tests.e2e.texts import PLAIN
from tests.e2e.typing_jobs import reached, start
from tests.e2e.waiting import eventually, status

pytestmark = pytest.mark.lab

IDENTITY = ("1d6b", "0105")
CONFIG = Path("/etc/kaputtkvm/slow.yaml")

KEYS = [(code, down) for code in ("KeyA", "KeyB", "KeyC") for down in (True, False)]
EVENTS = [f"KEY_{code[-1]} {'down' if down else 'up'}" for code, down in KEYS]


@dataclass(frozen=True)
class Slow:
    """A product whose target can be made to stop asking."""

    cable: SlowCable
    client: httpx.Client


@pytest.fixture(scope="module")
def slow(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slow]:
    with SlowCable(desk.board) as cable:
        product = start_product(
            desk.board,
            desk.images,
            print,
            place=CONFIG,
            gadget={
                "udc": cable.udc,
                "name": "kaputtslow",
                "product_id": int(IDENTITY[1], 16),
                "socket": "/run/kaputtslow/gadgetd.sock",
                "storage": "never",
            },
            # The kernel has four HID functions for all gadgets together, and the desk has three.
            mouse={"absolute": False, "relative": False},
            video={"device": "/dev/none"},
            http={"host": "0.0.0.0", "port": SECOND_PORT},
            auth={"state": "/run/kaputtslow/auth.json"},
            keyboard={"shortcuts": "/run/kaputtslow/shortcuts.json"},
            target={},
        )
        cable.wait_until_plugged()
        with httpx.Client(base_url=desk.second_url, timeout=60) as client:
            client.post("/api/login", json={"password": product.password}).raise_for_status()
            yield Slow(cable, client)
        product.process.signal()
        product.process.wait()


@pytest.fixture
def host(desk: Desk, slow: Slow) -> Iterator[InputLayer]:
    layer = InputLayer(desk.board, IDENTITY)
    assert eventually(lambda: status(slow.client)["keyboard"]["collecting"])
    yield layer
    layer.close()


@pytest.mark.parametrize("stall_s", [0.25, 0.5])
def test_live_keys_wait_for_a_target_that_pauses_and_arrive_in_order(
    slow: Slow, host: InputLayer, stall_s: float
) -> None:
    with seat(slow.client) as person:
        slow.cable.hold(stall_s)
        for code, down in KEYS:
            person.strike(code, down=down)
        answers = person.deliveries(len(KEYS))
        assert {answer["delivery"] for answer in answers.values()} <= {"queued", "delivered"}
        assert [host.next() for _ in EVENTS] == EVENTS


@pytest.mark.parametrize("stall_s", [2.0, 3.0, 5.0])
def test_live_keys_become_one_release_when_the_target_asks_for_none_and_the_client_is_told(
    slow: Slow, host: InputLayer, stall_s: float
) -> None:
    with seat(slow.client) as person:
        person.strike("ShiftLeft", down=True)
        assert host.next() == "KEY_LEFTSHIFT down"
        person.deliveries(1)
        slow.cable.hold(stall_s)
        for code, down in KEYS:
            person.strike(code, down=down)
        answers = person.deliveries(len(KEYS))
        lost = {event for event, answer in answers.items() if answer["delivery"] == "undelivered"}
        assert all(answers[event]["sentence"] for event in lost)
        assert status(slow.client)["keyboard"]["held"] == []
        slow.cable.wait_until_going()
        # The controller had one report already, and nobody can take that back from it.
        assert ("KeyA", True) not in lost
        assert lost == set(KEYS[1:])
        assert host.next() == "KEY_A down"
        assert {host.next(), host.next()} == {"KEY_LEFTSHIFT up", "KEY_A up"}
        person.strike("KeyD", down=True)
        person.strike("KeyD", down=False)
        assert [host.next(), host.next()] == ["KEY_D down", "KEY_D up"]


def test_a_stall_of_the_length_of_the_patience_does_either_but_not_half(
    slow: Slow, host: InputLayer
) -> None:
    with seat(slow.client) as person:
        slow.cable.hold(1.0)
        for code, down in KEYS:
            person.strike(code, down=down)
        answers = person.deliveries(len(KEYS))
        told = [event for event in KEYS if answers[event]["delivery"] != "undelivered"]
        slow.cable.wait_until_going()
        person.strike("KeyD", down=True)
        assert eventually(lambda: status(slow.client)["keyboard"]["collecting"])
        person.strike("KeyD", down=False)
        person.strike("KeyE", down=True)
        person.strike("KeyE", down=False)
        seen = host.until("KEY_E up")
        downs = [event for event in seen if event.endswith("down") and event[4] in "ABC"]
        assert downs == [f"KEY_{code[-1]} down" for code, down in told if down]
        assert all(seen.count(event.replace("down", "up")) == 1 for event in downs)


def test_a_paste_loses_nothing_whatever_the_stall(desk: Desk, slow: Slow, host: InputLayer) -> None:
    text = PLAIN[:600]
    reader = TextReader(desk.board, "us", identity=IDENTITY)
    start(slow.client, text, delay_ms=5)
    for stall_s in (0.25, 0.5, 1.0, 2.0, 3.0, 5.0):
        reader.until_length(len(reader.struck) + 30)
        slow.cable.hold(stall_s)
        slow.cable.wait_until_going()
    reader.until_length(len(reader.struck) + 30)
    slow.cable.hold()
    assert reached(slow.client, "stalled")["sentence"]
    assert status(slow.client)["keyboard"]["collecting"] is False
    slow.cable.go_on()
    job = reached(slow.client, "done")
    assert (job["typed"], job["unsure"]) == (len(text), False)
    slow.client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
    assert reader.until("\n") == f"{text}\n"
    # Keys were down at the target while it did not ask, for seconds, and it repeats such keys.
    assert reader.repeated == reader.struck
    reader.close()
