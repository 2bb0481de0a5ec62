import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lab import Board, Feed, Lab, LabError, Target, grub_iso, plain_iso, yuyv
from lab.picture import FRAME_SIZE_BYTES
from tests.lab.conftest import LIMIT_S, wait_until

pytestmark = pytest.mark.lab

CHECKOUT = Path(__file__).resolve().parents[2]
GADGET = Path(__file__).with_name("gadget.sh")
DOWN = 0x51


def captured(board: Board, share: Path) -> list[bytes]:
    """Three frames that another program takes from the board's grabber; none if it is not there."""
    raw = share / "captured.yuyv"
    raw.write_bytes(b"")
    board.run(
        # Bounded: a capture that begins while the grabber is being set up may get no frame at all.
        [
            "timeout",
            "20",
            "v4l2-ctl",
            "-d",
            "/dev/v4l/by-path/platform-vivid.0-video-index0",
            "--stream-mmap=3",
            "--stream-skip=2",
            "--stream-count=3",
            f"--stream-to={raw}",
        ],
        check=False,
    )
    data = raw.read_bytes()
    return [data[at : at + FRAME_SIZE_BYTES] for at in range(0, len(data), FRAME_SIZE_BYTES)]


def test_the_board_runs_debians_kernel(board: Board):
    assert "Debian" in board.shell("uname -v")


def test_the_board_has_a_usb_device_controller(board: Board):
    assert board.shell("ls /sys/class/udc").split() == ["dummy_udc.0"]


def test_what_the_grabber_is_fed_is_what_it_captures(board: Board, feed: Feed, share: Path):
    picture = Image.effect_mandelbrot((640, 400), (-2, -1, 1, 1), 100).convert("RGB")
    feed.show(picture)
    assert captured(board, share) == [yuyv(picture)] * 3


def test_the_newest_picture_replaces_the_one_before(board: Board, feed: Feed, share: Path):
    for colour in ("red", "green", "blue"):
        feed.show(Image.new("RGB", (720, 480), colour))
    assert captured(board, share)[-1] == yuyv(Image.new("RGB", (720, 480), "blue"))


def test_the_picture_comes_back_after_the_grabber_was_pulled(board: Board, feed: Feed, share: Path):
    picture = Image.radial_gradient("L").convert("RGB")
    feed.show(picture)
    driver = "/sys/bus/platform/drivers/vivid"
    board.shell(f"echo vivid.0 > {driver}/unbind; echo vivid.0 > {driver}/bind; udevadm settle")
    wait_until(lambda: captured(board, share)[-1:] == [yuyv(picture)])


def test_a_program_gets_its_input_and_gives_its_output_and_status(board: Board):
    done = board.run(["sh", "-c", "tr a-z A-Z; echo oops >&2; exit 3"], stdin="hello", check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("HELLO", "oops\n", 3)


def test_a_failed_program_is_an_error_that_shows_what_it_said(board: Board):
    with pytest.raises(LabError, match="no such luck") as caught:
        board.shell("echo no such luck >&2; exit 1")
    assert caught.value.code == "lab.process.failed"


def test_a_program_that_does_not_exist_is_refused(board: Board):
    with pytest.raises(LabError) as caught:
        board.run(["/does/not/exist"])
    assert caught.value.code == "lab.process.refused"


def test_lines_arrive_while_the_program_runs(board: Board):
    process = board.start(["sh", "-c", "echo first; read answer; echo got $answer; sleep 1000"])
    assert process.next_line(LIMIT_S) == "first"
    process.write("it\n")
    assert process.next_line(LIMIT_S) == "got it"
    process.signal(signal.SIGTERM)
    assert process.wait(LIMIT_S).returncode == -signal.SIGTERM


def test_much_output_arrives_whole(board: Board):
    done = board.run(["seq", "100000"], timeout_s=LIMIT_S)
    assert done.stdout == "".join(f"{number}\n" for number in range(1, 100001))


def test_the_callers_python_runs_in_the_board(board: Board):
    done = board.run([sys.executable, "-c", "import linuxpy; print('yes')"], timeout_s=LIMIT_S)
    assert done.stdout == "yes\n"


def test_the_share_is_the_same_on_both_sides(board: Board, share: Path):
    digest = plain_iso(share / "plain.iso", 3_000_000)
    assert board.shell(f"sha256sum {share}/plain.iso").split()[0] == digest
    board.shell(f"echo from within > {share}/note")
    assert (share / "note").read_text() == "from within\n"


def test_what_the_board_writes_elsewhere_stays_in_the_board(board: Board):
    board.shell("touch /kaputtkvm-was-here /etc/kaputtkvm-was-here")
    assert not Path("/kaputtkvm-was-here").exists()
    assert not Path("/etc/kaputtkvm-was-here").exists()


def test_the_firmware_shows_itself():
    with Target() as target:
        wait_until(lambda: len(target.screenshot().getcolors(1 << 24) or ()) >= 2)
        run_dir = target.machine.run_dir
        pid = target.machine.pid
    assert not run_dir.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_killed_lab_takes_its_guests_along(tmp_path: Path):
    script = (
        "import sys, time; from lab import Target\n"
        "with Target() as target:\n"
        "    print(target.machine.pid, target.machine.run_dir, flush=True); time.sleep(1000)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert parent.stdout is not None
    pid, run_dir = parent.stdout.readline().split()
    assert "kaputtkvm-target" in Path(f"/proc/{pid}/cmdline").read_text()
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_running(int(pid)), limit_s=10)
    with Target():  # the next lab clears up what the killed one left
        assert not Path(run_dir).exists()


def test_a_guest_that_dies_is_an_error_with_its_last_words(share: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(LabError, match="hostfwd") as caught,
            Board(share=share, forward={80: port}),
        ):
            pass
    assert caught.value.code == "lab.guest.died"


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class TestDesk:
    """Board, target, and all that is between them."""

    @pytest.fixture(scope="class")
    @staticmethod
    def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
        share = tmp_path_factory.mktemp("desk")
        grub_iso(share / "grub.iso")
        with Lab(share=share, say=print) as lab:
            yield lab

    def test_the_targets_screen_reaches_the_grabber(self, desk: Lab):
        wait_until(lambda: desk.screen.sent_count >= 1)

        # Blinking cursors: what is captured was on the screen just before or just after.
        def is_same() -> bool:
            before = yuyv(desk.target.screenshot())
            frame = captured(desk.board, desk.board.share)[-1]
            return frame in (before, yuyv(desk.target.screenshot()))

        wait_until(is_same)

    def test_another_picture_may_take_the_screens_place(self, desk: Lab):
        picture = Image.new("RGB", (720, 480), "orange")
        with desk.screen_unplugged() as feed:
            feed.show(picture)
            assert captured(desk.board, desk.board.share)[-1] == yuyv(picture)
        wait_until(lambda: desk.screen.sent_count >= 1)

    def test_the_firmware_boots_our_cd_and_hears_our_keys(self, desk: Lab):
        desk.board.run(["sh", GADGET, desk.board.share / "grub.iso"])
        assert "480 Mb/s" in desk.cable.wait_until_seen()[0]
        desk.board.shell("echo reset > /dev/virtio-ports/kaputtkvm.reset")
        wait_until(lambda: desk.reset_line.pressed_count == 1)
        wait_until(lambda: is_menu(desk.target.screenshot()))
        before = desk.target.dump()
        press(desk.board, DOWN)
        wait_until(lambda: desk.target.dump() != before)
        assert is_menu(desk.target.screenshot())

    def test_the_gadget_may_come_and_go(self, desk: Lab):
        udc = "/sys/kernel/config/usb_gadget/lab/UDC"
        for _ in range(2):
            desk.board.shell(f"echo > {udc}")
            desk.cable.wait_until_gone()
            desk.board.shell(f"echo dummy_udc.0 > {udc}")
            desk.cable.wait_until_seen()

    def test_the_cable_may_be_pulled_and_plugged(self, desk: Lab):
        desk.cable.unplug()
        assert desk.target.usb() == []
        desk.cable.plug()
        assert desk.cable.wait_until_seen()


def press(board: Board, usage: int) -> None:
    down = bytes((0, 0, usage, 0, 0, 0, 0, 0))
    script = "import os,sys; f = os.open('/dev/hidg0', os.O_WRONLY)\n"
    script += f"for report in ({down!r}, bytes(8)): os.write(f, report)"
    board.run([sys.executable, "-S", "-I", "-c", script])


def is_menu(picture: Image.Image) -> bool:
    """GRUB's frame: a white line over nearly the whole width, in the upper quarter."""
    grey = picture.convert("L")
    width, height = grey.size
    rows = (grey.crop((0, y, width, y + 1)).tobytes() for y in range(height // 4))
    return any(sum(value > 200 for value in row) > width * 0.9 for row in rows)
