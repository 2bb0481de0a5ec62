"""Texts being typed, as a program sees them over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.e2e.waiting import eventually

TYPED_WITHIN_S = 240.0

Job = dict[str, Any]


def start(client: httpx.Client, text: str, layout: str = "us", **more: Any) -> Job:
    """Begin to type."""
    answer = client.post("/api/typing", json={"text": text, "layout": layout, **more})
    assert answer.status_code == 201, answer.text
    job: Job = answer.json()
    return job


def job_now(client: httpx.Client) -> Job:
    """The present job."""
    job: Job = client.get("/api/typing").raise_for_status().json()["job"]
    return job


def reached(client: httpx.Client, state: str) -> Job:
    """The job, once it is in this state."""
    assert eventually(lambda: job_now(client)["state"] == state, TYPED_WITHIN_S), job_now(client)
    return job_now(client)


def order(client: httpx.Client, job: Job, verb: str, **body: Any) -> Job:
    """Pause or resume."""
    answer = client.post(f"/api/typing/{job['id']}/{verb}", json=body or None)
    answer.raise_for_status()
    changed: Job = answer.json()
    return changed
