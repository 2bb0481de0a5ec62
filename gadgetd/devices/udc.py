"""USB device controllers: which there are, which one is ours, and what state it is in.

Every failure to bind is reported as EBUSY, whatever the reason, so the reason has to be looked up:
is the controller there, who else is bound to it? What remains is known to the kernel's log alone.

A state change has no uevent, but the `state` file can be polled: the kernel notifies sysfs.

Waking the target up is one write, which succeeds even where the controller has no means of doing
it (srp_store drops the driver's answer), so what can wake nobody has to be known by name.

Sources: drivers/usb/gadget/udc/core.c; Documentation/ABI/stable/sysfs-class-udc; the usb_gadget_ops
of drivers/usb/dwc2/gadget.c and drivers/usb/usbip/vudc_dev.c, which have no `wakeup`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fnmatch
import os
import select
from collections.abc import Callable, Sequence
from pathlib import Path

from gadgetd.devices.configfs import GadgetDirectory, write
from gadgetd.failures import (
    BindFailedError,
    GadgetRefusedError,
    UdcBusyError,
    UdcMissingError,
    UdcSeveralError,
    UdcUnknownError,
    WakeUnsupportedError,
)
from gadgetd.usb.endpoints import Silicon, silicon_of

CANNOT_WAKE = ("dwc2", "usbip-vudc")


def choose(present: Sequence[str], wanted: str | None, current: str = "") -> str:
    """The controller to use: the only one there is, or the one of the wanted name or glob.

    Where several would do, the one in `current` use stays in use.

    Raises:
        UdcMissingError: there is none, and none was asked for by name.
        UdcUnknownError: none has the wanted name.
        UdcSeveralError: more than one would do.
    """
    matching = [name for name in present if wanted is None or fnmatch.fnmatchcase(name, wanted)]
    match matching:
        case [name]:
            return name
        case _ if current in matching:
            return current
        case []:
            if wanted is None:
                raise UdcMissingError()
            raise UdcUnknownError(wanted, present)
        case _:
            raise UdcSeveralError(matching)


class Controllers:
    """The kernel's list of UDCs, as our gadget sees it. A `ports.Controllers`."""

    def __init__(self, gadget: GadgetDirectory, root: Path = Path("/sys/class/udc")) -> None:
        self._gadget = gadget
        self._root = root

    def names(self) -> list[str]:
        """The UDCs there are, sorted."""
        # The class appears with the udc-core module: no directory means no controller.
        with contextlib.suppress(FileNotFoundError):
            return sorted(entry.name for entry in self._root.iterdir())
        return []

    def choose(self, wanted: str | None) -> str:
        """The one to use; see `choose`."""
        return choose(self.names(), wanted, self._gadget.controller)

    def holder(self, udc: str) -> str:
        """The gadget that is bound to it now; empty when none is."""
        return self._read(udc, "function")

    def speed(self, udc: str) -> str | None:
        """The negotiated speed in the kernel's words ("high-speed"); None while there is none."""
        speed = self._read(udc, "current_speed")
        return None if speed in ("", "UNKNOWN") else speed

    def silicon(self, udc: str) -> Silicon | None:
        """What kind of controller it is; None where that says nothing about its endpoints."""
        # Its own device, or the one that glues it to the board, stands in the device tree.
        device = (self._root / udc / "device").resolve()
        for place in (device, device.parent):
            with contextlib.suppress(OSError):
                names = (place / "of_node/compatible").read_bytes()
                return silicon_of(names.decode(errors="replace").split("\0"))
        return None

    def can_wake(self, udc: str) -> bool:
        """Whether it can wake a host up, as far as that is known."""
        return (self._root / udc / "device/driver").resolve().name not in CANNOT_WAKE

    def wake(self, udc: str) -> None:
        """Signal to the host that it should wake up. One that is awake, or has not allowed it,
        takes no notice, and nobody learns of that.

        Raises:
            WakeUnsupportedError: this controller cannot.
            UdcMissingError: it has just gone.
            GadgetRefusedError: the kernel did not take it.
        """
        if not self.can_wake(udc):
            raise WakeUnsupportedError(udc)
        try:
            write(self._root / udc / "srp", "1")
        except FileNotFoundError as error:
            raise UdcMissingError() from error
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:  # should the kernel come to tell it
                raise WakeUnsupportedError(udc) from error
            step = f"wake the target up through {udc}"
            raise GadgetRefusedError(step, error.strerror or str(error)) from error

    def watch(self, udc: str, changed: Callable[[str], None]) -> StateWatch:
        """Follow its state; see `StateWatch`."""
        return StateWatch(self._root / udc / "state", changed)

    def bind(self, udc: str) -> None:
        """Bind our gadget, and if the kernel refuses, find out why.

        Raises:
            UdcMissingError: the controller has just gone.
            UdcBusyError: another gadget is bound to it.
            BindFailedError: neither; the kernel's log knows.
        """
        try:
            self._gadget.bind(udc)
        except OSError as error:
            if udc not in self.names():
                raise UdcMissingError() from error
            holder = self.holder(udc)
            others = [holder] if holder else self._gadget.others_on(udc)
            if others == [self._gadget.name]:
                return  # it has bound by itself, because the controller has just come back
            if others:
                raise UdcBusyError(udc, others[0]) from error
            raise BindFailedError(udc, error.strerror or str(error)) from error

    def _read(self, udc: str, attribute: str) -> str:
        try:
            return (self._root / udc / attribute).read_text().strip()
        except OSError:  # the controller went away: an attribute of nothing says nothing
            return ""


class StateWatch:
    """Tells each state of one UDC, from the current one on, until closed or the UDC is gone.

    The state is in the kernel's words ("configured", "not attached"); "" means that the UDC went.
    """

    def __init__(self, attribute: Path, changed: Callable[[str], None]) -> None:
        self._attribute = attribute
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._fd = -1
        try:
            self._fd = os.open(attribute, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._loop.call_soon(self._gone)
            return
        # A sysfs file is always readable, so a reader on it would never rest. In an epoll of its
        # own only the notification counts, and that epoll is what the event loop waits for.
        self._epoll.register(self._fd, select.EPOLLPRI | select.EPOLLERR)
        self._loop.add_reader(self._epoll.fileno(), self._tell)
        # The first read also arms the notification.
        self._loop.call_soon(self._tell)

    @property
    def is_stale(self) -> bool:
        """Whether the UDC went; one of the same name may have come since. The kernel tells nobody
        who polls: the old file just stays silent.
        """
        try:
            return not os.path.samestat(self._attribute.stat(), os.fstat(self._fd))
        except OSError:
            return True

    def _tell(self) -> None:
        if self._epoll.closed:
            return
        self._epoll.poll(0)
        try:
            os.lseek(self._fd, 0, os.SEEK_SET)
            state = os.read(self._fd, 64).decode().strip()
        except OSError:  # ENODEV: the controller went away
            self._gone()
        else:
            self._changed(state)

    def _gone(self) -> None:
        if not self._epoll.closed:
            self.close()
            self._changed("")

    def close(self) -> None:
        """Stop watching."""
        if self._epoll.closed:
            return
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        if self._fd >= 0:
            os.close(self._fd)
