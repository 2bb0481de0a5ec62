import stat
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from lab import cpio, modules
from lab.errors import LabError
from lab.guest import cable
from lab.picture import FRAME_SIZE_BYTES, yuyv
from lab.rundir import PREFIX, RunDir


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        # ITU-R BT.601 in eight bits: the corners of the colour cube as every table prints them.
        ("black", (16, 128, 128)),
        ("white", (235, 128, 128)),
        ("red", (81, 90, 240)),
        ("lime", (145, 54, 34)),
        ("blue", (41, 240, 110)),
    ],
)
def test_colours_become_the_limited_range_values_of_bt_601(colour, expected):
    frame = yuyv(Image.new("RGB", (720, 480), colour))
    luma, blue, red = frame[0], frame[1], frame[3]
    assert all(
        abs(got - wanted) <= 1 for got, wanted in zip((luma, blue, red), expected, strict=True)
    )
    assert frame == frame[:4] * (720 * 480 // 2)


def test_a_picture_of_any_size_fills_the_frame():
    assert len(yuyv(Image.new("L", (1024, 768)))) == FRAME_SIZE_BYTES


def test_luma_keeps_every_pixel_in_its_place():
    picture = Image.new("RGB", (720, 480))
    picture.putpixel((5, 7), (255, 255, 255))
    frame = yuyv(picture)
    assert [at for at in range(0, len(frame), 2) if frame[at] != 16] == [(7 * 720 + 5) * 2]


def test_an_archive_starts_with_the_magic_and_ends_with_the_trailer():
    data = cpio.archive([cpio.file("a", b"x")])
    assert data.startswith(b"070701")
    assert b"TRAILER!!!\0" in data
    assert len(data) % 4 == 0


def test_busybox_unpacks_what_we_archived(tmp_path: Path):
    data = cpio.archive(
        [
            cpio.directory("bin"),
            cpio.file("bin/run", b"#!/bin/sh\n", executable=True),
            cpio.link("bin/again", "run"),
            cpio.file("empty", b""),
        ]
    )
    subprocess.run(["busybox", "cpio", "-id"], input=data, cwd=tmp_path, check=True)
    assert (tmp_path / "bin/run").read_bytes() == b"#!/bin/sh\n"
    assert stat.S_IMODE((tmp_path / "bin/run").stat().st_mode) == 0o755
    assert (tmp_path / "bin/again").readlink() == Path("run")
    assert (tmp_path / "empty").read_bytes() == b""


@pytest.fixture
def module_tree(tmp_path: Path) -> Path:
    (tmp_path / "modules.dep").write_text(
        "fs/9p.ko: net/9pnet.ko fs/net-fs.ko\n"
        "net/9pnet.ko:\n"
        "net/9pnet_virtio.ko.xz: net/9pnet.ko\n"
        "fs/net-fs.ko: net/9pnet.ko\n"
    )
    (tmp_path / "modules.builtin").write_text("drivers/virtio_ring.ko\n")
    return tmp_path


def test_dependencies_load_first_and_nothing_loads_twice(module_tree: Path):
    order = modules.load_order(module_tree, ["9p", "9pnet-virtio"])
    names = [str(file.relative_to(module_tree)) for file in order]
    assert names == ["net/9pnet.ko", "fs/net-fs.ko", "fs/9p.ko", "net/9pnet_virtio.ko.xz"]


def test_what_is_built_in_is_not_loaded(module_tree: Path):
    assert modules.load_order(module_tree, ["virtio-ring"]) == []


def test_an_unknown_module_is_an_error(module_tree: Path):
    with pytest.raises(LabError) as caught:
        modules.load_order(module_tree, ["nonesuch"])
    assert caught.value.code == "lab.module.missing"


def test_modules_are_read_plain_and_xz(tmp_path: Path):
    plain = tmp_path / "a.ko"
    plain.write_bytes(b"module")
    assert modules.content(plain) == b"module"
    subprocess.run(["xz", "--keep", plain], check=True)
    assert modules.content(tmp_path / "a.ko.xz") == b"module"


def test_a_run_directory_is_private_and_goes_away():
    run_dir = RunDir()
    assert stat.S_IMODE(run_dir.path.stat().st_mode) == 0o700
    run_dir.close()
    assert not run_dir.path.exists()


def test_a_run_directory_without_an_owner_is_swept():
    kept = RunDir()
    left = kept.path.parent / f"{PREFIX}left-by-a-test"
    left.mkdir(mode=0o700)
    (left / "lock").touch()
    RunDir().close()
    assert not left.exists()
    assert kept.path.exists()
    kept.close()


def test_a_device_that_its_host_resets_is_still_the_same_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The target resets the gadget when it takes it over: pulling the plug then never ends.
    device = tmp_path / "1-1"
    device.mkdir()
    for name, value in {"idVendor": "1d6b", "idProduct": "0104", "busnum": "1"}.items():
        (device / name).write_text(f"{value}\n")
    monkeypatch.setattr(cable, "USB_DEVICES", tmp_path)
    (device / "devnum").write_text("2\n")
    assert cable.appearance("1d6b", "0104") == "1-2"
    (device / "devnum").write_text("0\n")
    assert cable.appearance("1d6b", "0104") == cable.RESETTING
    assert cable.appearance("1d6b", "ffff") == ""
