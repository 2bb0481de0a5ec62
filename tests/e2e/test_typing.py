"""Text typed at the target: read back as a Linux desktop reads it, whatever happens meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.hosts import InputLayer, TextReader
from tests.e2e.seats import seat
from tests.e2e.texts import GERMAN, INTERNATIONAL, PASTE_CHARACTERS, PLAIN, paste
from tests.e2e.typing_jobs import Job, job_now, order, reached, start
from tests.e2e.waiting import back, eventually, kill, lights_out, status

pytestmark = pytest.mark.lab

UDC_FILE = "/sys/kernel/config/usb_gadget/kaputtkvm/UDC"
# Slow enough for something to happen in the middle of it.
UNHURRIED_MS = 40
OVER = ("done", "cancelled", "failed")


@pytest.fixture(autouse=True)
def no_text_is_left(desk: Desk, client: httpx.Client) -> Iterator[None]:
    """What another test leaves untyped, or shining, is nothing for the next one."""
    InputLayer(desk.board).close()
    lights_out(client)
    yield
    job = job_now(client)
    if job is not None and job["state"] not in OVER:
        client.delete(f"/api/typing/{job['id']}").raise_for_status()


@contextmanager
def desktop(desk: Desk, layout: str = "us", variant: str = "") -> Iterator[TextReader]:
    """A Linux desktop with this layout."""
    reader = TextReader(desk.board, layout, variant)
    yield reader
    reader.close()


def wrote(client: httpx.Client, reader: TextReader, text: str) -> bool:
    """Whether the desktop has just this text, and a key struck now is all that follows."""
    client.post("/api/keys", json={"press": ["Digit0"]}).raise_for_status()
    seen = reader.until_length(len(text) + 1)
    assert seen == f"{text}0"
    return True


@pytest.mark.parametrize(
    ("layout", "variant", "lines"), [("de", "", GERMAN), ("us", "intl", INTERNATIONAL)]
)
def test_two_thousand_characters_arrive_as_they_were(
    desk: Desk, client: httpx.Client, layout: str, variant: str, lines: str
) -> None:
    text = paste(lines)
    with desktop(desk, layout, variant) as reader:
        start(client, text, layout, variant=variant)
        reader.until_length(PASTE_CHARACTERS)
        job = reached(client, "done")
        assert (job["typed"], job["total"], job["replaced"]) == (len(text), len(text), 0)
        assert wrote(client, reader, text)


def test_caps_lock_changes_nothing_in_the_text_and_is_still_on_afterwards(
    desk: Desk, client: httpx.Client
) -> None:
    text = paste(GERMAN, 300)
    InputLayer(desk.board).close()
    lights_out(client)
    client.post("/api/keys", json={"press": ["CapsLock"]}).raise_for_status()
    assert eventually(lambda: status(client)["keyboard"]["leds"] == ["caps_lock"])
    with desktop(desk, "de") as reader:
        start(client, text, "de")
        reader.until_length(len(text))
        reached(client, "done")
        assert wrote(client, reader, text)
    assert status(client)["keyboard"]["leds"] == ["caps_lock"]
    client.post("/api/keys", json={"press": ["CapsLock"]}).raise_for_status()
    assert eventually(lambda: status(client)["keyboard"]["leds"] == [])


def test_a_cancelled_text_stops_where_it_says(desk: Desk, client: httpx.Client) -> None:
    with desktop(desk) as reader:
        job = start(client, PLAIN, delay_ms=UNHURRIED_MS)
        reader.until_length(20)
        answer = client.delete(f"/api/typing/{job['id']}")
        assert answer.json()["state"] == "cancelled"
        client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
        written = reader.until("\n")[:-1]
        assert PLAIN.startswith(written)
        assert is_where_it_says(answer.json(), len(written))


def test_a_paused_text_lets_live_keys_through_and_goes_on_where_it_was(
    desk: Desk, client: httpx.Client
) -> None:
    text = PLAIN[:120]
    with desktop(desk) as reader:
        job = start(client, text, delay_ms=UNHURRIED_MS)
        reader.until_length(20)
        paused = order(client, job, "pause")
        assert paused["state"] == "paused"
        client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
        written = reader.until("\n")[:-1]
        assert text.startswith(written)
        order(client, job, "resume")
        reader.until_length(len(text) + 1)
        reached(client, "done")
        assert wrote(client, reader, f"{written}\n{text[len(written) :]}")


def test_nobodys_live_keys_get_into_a_text_and_its_owners_come_after_it(
    desk: Desk, client: httpx.Client
) -> None:
    text = PLAIN[:200]
    with desktop(desk) as reader, seat(client) as owner, seat(client) as other:
        name = owner.until("seat")["seat"]
        start(client, text, delay_ms=UNHURRIED_MS, owner=name)
        reader.until_length(10)
        for person, code in ((owner, "KeyX"), (other, "KeyY")):
            person.strike(code, down=True)
            person.strike(code, down=False)
        refused = other.deliveries(2)["KeyY", True]
        assert refused["delivery"] == "undelivered"
        assert refused["sentence"]
        taken = owner.deliveries(2)["KeyX", True]
        assert taken["delivery"] in ("queued", "delivered")
        reached(client, "done")
        assert wrote(client, reader, f"{text}x")


def is_where_it_says(job: Job, written: int) -> bool:
    """Whether the position of a job that was stopped agrees with what the target wrote.

    dummy_hcd takes one report into a buffer of its own, so that one more counts as collected. A
    gadgetd that was killed takes along how far it had got; then the sentence says how many more
    there may be.
    """
    more = re.search(r"Up to (\d+) more keystrokes", job["sentence"])
    most = int(more[1]) if more else int(job["unsure"])
    return bool(job["typed"] - 1 <= written <= job["typed"] + most)


def interrupt_and_complete(desk: Desk, client: httpx.Client, harm: Callable[[], object]) -> None:
    """Interrupt a text by that harm, see what is told, and have the rest typed."""
    text = PLAIN[:300]
    with desktop(desk) as reader:
        start(client, text, delay_ms=UNHURRIED_MS)
        reader.until_length(50)
        harm()
        job = reached(client, "interrupted")
        assert job["sentence"]
        assert job["remedy"]
        assert back(lambda: status(client)["cable"]["state"] == "configured")
        client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
        written = reader.until("\n", 60.0)[:-1]
        assert text.startswith(written)
        print(f"{len(written)} written; told {job}")
        assert is_where_it_says(job, len(written))
        assert job_now(client)["state"] == "interrupted"  # it does not go on by itself
        order(client, job, "resume", at=len(written))
        assert reached(client, "done")["typed"] == len(text)
        client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
        assert reader.until_length(len(text) + 2) == f"{written}\n{text[len(written) :]}\n"


def test_a_text_interrupted_by_a_pulled_cable_says_where_and_is_completed_from_there(
    desk: Desk, client: httpx.Client
) -> None:
    interrupt_and_complete(desk, client, lambda: desk.board.shell(f"echo > {UDC_FILE}"))


def test_a_text_interrupted_by_a_killed_gadgetd_says_where_and_is_completed_from_there(
    desk: Desk, client: httpx.Client
) -> None:
    interrupt_and_complete(desk, client, lambda: kill(desk.board, "gadgetd"))


def test_a_killed_api_takes_its_text_along_and_leaves_no_key_down(
    desk: Desk, client: httpx.Client
) -> None:
    with desktop(desk) as reader:
        start(client, PLAIN, delay_ms=UNHURRIED_MS)
        reader.until_length(20)
        kill(desk.board, "api")
        assert back(lambda: client.get("/api/health").status_code == 200)
        client.post("/api/login", json={"password": desk.password}).raise_for_status()
        assert job_now(client) is None
        client.post("/api/keys", json={"press": ["Enter"]}).raise_for_status()
        written = reader.until("\n", 60.0)[:-1]
        assert PLAIN.startswith(written)
        assert len(written) < len(PLAIN)
    host = InputLayer(desk.board)  # which tells first what is down
    client.post("/api/keys", json={"press": ["KeyB"]}).raise_for_status()
    assert host.until("KEY_B up") == ["KEY_B down", "KEY_B up"]
    host.close()
