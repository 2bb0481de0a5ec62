"""Runs on the board: prints what its kernel's input layer makes of our mice, line by line.

`ready absolute` and `ready relative` once it listens to that mouse, then all that one report has
made, in one line: `relative REL_X 5 REL_Y -3`, `absolute BTN_LEFT 1`. Names are libevdev's, so
neither the decoding nor the naming is ours; which mouse it is, the kernel's own list of axes says.
`gone` is said for one that has gone; it is found again when it comes back.
"""

import ctypes
import os
import select
import struct
import sys
from pathlib import Path

EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY, EV_REL, EV_ABS = 0, 1, 2, 3
SYN_REPORT = 0
BTN_LEFT = 0x110

libevdev = ctypes.CDLL("libevdev.so.2")
libevdev.libevdev_event_code_get_name.restype = ctypes.c_char_p


def bits(text: str) -> int:
    """A capability list of sysfs: words of the machine's size, the highest first."""
    number = 0
    for word in text.split():
        number = number << struct.calcsize("P") * 8 | int(word, 16)
    return number


def mice(vendor: str, product: str) -> dict[str, str]:
    """Event nodes of our mice on the board's own USB host, and which each is."""
    found = {}
    for node in sorted(Path("/sys/class/input").glob("event*")):
        device = node / "device"
        try:
            if (device / "id/vendor").read_text().strip() != vendor:
                continue
            if (device / "id/product").read_text().strip() != product:
                continue
            has_button = bits((device / "capabilities/key").read_text()) >> BTN_LEFT & 1
            has_places = bits((device / "capabilities/abs").read_text()) & 0b11 == 0b11
        except OSError:
            continue
        if has_button and Path(f"/dev/input/{node.name}").exists():
            found[f"/dev/input/{node.name}"] = "absolute" if has_places else "relative"
    return found


def main() -> None:
    """Watch for ever; the caller ends this process."""
    vendor, product = sys.argv[1:3]
    opened: dict[str, tuple[int, str]] = {}
    while True:
        for path, kind in mice(vendor, product).items():
            if path not in opened:
                opened[path] = os.open(path, os.O_RDONLY | os.O_NONBLOCK), kind
                print("ready", kind, flush=True)
        readable, _, _ = select.select([fd for fd, _ in opened.values()], [], [], 0.2)
        for path, (descriptor, kind) in list(opened.items()):
            if descriptor not in readable:
                continue
            try:
                data = os.read(descriptor, EVENT.size * 64)
            except OSError:
                print("gone", flush=True)
                os.close(descriptor)
                del opened[path]
                continue
            words = [kind]
            for _, _, sort, code, value in EVENT.iter_unpack(data):
                if sort in (EV_KEY, EV_REL, EV_ABS):
                    name = libevdev.libevdev_event_code_get_name(sort, code)
                    words += [name.decode(), str(value)]
                elif (sort, code) == (EV_SYN, SYN_REPORT) and len(words) > 1:
                    print(*words, flush=True)
                    words = [kind]


if __name__ == "__main__":
    main()
