"""`kaputtkvm run --here` on a board as it comes: no configuration, nothing mounted, or a mess."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from lab import Board, Feed, GuestProcess
from tests.e2e.conftest import free_port
from tests.e2e.hosts import InputLayer
from tests.e2e.waiting import HAPPENS_WITHIN_S, eventually, status
from tests.pictures import colour_card, decoded, psnr_db

pytestmark = pytest.mark.lab

READY_WITHIN_S = 300.0
PORT_IN_GUEST = 8000
GADGETS = "/sys/kernel/config/usb_gadget"
DATA = "/run/data"

# What another run, or another program, may have left in configfs. $G is our gadget's directory.
FUNCTION = (
    "mkdir $G/functions/hid.x; echo 8 > $G/functions/hid.x/report_length; "
    "printf '\\005\\001\\011\\006\\241\\001\\300' > $G/functions/hid.x/report_desc; "
)
LINKED = "mkdir $G/configs/c.1; ln -s $G/functions/hid.x $G/configs/c.1/; "
BOUND = "echo 0x1d6b > $G/idVendor; ls /sys/class/udc > $G/UDC; "
MESSES = {
    "an empty directory": "mkdir $G; ",
    "functions without a configuration": "mkdir $G; " + FUNCTION,
    "a configuration that is not bound": "mkdir $G; " + FUNCTION + LINKED,
    "another gadget bound under our name": "mkdir $G; " + FUNCTION + LINKED + BOUND,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, str]]:
    """A board on which nothing of ours runs, and the address its page will have."""
    port = free_port()
    share = tmp_path_factory.mktemp("share")
    with Board(share=share, forward={PORT_IN_GUEST: port}, say=print) as board:
        yield board, f"http://127.0.0.1:{port}"


def start(board: Board) -> tuple[GuestProcess, str]:
    """`run --here`, and the password it made. It keeps its data where this test can clear it."""
    board.shell(f"rm -rf {DATA}")
    command = [sys.executable, "-m", "launcher", "run", "--here", "--listen", "0.0.0.0"]
    process = board.start(command, cwd=board.checkout, env={"XDG_DATA_HOME": DATA})
    password = ""
    while True:
        line = process.next_line(READY_WITHIN_S)
        found = re.match(r"First login: password (\S+)", line)
        password = found.group(1) if found else password
        if line.startswith("The page:"):
            return process, password


@contextmanager
def running(place: tuple[Board, str]) -> Iterator[httpx.Client]:
    """A signed-in program's view of it, until Ctrl-C ends it."""
    board, address = place
    process, password = start(board)
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            client.post("/api/login", json={"password": password}).raise_for_status()
            yield client
    finally:
        process.signal(signal.SIGINT)
        assert process.wait(HAPPENS_WITHIN_S).returncode == 0, process.stderr


def leave(board: Board, name: str, script: str) -> None:
    """Do to configfs what another program might have, in the gadget directory `name`."""
    board.shell("modprobe libcomposite")
    board.shell("mountpoint -q /sys/kernel/config || mount -t configfs x /sys/kernel/config")
    board.shell(f"G={GADGETS}/{name}; {script}")


def test_it_drives_the_controller_and_the_first_grabber_and_undoes_what_it_did(
    place: tuple[Board, str],
) -> None:
    board, _ = place
    board.shell("umount /sys/kernel/config; modprobe -r libcomposite usb_f_hid usb_f_mass_storage")
    # These are loaded for the target's side of the cable, which is this same kernel here.
    board.shell("modprobe -a joydev mousedev")
    before = board.shell("cut -d' ' -f1 /proc/modules | sort; cat /proc/mounts")
    feed = Feed(board)
    card = colour_card()
    feed.show(card)
    with running(place) as client:
        assert eventually(lambda: status(client)["cable"]["state"] == "configured")
        host = InputLayer(board)
        client.post("/api/keys", json={"press": ["KeyA"]}).raise_for_status()
        assert host.until("KEY_A up")[-2:] == ["KEY_A down", "KEY_A up"]
        host.close()
        shown = decoded(client.get("/snapshot.jpg").raise_for_status().content)
        assert psnr_db(shown, card) >= 30
        # The rules of udev/ are loaded on the board: units can follow the controller by our name.
        properties = board.shell("udevadm info -q property /sys/class/udc/dummy_udc.0")
        assert "SYSTEMD_ALIAS=/kaputtkvm/udc" in properties.split()
        assert board.shell("stat -c '%U %a' /dev/hidg0").strip() == "root 600"
    feed.close()
    assert "usb_gadget" not in board.shell("ls /sys/kernel/config 2>/dev/null || true")
    assert board.shell("ls /dev/hidg* 2>/dev/null || true") == ""
    after = board.shell("cut -d' ' -f1 /proc/modules | sort; cat /proc/mounts")
    assert set(after.splitlines()) - set(before.splitlines()) == set()


@contextmanager
def gadgetd(board: Board) -> Iterator[GuestProcess]:
    """gadgetd alone, by its defaults, until it is asked to end."""
    process = board.start([sys.executable, "-m", "gadgetd"], cwd=board.checkout)
    try:
        yield process
    finally:
        process.signal(signal.SIGTERM)
        assert process.wait(HAPPENS_WITHIN_S).returncode == 0, process.stderr


@pytest.mark.parametrize("mess", MESSES)
def test_it_takes_over_whatever_was_left_under_its_name(
    place: tuple[Board, str], mess: str
) -> None:
    board, _ = place
    leave(board, "kaputtkvm", MESSES[mess])
    with gadgetd(board):
        InputLayer(board).close()  # the host's kernel has found a keyboard of ours
    assert board.shell(f"ls {GADGETS}") == ""


def test_a_controller_in_another_programs_hands_is_named_and_taken_when_it_is_free(
    place: tuple[Board, str],
) -> None:
    board, _ = place
    leave(board, "theirs", "mkdir $G; " + FUNCTION + LINKED + BOUND)
    with gadgetd(board) as process:
        assert eventually(lambda: "theirs" in process.stderr)
        board.shell(f"echo > {GADGETS}/theirs/UDC")
        InputLayer(board).close()
    assert board.shell(f"ls {GADGETS}").split() == ["theirs"]
