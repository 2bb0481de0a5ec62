"""Runs on the board: prints what its kernel's input layer makes of our keyboard, line by line.

`ready` once it listens, then `KEY_A down 12.345678` / `KEY_A up 12.350000`: the kernel's own
time of the event, in seconds of the board's CLOCK_MONOTONIC. Names are libevdev's, so neither the
decoding nor the naming is ours. The device is found by its USB identity, and found again when it
comes back after a re-enumeration. Keys that are down already when it is found are told as `down`.

With `alone` as third argument nobody else on the board hears the keys: its console would obey
Ctrl+Alt+Del and magic SysRq keys, and the board would be gone.
"""

import ctypes
import fcntl
import os
import select
import struct
import sys
import time
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_KEY = 1
KEY_A = 30
INTEREST = {0: "up", 1: "down"}
EVIOCSCLOCKID = 0x400445A0
EVIOCGRAB = 0x40044590
EVIOCGKEY_96 = 0x80604518

libevdev = ctypes.CDLL("libevdev.so.2")
libevdev.libevdev_event_code_get_name.restype = ctypes.c_char_p


def key_name(code: int) -> str:
    """KEY_ name of an event code, or its number where the kernel has no name for it."""
    name = libevdev.libevdev_event_code_get_name(EV_KEY, code)
    return name.decode() if name else f"KEY_{code}"


def keyboards(vendor: str, product: str) -> list[str]:
    """Event nodes of our keyboard: the HID interface on the board's own USB host that has an A."""
    found = []
    for node in sorted(Path("/sys/class/input").glob("event*")):
        device = node / "device"
        try:
            same = (device / "id" / "vendor").read_text().strip() == vendor
            same = same and (device / "id" / "product").read_text().strip() == product
            lowest_keys = int((device / "capabilities" / "key").read_text().split()[-1], 16)
        except OSError:
            continue
        if same and lowest_keys >> KEY_A & 1 and Path(f"/dev/input/{node.name}").exists():
            found.append(f"/dev/input/{node.name}")
    return found


def opened(path: str, *, alone: bool = False) -> int:
    """A descriptor whose events carry CLOCK_MONOTONIC."""
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
    if alone:
        fcntl.ioctl(descriptor, EVIOCGRAB, 1)
    return descriptor


def keys_down(descriptor: int) -> list[int]:
    """The keys that are down. The kernel takes what led to it out of the events to be read."""
    bits = int.from_bytes(fcntl.ioctl(descriptor, EVIOCGKEY_96, bytes(96)), sys.byteorder)
    return [code for code in range(96 * 8) if bits >> code & 1]


def main() -> None:
    """Watch for ever; the caller ends this process."""
    vendor, product, *how = sys.argv[1:]
    open_now: dict[str, int] = {}
    while True:
        for path in keyboards(vendor, product):
            if path not in open_now:
                open_now[path] = opened(path, alone=how == ["alone"])
                print("ready", flush=True)
                for code in keys_down(open_now[path]):
                    print(key_name(code), "down", f"{time.monotonic():.6f}", flush=True)
        readable, _, _ = select.select(list(open_now.values()), [], [], 0.2)
        for path, descriptor in list(open_now.items()):
            if descriptor not in readable:
                continue
            try:
                data = os.read(descriptor, EVENT.size * 64)
            except OSError:
                print("gone", flush=True)
                os.close(descriptor)
                del open_now[path]
                continue
            for seconds, micros, kind, code, value in EVENT.iter_unpack(data):
                if kind == EV_KEY and value in INTEREST:
                    when = f"{seconds}.{micros:06}"
                    print(key_name(code), INTEREST[value], when, flush=True)


if __name__ == "__main__":
    main()
