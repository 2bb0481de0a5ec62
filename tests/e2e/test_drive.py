"""Images through the API, read back through the kernel's sr driver at the other end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.hosts import HostDrive

pytestmark = pytest.mark.lab


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inserted(client: httpx.Client) -> str | None:
    """The image that the drive says it has."""
    image: str | None = client.get("/api/drive").raise_for_status().json()["image"]
    return image


@pytest.fixture(autouse=True)
def empty_drive(client: httpx.Client) -> None:
    client.delete("/api/drive", params={"force": "true"}).raise_for_status()


def test_an_image_arrives_whole_is_ejected_and_gives_way_to_another(
    client: httpx.Client, desk: Desk
) -> None:
    host = HostDrive(desk.board)
    first, second = desk.images / "first.iso", desk.images / "second.iso"

    client.put("/api/drive", json={"image": "first.iso", "mode": "cdrom"}).raise_for_status()
    assert inserted(client) == "first.iso"
    assert host.read(first.stat().st_size) == sha256(first)

    client.delete("/api/drive", params={"force": "true"}).raise_for_status()
    assert inserted(client) is None
    host.wait_until_empty()

    client.put("/api/drive", json={"image": "second.iso", "mode": "cdrom"}).raise_for_status()
    assert inserted(client) == "second.iso"
    assert host.read(second.stat().st_size) == sha256(second)


def test_the_list_tells_which_images_fit_and_why_not(client: httpx.Client) -> None:
    images = {entry["name"]: entry for entry in client.get("/api/images").json()["images"]}
    assert images["first.iso"]["modes"] == ["cdrom", "disk"]
    assert images["tiny.iso"]["modes"] == []
    assert "614400" in images["tiny.iso"]["reason"].replace(",", "")
    assert images["huge.iso"]["modes"] == ["disk"]
    assert "2359293952" in images["huge.iso"]["reason"].replace(",", "")


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("tiny.iso", "image_too_small"),
        ("huge.iso", "image_too_large"),
        ("absent.iso", "image_not_found"),
        ("../images/first.iso", "image_name_invalid"),
        ("/etc/hostname", "image_name_invalid"),
        ("", "image_name_invalid"),
    ],
)
def test_a_wrong_image_is_refused_with_the_reason_and_the_one_inside_stays(
    client: httpx.Client, desk: Desk, image: str, code: str
) -> None:
    client.put("/api/drive", json={"image": "second.iso", "mode": "cdrom"}).raise_for_status()
    answer = client.put("/api/drive", json={"image": image, "mode": "cdrom"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["detail"]
    assert inserted(client) == "second.iso"
    second = desk.images / "second.iso"
    assert HostDrive(desk.board).read(second.stat().st_size) == sha256(second)


def test_a_drive_the_host_has_locked_says_so_and_opens_by_force(
    client: httpx.Client, desk: Desk
) -> None:
    client.put("/api/drive", json={"image": "first.iso", "mode": "cdrom"}).raise_for_status()
    host = HostDrive(desk.board)
    host.read((desk.images / "first.iso").stat().st_size)
    desk.board.shell("udevadm settle")  # the host's udev locks the tray when it has seen the medium
    answer = client.delete("/api/drive")
    assert answer.json()["code"] == "medium_locked"
    assert inserted(client) == "first.iso"
    client.delete("/api/drive", params={"force": "true"}).raise_for_status()
    host.wait_until_empty()


def test_an_image_too_large_for_a_cd_goes_in_whole_as_a_disk(
    client: httpx.Client, desk: Desk
) -> None:
    client.put("/api/drive", json={"image": "huge.iso", "mode": "disk"}).raise_for_status()
    size = (desk.images / "huge.iso").stat().st_size
    seen = desk.board.shell(
        "udevadm settle; for i in $(seq 200); do for d in /sys/block/sd*; do "
        '[ "$(cat $d/size 2>/dev/null || echo 0)" -gt 0 ] && cat $d/size $d/ro && exit 0; '
        "done; sleep 0.1; done; exit 1"
    ).split()
    assert int(seen[0]) * 512 == size
    assert seen[1] == "1"
