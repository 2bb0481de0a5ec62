"""The gadget as the directory tree that configfs wants.

The mapping's order is the order of writing: a function must exist, with all its attributes, before
a configuration links to it, because a linked HID function takes no more attributes. Binding to a
UDC is another act, and not part of the tree; neither is the medium in the drive.

Sources: Documentation/usb/gadget_configfs.rst; Documentation/ABI/testing/configfs-usb-gadget,
-gadget-hid and -gadget-mass-storage; drivers/usb/gadget/configfs.c for what is accepted when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gadgetd.usb.gadget import Function, Gadget, HidFunction, MassStorageFunction

ENGLISH_US = "0x409"  # the language of the strings; hosts ask for no other
CONFIGURATION = "c.1"

# Bits of bmAttributes (USB 2.0 §9.6.3). Powered over the bus: some boards are, and a host that is
# told so still gives one that is not its few milliamperes.
_BUS_POWERED = 0x80
# A host that is told so lets the bus sleep and waits to be woken. From a controller that cannot do
# that, it would wait for ever.
_WAKES_THE_HOST = 0x20


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link to a place in the same gadget, given from the gadget's directory."""

    target: str


@dataclass(frozen=True, slots=True)
class Optional:
    """An attribute that some kernels lack; where it is missing, it is left out."""

    value: str | bytes


Node = str | bytes | Link | Optional | Mapping[str, "Node"]
Tree = Mapping[str, Node]


def tree(gadget: Gadget) -> Tree:
    """Lay a gadget out as configfs wants it, in the order in which it is to be written."""
    return {
        "idVendor": f"{gadget.vendor_id:#06x}",
        "idProduct": f"{gadget.product_id:#06x}",
        # Left alone it is the kernel's version, and after an upgrade hosts see a new device.
        "bcdDevice": f"{gadget.release_bcd:#06x}",
        "strings": {
            ENGLISH_US: {
                "manufacturer": gadget.manufacturer,
                "product": gadget.product,
                "serialnumber": gadget.serial,
            }
        },
        "functions": {function.directory: _function(function) for function in gadget.functions},
        "configs": {
            CONFIGURATION: {
                "bmAttributes": f"{_attributes(gadget):#04x}",
                "MaxPower": str(gadget.max_power_ma),
                "strings": {ENGLISH_US: {"configuration": gadget.product}},
                # The order of linking is the order of the interfaces; some firmware looks at the
                # first one only.
                **{name: Link(f"functions/{name}") for name in gadget.linked},
            }
        },
    }


def _attributes(gadget: Gadget) -> int:
    return _BUS_POWERED | (_WAKES_THE_HOST if gadget.can_wake else 0)


def _function(function: Function) -> Tree:
    match function:
        case HidFunction():
            return {
                "subclass": str(function.subclass),
                "protocol": str(function.protocol),
                "report_length": str(function.report_length),
                # Since 5.16. Without it the host sends the lights to an endpoint of their own,
                # which some firmware does not understand.
                "no_out_endpoint": Optional(_flag(function.no_out_endpoint)),
                "report_desc": function.descriptor,
            }
        case MassStorageFunction():
            lun = function.lun
            return {
                "stall": _flag(function.stall),
                "lun.0": {
                    # Turning cdrom on turns ro on as well, and turning it off leaves ro as it is,
                    # so ro comes after it.
                    "cdrom": _flag(lun.cdrom),
                    "ro": _flag(lun.read_only or lun.cdrom),
                    "removable": _flag(lun.removable),
                    "nofua": _flag(lun.no_fua),
                    "inquiry_string": lun.inquiry,
                },
            }


def _flag(value: bool) -> str:
    return "1" if value else "0"
