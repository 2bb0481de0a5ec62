"""What can go wrong between us and the target: the cable, the keyboard, the drive, the socket.

Facts about failures, apart from the code that meets them, so that a service can catch what a device
raises without knowing the device. Each says what happened with the values that matter, and where
something can be done, what.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from reprlib import repr as brief  # a peer may say anything, and our answer has to fit into a line

from gadgetd.errors import KaputtError

# --- the keyboard's way to the target -------------------------------------------------------------


class HostBusyError(KaputtError):
    """The previous report is still uncollected; another one does not fit yet."""

    code = "host_busy"

    def __init__(self) -> None:
        super().__init__("The target has not collected the previous report yet.")


class HostAbsentError(KaputtError):
    """No host has configured our device, so nobody can receive a report."""

    code = "host_absent"

    def __init__(self) -> None:
        super().__init__(
            "The target is not attached.",
            "Check the USB cable, and that the target has power.",
        )


class NodeLostError(KaputtError):
    """The HID function's character device does not work any more; it has to be opened anew."""

    code = "node_lost"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The device node of the keyboard or a mouse stopped working: {reason}.")


class SeatUnknownError(KaputtError):
    """A seat that this connection does not have."""

    code = "seat_unknown"

    def __init__(self, seat: str) -> None:
        super().__init__(
            f"This connection has no seat {brief(seat)}.",
            "Open one with seat_open; it ends with it.",
        )


class MouseMissingError(KaputtError):
    """The configuration leaves this mouse out."""

    code = "mouse_missing"

    def __init__(self, mouse: str) -> None:
        super().__init__(
            f"The target sees no {mouse} mouse (mouse.{mouse}: false).",
            f"Set mouse.{mouse} to true and start gadgetd again.",
        )


class TypingBusyError(KaputtError):
    """Somebody else is typing a text."""

    code = "typing_busy"

    def __init__(self) -> None:
        super().__init__(
            "Another text is being typed.", "Wait for its end, or stop it; then begin again."
        )


class TypingNotBegunError(KaputtError):
    """Strokes of a seat that has not asked for the keyboard."""

    code = "typing_not_begun"

    def __init__(self) -> None:
        super().__init__("The seat has not begun to type a text.", "Send typing_begin first.")


# --- configfs and the UDC -------------------------------------------------------------------------

HID_FUNCTIONS = 4  # HIDG_MINORS in drivers/usb/gadget/function/f_hid.c


class ConfigfsMissingError(KaputtError):
    """The kernel offers no place to describe a gadget in."""

    code = "configfs_missing"


class UdcMissingError(KaputtError):
    """The board shows no USB device controller at all."""

    code = "udc_missing"

    def __init__(self) -> None:
        super().__init__(
            "This board has no USB device controller (/sys/class/udc is empty).",
            "Load the controller's driver, or switch the OTG port to peripheral mode;"
            " we continue by ourselves as soon as it appears.",
        )


class UdcSeveralError(KaputtError):
    """More than one controller matches, and nothing says which one is meant."""

    code = "udc_several"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"There are {len(names)} USB device controllers to choose from: {', '.join(names)}.",
            "Name one of them as gadget.udc in the configuration.",
        )


class UdcUnknownError(KaputtError):
    """The configured controller is not there, but others are, or none is."""

    code = "udc_unknown"

    def __init__(self, wanted: str, names: Sequence[str]) -> None:
        present = f"there is {', '.join(names)}" if names else "there is none at all"
        super().__init__(
            f"No USB device controller is called {wanted!r}; {present}.",
            "Correct gadget.udc in the configuration, or load the controller's driver.",
        )


class UdcBusyError(KaputtError):
    """Another gadget is bound to the controller."""

    code = "udc_busy"

    def __init__(self, udc: str, holder: str) -> None:
        super().__init__(
            f"Another gadget, {holder!r}, holds the USB device controller {udc}.",
            "Stop the program that made it; we continue by ourselves once the controller is free.",
        )


class BindFailedError(KaputtError):
    """The kernel refused to bind, and told its reason only to its log."""

    code = "bind_failed"

    def __init__(self, udc: str, reason: str) -> None:
        super().__init__(
            f"The kernel refused to bind our gadget to {udc} ({reason}).",
            "It writes the true reason only to its log: dmesg | grep -i -e udc -e gadget",
        )


class HidFunctionsShortError(KaputtError):
    """The kernel has no HID function left for us."""

    code = "hid_functions_short"

    def __init__(self, wanted: Sequence[str], others: Sequence[str]) -> None:
        elsewhere = f"; other gadgets have {', '.join(others)}" if others else ""
        super().__init__(
            f"The kernel has {HID_FUNCTIONS} HID functions for all gadgets together, and "
            f"we need {len(wanted)} of them: {', '.join(wanted)}{elsewhere}.",
            "Remove the other gadgets, or set mouse.absolute or mouse.relative to false.",
        )


class WakeUnsupportedError(KaputtError):
    """The controller cannot wake a host up."""

    code = "wake_unsupported"

    def __init__(self, udc: str) -> None:
        super().__init__(
            f"The USB device controller {udc} cannot wake the target up.",
            "Press the target's power button, or wake it over the network.",
        )


class GadgetRefusedError(KaputtError):
    """The kernel refused one step of building or taking down the gadget."""

    code = "gadget_refused"

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(
            f"The kernel refused to {step}: {reason}.", "Its log may say more: dmesg | tail"
        )


class KernelStuckError(KaputtError):
    """A call into the kernel has not come back; it cannot be interrupted from here."""

    code = "kernel_stuck"

    def __init__(self, what: str, waited_s: float) -> None:
        super().__init__(
            f"The kernel has been busy for {waited_s:.0f} s with this: {what}.",
            "It waits for the storage below an image. It goes on once that storage answers again.",
        )


# --- the drive ------------------------------------------------------------------------------------


class ImageNotFoundError(KaputtError):
    """No such image in the library."""

    code = "image_not_found"

    def __init__(self, name: str, directory: Path) -> None:
        super().__init__(f"There is no image {name!r} in {directory}.")


class ImageNotRegularError(KaputtError):
    """The name leads to a link, a directory or a device instead of a file."""

    code = "image_not_regular"

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            f"{name!r} is {kind}, not a regular file.",
            "Put the image itself into the directory; links are not followed.",
        )


class ImageUnreadableError(KaputtError):
    """The image is there, but we may not read it, or the disk below it fails."""

    code = "image_unreadable"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The image {name!r} cannot be read: {reason}.")


class MediumLockedError(KaputtError):
    """The target has locked the drive's tray."""

    code = "medium_locked"

    def __init__(self, image: str) -> None:
        super().__init__(
            f"The target has locked the drive while it uses {image}.",
            "Eject it on the target, or force the ejection here.",
        )


class InsertFailedError(KaputtError):
    """The kernel took our words, and yet the drive does not hold what it should."""

    code = "insert_failed"

    def __init__(self, image: str, reason: str) -> None:
        super().__init__(f"The image {image!r} could not be inserted: {reason}.")


class StorageNeverError(KaputtError):
    """The configuration forbids showing a drive."""

    code = "storage_never"

    def __init__(self) -> None:
        super().__init__(
            "The configuration never shows a drive to the target (gadget.storage: never).",
            "Set gadget.storage to with_medium and start gadgetd again.",
        )


class StorageAlwaysError(KaputtError):
    """The configuration forbids hiding the drive."""

    code = "storage_always"

    def __init__(self) -> None:
        super().__init__(
            "The configuration always shows the drive to the target (gadget.storage: always).",
            "Set gadget.storage to with_medium and start gadgetd again.",
        )


# --- the socket -----------------------------------------------------------------------------------


class AlreadyRunningError(KaputtError):
    """Another gadgetd answers on our socket."""

    code = "already_running"

    def __init__(self, socket: Path) -> None:
        super().__init__(
            f"Another gadgetd is already running: it answers on {socket}.",
            "Stop it first, or give this one its own gadget.socket and gadget.name.",
        )


class SocketUnusableError(KaputtError):
    """The socket's path cannot be listened on."""

    code = "socket_unusable"

    def __init__(self, socket: Path, reason: str) -> None:
        super().__init__(f"Cannot listen on {socket}: {reason}.")


class ForbiddenError(KaputtError):
    """A peer that may not talk to us."""

    code = "wire_forbidden"

    def __init__(self, uid: int, group: str) -> None:
        super().__init__(
            f"User {uid} may not control the target.", f"Add the user to the group {group!r}."
        )


class UnknownVerbError(KaputtError):
    """A request for something we do not do."""

    code = "wire_unknown_verb"

    def __init__(self, verb: object, verbs: Sequence[str]) -> None:
        super().__init__(f"There is no verb {brief(verb)}; there are {', '.join(verbs)}.")


class ArgumentError(KaputtError):
    """A request without one of its arguments, or with one of the wrong kind."""

    code = "wire_argument"

    def __init__(self, verb: object, argument: str, expected: str) -> None:
        super().__init__(f"The verb {brief(verb)} needs {argument!r} to be {expected}.")


class VersionError(KaputtError):
    """The peer speaks another version of the wire."""

    code = "wire_version"

    def __init__(self, theirs: object, ours: int) -> None:
        super().__init__(
            f"The peer speaks version {brief(theirs)} of the wire, we speak {ours}.",
            "Install the same version of both programs and start both again.",
        )


class GadgetdUnreachableError(KaputtError):
    """Nobody answers on gadgetd's socket."""

    code = "gadgetd_unreachable"

    def __init__(self, socket: Path, reason: str) -> None:
        super().__init__(
            f"gadgetd does not answer on {socket}: {reason}.",
            "Start it (systemctl start kaputtkvm-gadgetd) and look into its log.",
        )


class GadgetdSilentError(KaputtError):
    """gadgetd is connected, and does not answer."""

    code = "gadgetd_silent"

    def __init__(self, verb: str, waited_s: float) -> None:
        super().__init__(
            f"gadgetd has not answered {verb!r} for {waited_s:g} s.",
            "Look into its log; if it stays silent, start it anew"
            " (systemctl restart kaputtkvm-gadgetd).",
        )
