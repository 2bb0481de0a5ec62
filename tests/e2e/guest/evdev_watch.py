"""Runs on the board: prints what its kernel's input layer makes of our keyboard, line by line.

`ready` once it listens, then `KEY_A down` / `KEY_A up`. Names are libevdev's, so neither the
decoding nor the naming is ours. The device is found by its USB identity, and found again when it
comes back after a re-enumeration.
"""

import ctypes
import os
import select
import struct
import sys
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_KEY = 1
INTEREST = {0: "up", 1: "down"}

libevdev = ctypes.CDLL("libevdev.so.2")
libevdev.libevdev_event_code_get_name.restype = ctypes.c_char_p


def key_name(code: int) -> str:
    """KEY_ name of an event code, or its number where the kernel has no name for it."""
    name = libevdev.libevdev_event_code_get_name(EV_KEY, code)
    return name.decode() if name else f"KEY_{code}"


def keyboards(vendor: str, product: str) -> list[str]:
    """Event nodes of our keyboard: its HID interfaces on the board's own USB host."""
    found = []
    for node in sorted(Path("/sys/class/input").glob("event*")):
        identity = node / "device" / "id"
        try:
            same = (identity / "vendor").read_text().strip() == vendor
            same = same and (identity / "product").read_text().strip() == product
        except OSError:
            continue
        if same and Path(f"/dev/input/{node.name}").exists():
            found.append(f"/dev/input/{node.name}")
    return found


def main() -> None:
    """Watch for ever; the caller ends this process."""
    vendor, product = sys.argv[1:3]
    opened: dict[str, int] = {}
    while True:
        present = keyboards(vendor, product)
        for path in present:
            if path not in opened:
                opened[path] = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                print("ready", flush=True)
        readable, _, _ = select.select(list(opened.values()), [], [], 0.2)
        for path, descriptor in list(opened.items()):
            if descriptor not in readable:
                continue
            try:
                data = os.read(descriptor, EVENT.size * 64)
            except OSError:
                print("gone", flush=True)
                os.close(descriptor)
                del opened[path]
                continue
            for _, _, kind, code, value in EVENT.iter_unpack(data):
                if kind == EV_KEY and value in INTEREST:
                    print(key_name(code), INTEREST[value], flush=True)


if __name__ == "__main__":
    main()
