"""A board with no controller, with two, without a grabber: words, and a service that goes on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from lab import Board, plain_iso
from launcher.inlab import GUEST_PORT, start_product
from tests.e2e.conftest import free_port
from tests.e2e.hosts import InputLayer
from tests.e2e.waiting import eventually, status

pytestmark = pytest.mark.lab

UDC_DRIVER = "/sys/bus/platform/drivers/dummy_udc"
VIVID_DRIVER = "/sys/bus/platform/drivers/vivid"


@pytest.fixture(scope="module")
def two_controllers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Board, httpx.Client]]:
    """A board with two UDCs and no configuration that says which; and a signed-in program."""
    images = tmp_path_factory.mktemp("images")
    plain_iso(images / "first.iso", 1024 * 1024)
    port = free_port()
    with Board(share=images, forward={GUEST_PORT: port}, udc_count=2, say=print) as board:
        product = start_product(board, images, print)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            client.post("/api/login", json={"password": product.password}).raise_for_status()
            yield board, client


def problem(client: httpx.Client, code: str) -> str:
    """The sentence of the status's problem with that code; empty while there is none."""
    found = [entry for entry in status(client)["problems"] if entry["code"] == code]
    return found[0]["sentence"] if found else ""


def test_two_controllers_are_named_then_the_only_one_left_is_taken_and_none_is_said(
    two_controllers: tuple[Board, httpx.Client],
) -> None:
    board, client = two_controllers
    assert eventually(lambda: problem(client, "udc_several") != "")
    assert "dummy_udc.0" in problem(client, "udc_several")
    assert "dummy_udc.1" in problem(client, "udc_several")
    refused = client.put("/api/drive", json={"image": "first.iso", "mode": "cdrom"})
    assert refused.status_code >= 400
    assert refused.json()["code"].startswith("udc_")
    assert client.get("/snapshot.jpg").status_code == 200  # the picture does not need the cable

    board.shell(f"echo dummy_udc.1 > {UDC_DRIVER}/unbind")
    assert eventually(lambda: status(client)["cable"]["state"] == "configured")
    assert problem(client, "udc_several") == ""
    host = InputLayer(board)
    client.post("/api/keys", json={"press": ["KeyA"]}).raise_for_status()
    assert host.until("KEY_A up")[-2:] == ["KEY_A down", "KEY_A up"]

    board.shell(f"echo dummy_udc.0 > {UDC_DRIVER}/unbind")
    assert eventually(lambda: status(client)["cable"]["state"] == "no_udc")
    assert problem(client, "udc_missing") != ""
    answer = client.post("/api/keys", json={"press": ["KeyA"]})
    assert answer.status_code >= 400 or "undelivered" in answer.text

    board.shell(f"echo dummy_udc.0 > {UDC_DRIVER}/bind")
    assert eventually(lambda: status(client)["cable"]["state"] == "configured")
    host.until("ready")
    client.post("/api/keys", json={"press": ["KeyB"]}).raise_for_status()
    assert host.until("KEY_B up")[-2:] == ["KEY_B down", "KEY_B up"]
    host.close()


def test_a_grabber_that_goes_is_named_and_comes_back_by_itself(
    two_controllers: tuple[Board, httpx.Client],
) -> None:
    board, client = two_controllers
    assert client.get("/snapshot.jpg").status_code == 200
    board.shell(f"echo vivid.0 > {VIVID_DRIVER}/unbind")
    assert eventually(lambda: client.get("/snapshot.jpg").status_code == 503)
    refusal = client.get("/snapshot.jpg").json()
    assert refusal["code"] == "picture_unavailable"
    assert refusal["detail"]
    board.shell(f"echo vivid.0 > {VIVID_DRIVER}/bind")
    assert eventually(lambda: client.get("/snapshot.jpg").status_code == 200)


def test_an_unknown_key_is_refused_by_name_and_nothing_is_pressed(
    two_controllers: tuple[Board, httpx.Client],
) -> None:
    _, client = two_controllers
    refused = client.post("/api/keys", json={"press": ["ShiftLeft", "KeyÄ"]})
    assert refused.status_code == 422
    assert refused.json()["code"] == "key_unknown"
    assert "KeyÄ" in refused.json()["detail"]
    assert status(client)["keyboard"]["held"] == []
