"""The drive, and the library of what can go into it."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from api.images.library import Listing, image_of
from gadgetd.errors import RemoteError
from tests.api.doubles import Stage, gadget_status

pytestmark = pytest.mark.asyncio

# Documentation/usb and drivers/usb/gadget/function/storage_common.c: 300 sectors at least, and at
# most 256 * 60 * 75 - 1 of them.
SMALLEST_CDROM = 300 * 2048
LARGEST_CDROM = 2_359_293_952


def sparse(path: Path, size_bytes: int) -> None:
    with path.open("wb") as file:
        file.truncate(size_bytes)


async def listed(made: Stage) -> dict[str, dict[str, Any]]:
    answer = (await made.http.get("/api/images")).json()
    assert answer["directory_problem"] is None
    return {image["name"]: image for image in answer["images"]}


async def test_images_are_listed_by_name_with_size_and_ways_to_insert(signed_in: Stage) -> None:
    for name in ("zeta.iso", "Alpha.iso", "mü.img"):
        sparse(signed_in.images / name, SMALLEST_CDROM)
    os.utime(signed_in.images / "mü.img", (0, 86400))
    images = await listed(signed_in)
    assert list(images) == ["Alpha.iso", "mü.img", "zeta.iso"]
    assert images["mü.img"] == {
        "name": "mü.img",
        "size_bytes": 614400,
        "modified": "1970-01-02T00:00:00Z",
        "modes": ["cdrom", "disk"],
        "reason": None,
    }


@pytest.mark.parametrize(
    ("size_bytes", "modes"),
    [
        (0, []),
        (511, []),
        (SMALLEST_CDROM - 2048, ["disk"]),
        (SMALLEST_CDROM, ["cdrom", "disk"]),
        (LARGEST_CDROM, ["cdrom", "disk"]),
        (LARGEST_CDROM + 2048, ["disk"]),
    ],
)
async def test_what_cannot_be_a_cdrom_says_why(
    signed_in: Stage, size_bytes: int, modes: list[str]
) -> None:
    sparse(signed_in.images / "x.iso", size_bytes)
    image = (await listed(signed_in))["x.iso"]
    assert image["modes"] == modes
    assert (image["reason"] is None) == ("cdrom" in modes)
    if image["reason"]:
        assert f"{size_bytes:,}" in image["reason"]


async def test_only_regular_files_of_the_directory_itself_are_images(
    signed_in: Stage, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.iso"
    sparse(secret, SMALLEST_CDROM)
    images = signed_in.images
    (images / "link.iso").symlink_to(secret)
    (images / "broken.iso").symlink_to(tmp_path / "nowhere")
    (images / "folder.iso").mkdir()
    sparse(images / "folder.iso" / "inside.iso", SMALLEST_CDROM)
    os.mkfifo(images / "pipe.iso")
    sparse(images / ".hidden.iso", SMALLEST_CDROM)
    sparse(images / "new\nline.iso", SMALLEST_CDROM)
    (images / os.fsdecode(b"\xff.iso")).write_bytes(b"")
    sparse(images / "good.iso", SMALLEST_CDROM)
    assert list(await listed(signed_in)) == ["good.iso"]


async def test_a_directory_that_is_not_there_is_told_and_is_no_failure(signed_in: Stage) -> None:
    signed_in.images.rmdir()
    answer = await signed_in.http.get("/api/images")
    assert answer.status_code == 200
    assert answer.json()["images"] == []
    problem = answer.json()["directory_problem"]
    assert problem["code"] == "images_unreadable"
    assert str(signed_in.images) in problem["sentence"]
    sparse_after = signed_in.images
    sparse_after.mkdir()
    assert await listed(signed_in) == {}


async def test_inserting_passes_the_name_on_and_gives_the_drive_back(signed_in: Stage) -> None:
    drive = {
        "shown": True,
        "image": "a.iso",
        "mode": "cdrom",
        "size_bytes": 614400,
        "sentence": "a.iso is in the drive, as a CD-ROM.",
    }
    signed_in.gadget.status = gadget_status(drive=drive)
    for order in ({"image": "a.iso", "mode": "cdrom"}, {"image": "a.iso"}):
        answer = await signed_in.http.put("/api/drive", json=order)
        assert (answer.status_code, answer.json()) == (200, drive)
    inserts = [told for verb, told in signed_in.gadget.asked if verb == "insert"]
    assert inserts == [{"image": "a.iso", "mode": "cdrom"}] * 2
    assert (await signed_in.http.get("/api/drive")).json() == drive


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("image_not_found", 404),
        ("image_name_invalid", 422),
        ("image_too_small", 422),
        ("image_too_large", 422),
        ("medium_locked", 409),
        ("udc_missing", 503),
        ("a_code_of_a_newer_gadgetd", 502),
    ],
)
async def test_what_gadgetd_refuses_is_said_in_its_words(
    signed_in: Stage, code: str, status: int
) -> None:
    signed_in.gadget.refusal = RemoteError(code, "It cannot be.", "Do this.")
    answer = await signed_in.http.put("/api/drive", json={"image": "../x", "mode": "disk"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["detail"], problem["remedy"]) == (
        code,
        "It cannot be.",
        "Do this.",
    )
    assert problem["status"] == status


async def test_ejecting_is_forced_only_when_asked_to(signed_in: Stage) -> None:
    assert (await signed_in.http.delete("/api/drive")).status_code == 200
    assert (await signed_in.http.delete("/api/drive?force=true")).status_code == 200
    ejects = [told for verb, told in signed_in.gadget.asked if verb == "eject"]
    assert ejects == [{"force": False}, {"force": True}]


@pytest.mark.parametrize(
    "body",
    [{}, {"image": 1}, {"image": "a.iso", "mode": "floppy"}, {"image": "a", "path": "/"}, []],
)
async def test_an_order_that_makes_no_sense_moves_nothing(signed_in: Stage, body: Any) -> None:
    answer = await signed_in.http.put("/api/drive", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert signed_in.gadget.asked == []


async def test_without_gadgetd_the_drive_says_so(signed_in: Stage) -> None:
    signed_in.gadget.go()
    for method in ("GET", "DELETE"):
        answer = await signed_in.http.request(method, "/api/drive")
        assert (answer.status_code, answer.json()["code"]) == (503, "gadgetd_unreachable")


@pytest.mark.parametrize("modified_s", [10**12, -(10**12)])
async def test_an_image_from_an_impossible_year_hides_no_other(
    tmp_path: Path, modified_s: int
) -> None:
    class Entry:
        """What some file systems answer, and others refuse to store."""

        name = "odd.iso"

        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            mode = stat.S_IFREG | 0o644
            return os.stat_result((mode, 1, 1, 1, 0, 0, SMALLEST_CDROM, 0, modified_s, 0))

    image = image_of(Entry())  # type: ignore[arg-type]
    assert image is not None
    assert image.modified.year in (1, 9999)


async def test_a_directory_that_does_not_answer_keeps_nobody_from_signing_in(
    signed_in: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(signed_in.services.library, "_read", lambda: answers.wait() and Listing(()))
    asking = [asyncio.create_task(signed_in.http.get("/api/images")) for _ in range(40)]
    try:
        await asyncio.wait(asking, timeout=0.5)
        async with asyncio.timeout(5):
            await signed_in.login()
    finally:
        answers.set()
        await asyncio.wait(asking)


async def test_a_name_longer_than_any_file_s_is_refused_before_gadgetd_is_asked(
    signed_in: Stage,
) -> None:
    answer = await signed_in.http.put("/api/drive", json={"image": "\U0001f4bf" * 5000})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert signed_in.gadget.asked == []
