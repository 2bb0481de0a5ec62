"""The users' own shortcuts: kept on the device, never lost silently."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from api.shortcuts import Shortcut, Shortcuts, ShortcutsUnwritableError
from tests.api.doubles import Stage, stage

pytestmark = pytest.mark.asyncio

MAGIC = {"label": "Magic", "codes": ["AltLeft", "PrintScreen", "KeyB"]}
UMLAUT = {"label": "Größer ✓", "codes": ["ControlLeft", "Equal"]}


async def shortcuts(made: Stage) -> Any:
    answer = await made.http.get("/api/shortcuts")
    assert answer.status_code == 200, answer.text
    return answer.json()


def files_of(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir() if "shortcuts" in path.name]


async def test_there_are_none_at_first(signed_in: Stage) -> None:
    assert await shortcuts(signed_in) == {"shortcuts": []}


async def test_they_are_kept_across_a_restart_in_their_order(tmp_path: Path) -> None:
    async with stage(tmp_path) as made:
        answer = await made.http.put("/api/shortcuts", json={"shortcuts": [UMLAUT, MAGIC]})
        assert (answer.status_code, answer.json()) == (200, {"shortcuts": [UMLAUT, MAGIC]})
    async with stage(tmp_path) as made:
        assert await shortcuts(made) == {"shortcuts": [UMLAUT, MAGIC]}
        await made.http.put("/api/shortcuts", json={"shortcuts": [MAGIC]})
        assert await shortcuts(made) == {"shortcuts": [MAGIC]}
    assert files_of(tmp_path) == ["shortcuts.json"]


@pytest.mark.parametrize(
    "entry",
    [
        {"label": "", "codes": ["KeyA"]},
        {"label": " ", "codes": ["KeyA"]},
        {"label": "x" * 41, "codes": ["KeyA"]},
        {"label": "two\nlines", "codes": ["KeyA"]},
        {"label": "none", "codes": []},
        {"label": "nine", "codes": ["KeyA"] * 9},
        {"label": "more", "codes": ["KeyA"], "more": 1},
        {"label": "no codes"},
        {"codes": ["KeyA"]},
    ],
)
async def test_what_is_no_shortcut_is_refused_and_the_others_stay(
    signed_in: Stage, entry: Any
) -> None:
    await signed_in.http.put("/api/shortcuts", json={"shortcuts": [MAGIC]})
    answer = await signed_in.http.put("/api/shortcuts", json={"shortcuts": [UMLAUT, entry]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert await shortcuts(signed_in) == {"shortcuts": [MAGIC]}


async def test_a_code_that_no_key_has_is_named(signed_in: Stage) -> None:
    order = {"shortcuts": [{"label": "x", "codes": ["KeyA", "KeyÄ"]}]}
    answer = await signed_in.http.put("/api/shortcuts", json=order)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_unknown")
    assert "KeyÄ" in answer.json()["detail"]
    assert await shortcuts(signed_in) == {"shortcuts": []}


async def test_there_may_be_sixty_four(signed_in: Stage) -> None:
    many = [{"label": f"{number}", "codes": ["KeyA"]} for number in range(65)]
    assert (await signed_in.http.put("/api/shortcuts", json={"shortcuts": many})).status_code == 422
    assert (
        await signed_in.http.put("/api/shortcuts", json={"shortcuts": many[:64]})
    ).status_code == 200
    assert len((await shortcuts(signed_in))["shortcuts"]) == 64


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"version": 2, "shortcuts": []}',
        b'{"version": 1}',
        b'{"version": 1, "shortcuts": [{"label": 4, "codes": ["KeyA"]}]}',
        b'{"version": 1, "shortcuts": [{"label": "x", "codes": ["KeyQQ"]}]}',
        b'{"version": 1, "shortcuts": [{"label": "x", "codes": "KeyA"}]}',
        b'{"version": 1, "shortcuts": [{"label": "x", "codes": [["KeyA"]]}]}',
        b'{"version": 1, "shortcuts": {"label": "x"}}',
        b'{"version": 1, "shortcuts": [{"label": "two\\nlines", "codes": ["KeyA"]}]}',
        b'{"version": 1, "shortcuts": [{"label": "x", "codes": []}]}',
        b'{"version": 1, "shortcuts": ['
        + b",".join([b'{"label": "x", "codes": ["KeyA"]}'] * 65)
        + b"]}",
        b"[" * 100_000,
        b" " * 300_000,
    ],
)
async def test_a_file_that_makes_no_sense_is_told_of_and_left_alone(
    signed_in: Stage, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "shortcuts.json"
    file.write_bytes(content)
    for answer in (
        await signed_in.http.get("/api/shortcuts"),
        await signed_in.http.put("/api/shortcuts", json={"shortcuts": [MAGIC]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "shortcuts_unreadable")
        assert str(file) in answer.json()["detail"]
        assert answer.json()["remedy"]
    assert file.read_bytes() == content


async def test_something_else_in_the_files_place_is_told_of(
    signed_in: Stage, tmp_path: Path
) -> None:
    (tmp_path / "shortcuts.json").mkdir()
    answer = await signed_in.http.get("/api/shortcuts")
    assert (answer.status_code, answer.json()["code"]) == (503, "shortcuts_unreadable")


async def test_where_nothing_can_be_written_the_old_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "some" / "where" / "shortcuts.json"
    own = Shortcuts(file)
    before = [Shortcut("Magic", ("AltLeft", "KeyB"))]
    await own.replace(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644 & ~_umask()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ShortcutsUnwritableError, match="No space left on device"):
        await own.replace([Shortcut("Other", ("KeyA",))])
    assert await own.all() == tuple(before)
    assert json.loads(file.read_text())["shortcuts"][0]["label"] == "Magic"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
