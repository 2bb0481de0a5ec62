"""Typing text over HTTP: what is asked, what is answered, and that no text shows up anywhere."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from api.keys.typist import LONGEST_TEXT
from gadgetd.settings import TypingSettings
from tests.api.doubles import Stage, stage, told_seat
from tests.api.typing_host import TypingGadget
from tests.api.xkb_host import Desktop

pytestmark = pytest.mark.asyncio

MARKER = "xyzzy-Plugh-4711"


@pytest.fixture
def gadget() -> TypingGadget:
    return TypingGadget(Desktop().keyboard("de"))


@pytest_asyncio.fixture
async def made(tmp_path: Path, gadget: TypingGadget) -> AsyncIterator[Stage]:
    async with stage(tmp_path, gadget=gadget, typing=TypingSettings(layout="de")) as made:
        yield made


async def over(made: Stage) -> dict[str, Any]:
    """The job, once it does not type any more."""
    typist = made.services.typist
    async with asyncio.timeout(20):
        while typist.job is None or typist.job.is_running:
            await typist.next_change(typist.revision)
    job: dict[str, Any] = (await made.http.get("/api/typing")).json()["job"]
    return job


async def test_a_text_is_typed_and_its_job_says_so(made: Stage, gadget: TypingGadget) -> None:
    assert (await made.http.get("/api/typing")).json() == {"job": None}
    async with made.socket("/api/keys") as keys:
        owner = await told_seat(keys)
        answer = await made.http.post("/api/typing", json={"text": "Grüße\n", "owner": owner})
    assert answer.status_code == 201
    begun = answer.json()
    assert (begun["id"], begun["total"], begun["owner"]) == ("t1", 6, "p1")
    assert await over(made) == {
        "id": "t1",
        "state": "done",
        "typed": 6,
        "total": 6,
        "unsure": False,
        "line": 2,
        "column": 1,
        "doubtful": [],
        "replaced": 0,
        "layout": "de",
        "variant": "",
        "system": "linux",
        "owner": "p1",
        "sentence": "6 of 6 characters are known to be typed.",
        "remedy": "",
    }
    assert gadget.written == "Grüße\r"


async def test_what_cannot_be_typed_is_told_with_its_places(made: Stage) -> None:
    text = {"text": "aж\nжя"}
    answer = await made.http.post("/api/typing", json=text)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["different"]) == (422, "text_untypable", 2)
    assert problem["characters"][0] == {
        "character": "ж",
        "label": "U+0436 CYRILLIC SMALL LETTER ZHE",
        "count": 2,
        "positions": [
            {"offset": 1, "line": 1, "column": 2},
            {"offset": 3, "line": 2, "column": 1},
        ],
    }
    check = (await made.http.post("/api/typing/check", json=text)).json()
    assert check["untypable"] == problem["characters"]
    assert (check["typable"], check["characters"], check["different"]) == (False, 5, 2)


async def test_a_check_types_nothing(made: Stage, gadget: TypingGadget) -> None:
    answer = await made.http.post("/api/typing/check", json={"text": "é\n"})
    assert answer.json() == {
        "typable": True,
        "characters": 2,
        "strokes": 3,
        "untypable": [],
        "different": 0,
        "windows_covered": True,
    }
    replaced = await made.http.post("/api/typing/check", json={"text": "ж", "replacement": "?"})
    assert (replaced.json()["typable"], replaced.json()["different"]) == (True, 1)
    assert gadget.asked == []


@pytest.mark.parametrize(("layout", "is_covered"), [("fr", True), ("cz", False)])
async def test_a_check_says_whether_windows_layout_is_known(
    made: Stage, layout: str, is_covered: bool
) -> None:
    order = {"text": "a", "layout": layout, "system": "windows"}
    answer = await made.http.post("/api/typing/check", json=order)
    assert answer.json()["windows_covered"] is is_covered


async def test_a_job_says_when_windows_layout_is_not_known(
    made: Stage, gadget: TypingGadget
) -> None:
    told: list[str] = []
    typist = made.services.typist
    gadget.before_stroke = lambda: told.append((typist.document() or {})["sentence"])
    order = {"text": "aa", "layout": "cz", "system": "windows"}
    await made.http.post("/api/typing", json=order)
    await over(made)
    assert "Windows" in told[-1]
    assert "cz" in told[-1]


async def test_a_text_can_be_paused_resumed_and_cancelled(
    made: Stage, gadget: TypingGadget
) -> None:
    gadget.is_polled = False
    assert (await made.http.post("/api/typing", json={"text": "abcdef"})).status_code == 201
    assert (await made.http.get("/api/typing")).json()["job"]["state"] == "stalled"
    busy = await made.http.post("/api/typing", json={"text": "other"})
    assert (busy.status_code, busy.json()["code"]) == (409, "typing_busy")
    assert (await made.http.post("/api/typing/t1/pause")).json()["state"] == "paused"
    gadget.is_polled = True
    assert (await made.http.post("/api/typing/t1/resume", json={"at": 4})).status_code == 200
    assert (await over(made))["state"] == "done"
    assert gadget.written == "ef"
    assert (await made.http.delete("/api/typing/t1")).json()["state"] == "done"
    again = await made.http.post("/api/typing/t1/resume")
    assert (again.status_code, again.json()["code"]) == (409, "job_over")
    unknown = await made.http.delete("/api/typing/t7")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "job_unknown")


async def test_a_place_that_the_text_has_not_is_refused(made: Stage, gadget: TypingGadget) -> None:
    gadget.is_polled = False
    await made.http.post("/api/typing", json={"text": "abc"})
    await made.http.post("/api/typing/t1/pause")
    answer = await made.http.post("/api/typing/t1/resume", json={"at": 4})
    assert (answer.status_code, answer.json()["code"]) == (422, "place_unknown")


async def test_somebody_elses_text_at_gadgetd_is_a_conflict(
    made: Stage, gadget: TypingGadget
) -> None:
    gadget.owner = "s99"
    answer = await made.http.post("/api/typing", json={"text": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (409, "typing_busy")
    gadget.owner = None
    assert (await made.http.post("/api/typing", json={"text": "abc"})).status_code == 201


async def test_without_gadgetd_nothing_is_typed(made: Stage, gadget: TypingGadget) -> None:
    gadget.go()
    answer = await made.http.post("/api/typing", json={"text": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (503, "gadgetd_unreachable")


async def test_the_status_has_the_job(made: Stage, gadget: TypingGadget) -> None:
    assert (await made.http.get("/api/status")).json()["typing"] is None
    async with made.socket("/api/status") as socket:
        await socket.recv()
        await made.http.post("/api/typing", json={"text": "abc"})
        typing = None
        while typing is None or typing["state"] != "done":
            typing = json.loads(await socket.recv())["typing"]
    assert typing == (await made.http.get("/api/typing")).json()["job"]


async def test_every_layout_is_listed_with_its_name(made: Stage) -> None:
    listed = (await made.http.get("/api/layouts")).json()
    assert len(listed["layouts"]) > 300
    assert {"layout": "de", "variant": "neo", "name": "German (Neo 2)"} in listed["layouts"]
    assert listed["default"] == {
        "layout": "de",
        "variant": "",
        "system": "linux",
        "delay_ms": 0,
    }


async def test_the_keys_of_a_layout_have_what_is_printed_on_them(made: Stage) -> None:
    answer = (await made.http.get("/api/layouts/de/keys")).json()
    assert (answer["layout"], answer["variant"], answer["name"]) == ("de", "", "German")
    keys = {key["code"]: key for key in answer["keys"]}
    assert len(keys) == 105
    assert keys["KeyQ"]["labels"] == ["q", "Q", "@", "Ω"]
    assert keys["IntlBackslash"]["labels"][:3] == ["<", ">", "|"]
    assert keys["Equal"]["labels"][:2] == ["´", "`"]
    assert keys["Equal"]["dead"][:2] == [True, True]
    assert keys["Numpad7"]["labels"][0] == "7"
    assert keys["F5"]["labels"] == ["", "", "", ""]
    neo = (await made.http.get("/api/layouts/de/keys?variant=neo")).json()
    assert {key["code"]: key["labels"][0] for key in neo["keys"]}["KeyQ"] == "x"


@pytest.mark.parametrize("path", ["/api/layouts/xx/keys", "/api/layouts/de/keys?variant=xx"])
async def test_a_layout_that_does_not_exist_is_refused(made: Stage, path: str) -> None:
    answer = await made.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "layout_unknown")


async def test_a_million_characters_may_be_typed_however_they_are_written(made: Stage) -> None:
    body = r'{"text": "' + r"\ud83d\ude00" * LONGEST_TEXT + '"}'
    answer = await made.http.post(
        "/api/typing/check", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200
    assert answer.json()["characters"] == LONGEST_TEXT


@pytest.mark.parametrize("path", ["/api/typing", "/api/typing/check"])
async def test_more_than_that_is_refused_in_words(made: Stage, path: str) -> None:
    answer = await made.http.post(path, json={"text": "a" * (LONGEST_TEXT + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "text_too_long")
    assert "1000001" in answer.json()["detail"]
    answer = await made.http.post(path, json={"text": "a" * 12_100_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


BAD_ORDERS: list[Any] = [
    {"text": MARKER + "\ud800"},
    {"text": [MARKER]},
    {"text": {"a": MARKER}},
    {"text": MARKER, "layout": 4},
    {"text": MARKER, "system": "os/2"},
    {"text": MARKER, "replacement": "ж"},
    {"text": MARKER, "replacement": MARKER * 10},
    {"text": MARKER, "delay_ms": -1},
    {"text": MARKER, "layout": "xx"},
    {"text": MARKER + "ж"},
    [MARKER],
    MARKER,
]


async def test_no_answer_to_a_bad_request_has_the_text_in_it(
    made: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for order in BAD_ORDERS:
        answer = await made.http.post("/api/typing", content=json.dumps(order))
        assert MARKER not in answer.text
        assert (answer.status_code, order) == (422, order)
        answer = await made.http.post("/api/typing/check", content=json.dumps(order))
        assert MARKER not in answer.text
    assert MARKER not in caplog.text


async def test_a_text_is_in_no_log_and_no_status(
    made: Stage, gadget: TypingGadget, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    gadget.before_stroke = lambda: told.append(json.dumps(made.services.status.document()))
    await made.http.post("/api/typing", json={"text": MARKER * 3})
    await over(made)
    assert gadget.written == MARKER * 3
    job = made.services.typist.job
    told += [repr(job), str(vars(job)), repr(made.services), caplog.text]
    gadget.before_stroke = lambda: None
    gadget.is_polled = False
    await made.http.post("/api/typing", json={"text": MARKER})
    job = made.services.typist.job
    told += [repr(job), str(vars(job)), repr(vars(made.services.typist))]
    assert len(told) > 40
    assert not [text for text in told if MARKER in text]
    gadget.go()
    job_told = await over(made)
    assert job_told["state"] == "interrupted"
    assert MARKER not in json.dumps(job_told) + caplog.text
