"""Runs on the board: sets our keyboard's lock lights, as a desktop on the target does.

lights.py VENDOR PRODUCT

Each line on standard input is a light and 0 or 1: `caps_lock 1`. Each is answered with the second
of the board's CLOCK_MONOTONIC just before it was set.

Source: Linux include/uapi/linux/input-event-codes.h.
"""

import os
import sys
import time

from evdev_watch import EVENT, keyboards, opened

EV_SYN, EV_LED = 0x00, 0x11
LIGHTS = {"num_lock": 0, "caps_lock": 1, "scroll_lock": 2}


def main() -> None:
    """Until standard input ends."""
    descriptor = opened(keyboards(*sys.argv[1:3])[0])
    print("ready", flush=True)
    for line in sys.stdin:
        light, value = line.split()
        now = time.monotonic()
        event = EVENT.pack(0, 0, EV_LED, LIGHTS[light], int(value))
        os.write(descriptor, event + EVENT.pack(0, 0, EV_SYN, 0, 0))
        print(f"{now:.6f}", flush=True)


if __name__ == "__main__":
    main()
