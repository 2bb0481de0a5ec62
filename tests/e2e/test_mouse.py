"""Both mice, moved over HTTP and the page's socket, judged by the kernel's input layer."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.hosts import Pointers
from tests.e2e.seats import Seat, seat

pytestmark = pytest.mark.lab

# What Linux calls the first five buttons (include/uapi/linux/input-event-codes.h).
BUTTONS = {
    "left": "BTN_LEFT",
    "right": "BTN_RIGHT",
    "middle": "BTN_MIDDLE",
    "back": "BTN_SIDE",
    "forward": "BTN_EXTRA",
}


@pytest.fixture
def person(client: httpx.Client) -> Iterator[Seat]:
    with seat(client) as person:
        yield person


def move(client: httpx.Client, mouse: str, **motion: int) -> None:
    client.post("/api/mouse", json={"mouse": mouse, **motion}).raise_for_status()


def test_firmware_finds_the_keyboard_first_and_a_boot_mouse_last(
    desk: Desk, pointers: Pointers
) -> None:
    interfaces = desk.board.shell(
        "cd /sys/bus/usb/devices; for device in *; do "
        'if [ "$(cat $device/idVendor $device/idProduct 2> /dev/null | xargs)" = "1d6b 0104" ]; '
        "then cd $device; for each in *:*; do "
        "echo $(cat $each/bInterfaceClass $each/bInterfaceSubClass $each/bInterfaceProtocol); "
        "done; cat bmAttributes; fi; done"
    ).splitlines()
    # 03 is HID and 08 storage, which may have been shown before.
    kinds = [interface for interface in interfaces[:-1] if not interface.startswith("08")]
    assert kinds == ["03 01 01", "03 00 00", "03 01 02"]
    assert interfaces[-1] == "a0"


def test_the_relative_mouse_moves_by_distances_and_a_long_way_straight(
    client: httpx.Client, pointers: Pointers
) -> None:
    move(client, "relative", dx=5, dy=-3)
    assert pointers.next() == "relative REL_X 5 REL_Y -3"
    move(client, "relative", dx=300, dy=-30)
    assert [pointers.next() for _ in range(3)] == ["relative REL_X 100 REL_Y -10"] * 3


@pytest.mark.parametrize("mouse", ["relative", "absolute"])
def test_both_wheels_turn(client: httpx.Client, pointers: Pointers, mouse: str) -> None:
    move(client, mouse, wheel=1)
    assert pointers.next() == f"{mouse} REL_WHEEL 1 REL_WHEEL_HI_RES 120"
    move(client, mouse, pan=-2)
    assert pointers.next() == f"{mouse} REL_HWHEEL -2 REL_HWHEEL_HI_RES -240"


def test_the_absolute_mouse_goes_to_every_corner(client: httpx.Client, pointers: Pointers) -> None:
    move(client, "absolute", x=1, y=1)  # somewhere else first: the kernel tells changes alone
    pointers.next()
    for x, y in ((0, 0), (32767, 32767), (16384, 12345)):
        move(client, "absolute", x=x, y=y)
        assert pointers.next() == f"absolute ABS_X {x} ABS_Y {y}"


@pytest.mark.parametrize("mouse", ["relative", "absolute"])
def test_five_buttons_go_down_and_up(person: Seat, pointers: Pointers, mouse: str) -> None:
    for button, name in BUTTONS.items():
        for down in (True, False):
            person.send({"mouse": mouse, "button": button, "down": down})
            assert pointers.next() == f"{mouse} {name} {down:d}"


def test_a_click_is_where_it_was_made(person: Seat, pointers: Pointers) -> None:
    person.send({"mouse": "absolute", "x": 10, "y": 10})
    pointers.next()
    for x in (20, 30):
        person.send({"mouse": "absolute", "x": x, "y": 10, "button": "left", "down": True})
        person.send({"mouse": "absolute", "button": "left", "down": False})
    assert [pointers.next() for _ in range(6)] == [
        "absolute ABS_X 20",
        "absolute BTN_LEFT 1",
        "absolute BTN_LEFT 0",
        "absolute ABS_X 30",
        "absolute BTN_LEFT 1",
        "absolute BTN_LEFT 0",
    ]


def test_whoever_goes_away_lets_go_of_their_buttons_and_of_nobody_elses(
    client: httpx.Client, person: Seat, pointers: Pointers
) -> None:
    with seat(client) as other:
        person.send({"mouse": "relative", "button": "left", "down": True})
        assert pointers.next() == "relative BTN_LEFT 1"
        other.send({"mouse": "relative", "button": "right", "down": True})
        assert pointers.next() == "relative BTN_RIGHT 1"
    assert pointers.next() == "relative BTN_RIGHT 0"
    person.send({"mouse": "relative", "button": "left", "down": False})
    assert pointers.next() == "relative BTN_LEFT 0"
