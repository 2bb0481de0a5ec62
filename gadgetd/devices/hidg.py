"""A HID function's character device: reports go in, the target's lock lights come out.

One report is in flight at a time. Writing succeeds when the report is queued, says EAGAIN while the
previous one waits for the host's next poll, and ESHUTDOWN while no host has configured us. The
descriptor is non-blocking because a blocked writer would not even be woken by unbinding.

Sources: drivers/usb/gadget/function/f_hid.c; include/uapi/linux/usb/g_hid.h.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
from pathlib import Path

from gadgetd.failures import HostAbsentError, HostBusyError, NodeLostError

LARGEST_REPORT_BYTES = 64
SOON_MS = 1

# _IOW('g', 0x42, struct usb_hidg_report): report_id, userspace_req, length, data[64], padding[4].
GADGET_HID_WRITE_GET_REPORT = 0x40486742
_GET_REPORT = struct.Struct("=BBH64s4x")


def node_path(number: str, sys: Path = Path("/sys"), dev: Path = Path("/dev")) -> Path:
    """Where the node with this "major:minor" lies; its name is the kernel's choice.

    Raises:
        NodeLostError: there is none; it exists only while the gadget is bound.
    """
    try:
        uevent = (sys / "dev/char" / number / "uevent").read_text()
    except OSError as error:
        raise NodeLostError(f"there is no character device {number}") from error
    names = dict(line.split("=", 1) for line in uevent.splitlines() if "=" in line)
    return dev / names["DEVNAME"]


class HidgNode:
    """An open node. A `ports.KeyboardNode`."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        # Since Linux 6.12 a host that asks for the report waits 2.5 s for us, unless we have told
        # the kernel the answer beforehand. Older kernels answer zeros, and do not know the ioctl.
        self._tells_get_report = True
        self._room = select.poll()
        self._room.register(fd, select.POLLOUT)

    @classmethod
    def open(cls, number: str) -> HidgNode:
        """Open the node with this "major:minor".

        Raises:
            NodeLostError: there is none, or it cannot be opened.
        """
        path = node_path(number)
        try:
            return cls(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError as error:
            raise NodeLostError(f"{path}: {error.strerror}") from error

    def fileno(self) -> int:
        """The descriptor, to wait on."""
        return self._fd

    def send(self, report: bytes) -> None:
        """Queue one report.

        Raises:
            HostBusyError: the previous one is still uncollected.
            HostAbsentError: no host has configured us.
            NodeLostError: the node is dead and has to be opened anew.
        """
        try:
            os.write(self._fd, report)
        except BlockingIOError as error:  # EAGAIN
            raise HostBusyError() from error
        except BrokenPipeError as error:  # ESHUTDOWN (Python gives EPIPE the same class)
            raise HostAbsentError() from error
        except OSError as error:
            raise NodeLostError(error.strerror or str(error)) from error

    def has_room_soon(self) -> bool:
        """Whether there is room for a report within a millisecond; waits for it so long.

        A target at high speed asks once a millisecond. Whoever has a next report at hand writes it
        in the moment in which there is room, without the event loop's detour.
        """
        return any(events & select.POLLOUT for _, events in self._room.poll(SOON_MS))

    def preload(self, report: bytes) -> None:
        """Tell the kernel what to answer a host that asks for the report (GET_REPORT)."""
        if not self._tells_get_report:
            return
        try:
            fcntl.ioctl(
                self._fd,
                GADGET_HID_WRITE_GET_REPORT,
                _GET_REPORT.pack(0, 0, len(report), report),
            )
        except OSError:  # ENOTTY: an older kernel
            self._tells_get_report = False

    def receive(self) -> bytes | None:
        """The host's latest output report; None when there is nothing new.

        Raises:
            HostAbsentError: nobody is there to send one; stop waiting until the host is back.
            NodeLostError: the node is dead and has to be opened anew.
        """
        try:
            report = os.read(self._fd, LARGEST_REPORT_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            # Since Linux 6.12 the node stays "readable" while no host is there, and says one of
            # these, depending on whether it has an OUT endpoint.
            if error.errno in (errno.ESHUTDOWN, errno.ENOMEM):
                raise HostAbsentError() from error
            raise NodeLostError(error.strerror or str(error)) from error
        if not report:
            raise HostAbsentError()
        return report

    def close(self) -> None:
        """Give the node back. A report already queued stays queued."""
        os.close(self._fd)
