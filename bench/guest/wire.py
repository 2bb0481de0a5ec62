"""Where our keyboard is on this machine: the node reports go in at, and where they come out.

Both ends are on the same kernel, because the board's own USB host collects what its gadget sends.

Sources: Linux Documentation/usb/gadget_hid.rst; include/uapi/linux/input.h.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import time
from collections.abc import Iterator
from pathlib import Path

FUNCTIONS = Path("/sys/kernel/config/usb_gadget")
INPUTS = Path("/sys/class/input")
ID_FILES = ("vendor", "product")
IDENTITY = ("1d6b", "0104")
BOOT_KEYBOARD = "1"
KEY_A = 30
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
EVENT = struct.Struct("llHHi")
EVIOCSCLOCKID = 0x400445A0
EVIOCGRAB = 0x40044590
HELD_AGAIN = 2  # auto-repeat
APPEARS_WITHIN_S = 30.0
LOOK_INTERVAL_S = 0.1


class BenchError(Exception):
    """The measurement cannot be made; the text says why."""


def hidg() -> Path:
    """The node that the boot keyboard's reports are written to.

    Raises:
        BenchError: no gadget on this machine has a boot keyboard.
    """
    for protocol in sorted(FUNCTIONS.glob("*/functions/hid.*/protocol")):
        if protocol.read_text().strip() == BOOT_KEYBOARD:
            number = (protocol.parent / "dev").read_text().strip()
            uevent = Path("/sys/dev/char", number, "uevent").read_text()
            names = dict(line.split("=", 1) for line in uevent.splitlines())
            return Path("/dev", names["DEVNAME"])
    raise BenchError("No gadget on this machine has a keyboard.")


def keyboard() -> Path:
    """The sysfs directory of the input device that the host made of our keyboard.

    Raises:
        BenchError: it does not appear.
    """
    until = time.monotonic() + APPEARS_WITHIN_S
    while time.monotonic() < until:
        for node in sorted(INPUTS.glob("event*")):
            device = node / "device"
            try:
                identity = tuple((device / "id" / name).read_text().strip() for name in ID_FILES)
                keys = int((device / "capabilities" / "key").read_text().split()[-1], 16)
            except OSError:
                continue  # it has just left
            if (
                identity == IDENTITY
                and keys >> KEY_A & 1
                and Path("/dev/input", node.name).exists()
            ):
                return node
        time.sleep(LOOK_INTERVAL_S)
    raise BenchError(f"No input device {':'.join(IDENTITY)} with an A key appeared.")


def hidraw() -> Path:
    """The node that shows the keyboard's reports as the host got them, without a time."""
    interface = (keyboard() / "device" / "device").resolve()
    (found,) = (interface / "hidraw").iterdir()
    return Path("/dev", found.name)


class Evdev:
    """The keyboard's events, grabbed: what is typed must not reach this machine's console."""

    def __init__(self) -> None:
        node = Path("/dev/input", keyboard().name)
        self._fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.ioctl(self._fd, EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
        fcntl.ioctl(self._fd, EVIOCGRAB, 1)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)

    def fileno(self) -> int:
        """To wait on."""
        return self._fd

    def close(self) -> None:
        """Let the device go."""
        os.close(self._fd)

    def wait(self, limit_s: float) -> bool:
        """Whether an event came before the limit."""
        return bool(self._poll.poll(limit_s * 1000))

    def read(self) -> Iterator[tuple[float, int, bool]]:
        """What has come so far: the kernel's time in seconds, the key's code, whether it is down.

        Raises:
            BenchError: the kernel dropped events, because nobody read them in time.
        """
        while True:
            try:
                data = os.read(self._fd, EVENT.size * 256)
            except BlockingIOError:
                return
            for second, microsecond, kind, code, value in EVENT.iter_unpack(data):
                if kind == EV_SYN and code == SYN_DROPPED:
                    raise BenchError("The input layer dropped events: the machine is too busy.")
                if kind == EV_KEY and value != HELD_AGAIN:
                    yield second + microsecond / 1e6, code, bool(value)
