"""The cable: pulled and plugged in again, and used to wake the target up."""

from __future__ import annotations

import pytest

from gadgetd.errors import RemoteError
from tests.api.doubles import Stage

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("path", "verb"), [("/api/cable/replug", "replug"), ("/api/target/wake", "wake")]
)
async def test_gadgetd_is_asked_and_the_answer_is_empty(
    signed_in: Stage, path: str, verb: str
) -> None:
    answer = await signed_in.http.post(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert signed_in.gadget.asked == [(verb, {})]


@pytest.mark.parametrize(("code", "status"), [("wake_unsupported", 501), ("kernel_stuck", 504)])
async def test_why_the_target_cannot_be_woken_is_told_in_words(
    signed_in: Stage, code: str, status: int
) -> None:
    signed_in.gadget.refusal = RemoteError(code, "It cannot.", "Press its button.")
    answer = await signed_in.http.post("/api/target/wake")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (answer.json()["detail"], answer.json()["remedy"]) == ("It cannot.", "Press its button.")


async def test_without_gadgetd_there_is_nobody_to_pull_the_plug(signed_in: Stage) -> None:
    signed_in.gadget.go()
    answer = await signed_in.http.post("/api/cable/replug")
    assert (answer.status_code, answer.json()["code"]) == (503, "gadgetd_unreachable")
