"""Holds the cable's plug in the board: whenever the gadget is there, hands it to the target.

`usbredirect` serves one appearance of a device. The gadget goes and comes with every
re-enumeration, so this listens to the kernel's announcements and starts a new one for each
appearance. It also ends the old one: usbredirect 0.12 does not notice that a device with
transfers under way has left, and turns in circles on a closed descriptor.

It also rations it: while a device is plugged in, usbredirect 0.12 asks poll() whether it may write
although it has nothing to write, for ever, and would take half of the board's only processor.

Prints a line for each change. Ends on SIGTERM, and usbredirect with it (the agent signals both).

Sources: Linux lib/kobject_uevent.c (the messages);
Documentation/admin-guide/cgroup-v2.rst (`cpu.max`).
"""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

USB_DEVICES = Path("/sys/bus/usb/devices")
RATION = Path("/sys/fs/cgroup/cable")
RATION_US, PERIOD_US = 4_000, 10_000
NETLINK_KOBJECT_UEVENT = 15
KERNEL_GROUP = 1
# The target may be just resetting its end of the cable, and no event in here tells when it is done.
RETRY_INTERVAL_S = 0.3
RESETTING = "resetting"


def appearance(vendor: str, product: str) -> str:
    """Which appearance of the device with these ids is enumerated: its bus and number, or "".

    While its host resets it, it has no number, and is `RESETTING`: that is no other appearance.
    """
    for device in USB_DEVICES.iterdir():
        if ":" in device.name:  # an interface
            continue
        try:
            ids = ((device / "idVendor").read_text(), (device / "idProduct").read_text())
            if (ids[0].strip(), ids[1].strip()) == (vendor, product):
                bus, number = (device / "busnum").read_text(), (device / "devnum").read_text()
                return RESETTING if number.strip() == "0" else f"{bus.strip()}-{number.strip()}"
        except OSError:
            continue  # it has just left
    return ""


class Announcements:
    """The kernel's device messages, read only to know that something has changed."""

    def __init__(self) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT
        )
        self._socket.bind((0, KERNEL_GROUP))

    def wait(self, pidfd: int | None = None, limit_s: float | None = None) -> None:
        """Return at the next message, or when the process behind `pidfd` ends."""
        watched = [self._socket.fileno()]
        if pidfd is not None:
            watched.append(pidfd)
        select.select(watched, [], [], limit_s)
        try:
            while True:
                self._socket.recv(65536)
        except OSError:  # nothing left, or more than the socket could hold: either way, look now
            pass


def main() -> None:
    """Arguments: the gadget's VENDOR:PRODUCT in hexadecimal, the target's HOST:PORT."""
    device, address = sys.argv[1:]
    vendor, product = device.split(":")
    announcements = Announcements()
    RATION.mkdir(exist_ok=True)
    (RATION / "cpu.max").write_text(f"{RATION_US} {PERIOD_US}")
    while True:
        present = appearance(vendor, product)
        if not present or present == RESETTING:
            announcements.wait(limit_s=RETRY_INTERVAL_S if present else None)
            continue
        print(f"plugged {present}", flush=True)
        redirect = subprocess.Popen(
            ["usbredirect", "--device", device, "--to", address], stdin=subprocess.DEVNULL
        )
        (RATION / "cgroup.procs").write_text(str(redirect.pid))
        pidfd = os.pidfd_open(redirect.pid)
        while redirect.poll() is None and appearance(vendor, product) in (present, RESETTING):
            announcements.wait(pidfd)
        redirect.kill()
        redirect.wait()
        os.close(pidfd)
        print(f"unplugged {present}", flush=True)
        if appearance(vendor, product) == present:
            announcements.wait(limit_s=RETRY_INTERVAL_S)


if __name__ == "__main__":
    main()
