"""The USB device we are: a keyboard, mice, and a drive when there is something to put into it.

Only what a person would say about the device; how the kernel wants to hear it is in `tree`.

Sources: USB HID 1.11 §4.2 and §4.3 (subclass and protocol of boot devices); Universal Serial
Bus Mass Storage Class Bulk-Only Transport 1.0 §4.1.1 (serial number); SCSI SPC-2 §7.3.2 (inquiry
data); drivers/usb/gadget/configfs.c (lengths).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gadgetd.hid.descriptor import Field, Way, encode, report_size_bits
from gadgetd.hid.reports import ABSOLUTE_MOUSE, BOOT_KEYBOARD, BOOT_MOUSE

BOOT_SUBCLASS, NO_SUBCLASS = 1, 0
KEYBOARD_PROTOCOL, MOUSE_PROTOCOL, NO_PROTOCOL = 1, 2, 0

# Bulk-Only Transport wants at least twelve characters, each 0-9 or A-F.
FALLBACK_SERIAL = "0123456789AB"
_SERIAL_LENGTH = 16


@dataclass(frozen=True, slots=True)
class HidFunction:
    """One HID interface: `report_length` bytes at a time, described by `descriptor`."""

    instance: str
    subclass: int
    protocol: int
    report_length: int
    descriptor: bytes
    no_out_endpoint: bool = True

    @property
    def directory(self) -> str:
        """Its name in configfs: the kernel's name of the function, a dot, ours."""
        return f"hid.{self.instance}"


@dataclass(frozen=True, slots=True)
class Lun:
    """One drive as the host sees it. What is in it is another matter."""

    inquiry: str
    cdrom: bool = True
    read_only: bool = True
    removable: bool = True
    no_fua: bool = True


@dataclass(frozen=True, slots=True)
class MassStorageFunction:
    """One mass-storage interface with one drive.

    `stall` off: halting the endpoint costs musb 100 ms each time, and all that it says is
    that an answer is short, which the answer says itself.
    """

    instance: str
    lun: Lun
    stall: bool = False

    @property
    def directory(self) -> str:
        """Its name in configfs: the kernel's name of the function, a dot, ours."""
        return f"mass_storage.{self.instance}"


Function = HidFunction | MassStorageFunction


@dataclass(frozen=True, slots=True)
class Gadget:
    """The device: who it says it is, what it can be, and what of that the host gets to see.

    Attributes:
        name: its directory in configfs.
        functions: all it can be; each exists in configfs whether shown or not.
        linked: directories of the functions the host sees, in the order of their interfaces.
        can_wake: whether it offers to wake the host up; only if its controller can.
    """

    name: str
    vendor_id: int
    product_id: int
    manufacturer: str
    product: str
    serial: str
    max_power_ma: int
    functions: tuple[Function, ...]
    linked: tuple[str, ...]
    release_bcd: int = 0x0100
    can_wake: bool = True

    def showing(self, functions: Iterable[Function]) -> Gadget:
        """The same device with just these functions visible, in this order."""
        return replace(self, linked=tuple(function.directory for function in functions))

    @property
    def shown(self) -> tuple[Function, ...]:
        """The functions the host sees, in the order of their interfaces."""
        by_directory = {function.directory: function for function in self.functions}
        return tuple(by_directory[name] for name in self.linked)


def keyboard_function() -> HidFunction:
    """A boot keyboard, as firmware understands it before any driver is loaded."""
    return _hid("keyboard", BOOT_SUBCLASS, KEYBOARD_PROTOCOL, BOOT_KEYBOARD)


def absolute_mouse_function() -> HidFunction:
    """A mouse that points at places; firmware knows no such thing, so it is no boot device."""
    return _hid("absolute", NO_SUBCLASS, NO_PROTOCOL, ABSOLUTE_MOUSE)


def relative_mouse_function() -> HidFunction:
    """A boot mouse, whose first three bytes firmware understands."""
    return _hid("relative", BOOT_SUBCLASS, MOUSE_PROTOCOL, BOOT_MOUSE)


def _hid(instance: str, subclass: int, protocol: int, fields: tuple[Field, ...]) -> HidFunction:
    size_bytes = report_size_bits(fields, Way.INPUT) // 8
    return HidFunction(instance, subclass, protocol, size_bytes, encode(fields))


def cdrom_function() -> MassStorageFunction:
    """A CD-ROM drive."""
    return MassStorageFunction("drive", Lun(inquiry("Kaputt", "KVM CD-ROM", "0100")))


def disk_function() -> MassStorageFunction:
    """A write-protected disk with removable medium, in the place of the CD-ROM drive.

    The two share one directory: they are one drive that the host sees either as this or as that.
    """
    return MassStorageFunction("drive", Lun(inquiry("Kaputt", "KVM disk", "0100"), cdrom=False))


def inquiry(vendor: str, product: str, revision: str) -> str:
    """The 28 characters with which a drive introduces itself: 8, 16 and 4, padded with blanks."""
    return f"{vendor:8.8}{product:16.16}{revision:4.4}"


def serial_from(machine_id: str) -> str:
    """A serial number that stays the same on one machine: what /etc/machine-id says, hashed.

    The id itself is confidential (machine-id(5)), and a serial number tells it to every host.
    """
    text = machine_id.strip()
    if not re.fullmatch("[0-9a-f]{32}", text):  # missing, or "uninitialized" on a first boot
        return FALLBACK_SERIAL
    digest = hmac.new(bytes.fromhex(text), b"kaputtkvm usb serial", hashlib.sha256)
    return digest.hexdigest()[:_SERIAL_LENGTH].upper()
