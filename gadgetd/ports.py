"""What the services need from the kernel, as small as they need it.

The devices fit these; so does anything else that behaves so. Where a method says that it may wait,
it is called on the worker only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gadgetd.usb.endpoints import Silicon
from gadgetd.usb.medium import MediumMode
from gadgetd.usb.tree import Tree


class KeyboardNode(Protocol):
    """Where finished reports go, and where the lock lights come from."""

    def fileno(self) -> int:
        """A descriptor: writable means room for a report, readable means news of the lights."""

    def send(self, report: bytes) -> None:
        """Queue a report, or raise HostBusyError, HostAbsentError, NodeLostError."""

    def has_room_soon(self) -> bool:
        """Whether there is room for a report within a millisecond; waits for it so long."""

    def preload(self, report: bytes) -> None:
        """Have this at hand for a host that asks how things are, where the kernel can."""

    def receive(self) -> bytes | None:
        """The latest output report, None, or raise HostAbsentError, NodeLostError."""

    def close(self) -> None:
        """Give it back."""


class HidService(Protocol):
    """Who has something to say through one HID function, and hears how its target is."""

    @property
    def has_node(self) -> bool:
        """Whether there is somewhere to send reports to."""

    @property
    def is_target_absent(self) -> bool:
        """Whether no target has us set up, as far as this function can tell."""

    @property
    def at_rest(self) -> bytes:
        """The report with which nothing is down."""

    def plug(self, node: KeyboardNode) -> None:
        """Reports go to this node from now on."""

    def unplug(self) -> None:
        """There is no node any more."""

    def target_configured(self) -> None:
        """A target has set us up."""

    def target_gone(self) -> None:
        """No target has us set up any more."""

    def target_asleep(self) -> None:
        """The target has us set up still, and sleeps."""


class GadgetTree(Protocol):
    """Our gadget in the kernel. Each may wait."""

    @property
    def name(self) -> str:
        """What the kernel calls it."""

    @property
    def controller(self) -> str:
        """The UDC it claims, present or not; empty when none."""

    def prepare(self) -> None:
        """Make sure that the kernel takes gadgets at all, or raise ConfigfsMissingError."""

    def differences(self, tree: Tree) -> list[str]:
        """Where it is not what `tree` says."""

    def apply(self, tree: Tree) -> None:
        """Make it so, or raise GadgetRefusedError."""

    def take_down(self) -> None:
        """Remove it, however far it was built."""

    def unbind(self) -> None:
        """Leave the UDC."""

    def has(self, function: str) -> bool:
        """Whether the target gets to see this function."""

    def node_number(self, function: str) -> str:
        """The device number of a HID function's node."""


class StateWatch(Protocol):
    """Something that goes on telling until closed."""

    @property
    def is_stale(self) -> bool:
        """Whether it watches a controller that is not there any more."""

    def close(self) -> None:
        """Stop telling."""


class Controllers(Protocol):
    """The UDCs. All but `speed` and `watch` may wait."""

    def choose(self, wanted: str | None) -> str:
        """The one to use, or raise UdcMissingError, UdcSeveralError, UdcUnknownError."""

    def holder(self, udc: str) -> str:
        """The gadget bound to it; empty when none."""

    def speed(self, udc: str) -> str | None:
        """The negotiated speed, in the kernel's words."""

    def silicon(self, udc: str) -> Silicon | None:
        """What kind of controller it is, if that says how many endpoints it has."""

    def can_wake(self, udc: str) -> bool:
        """Whether it can wake a host up."""

    def wake(self, udc: str) -> None:
        """Signal to the host that it should wake up, or raise WakeUnsupportedError."""

    def watch(self, udc: str, changed: Callable[[str], None]) -> StateWatch:
        """Tell its state now and after each change; "" when it goes away."""

    def bind(self, udc: str) -> None:
        """Bind our gadget to it, or raise UdcBusyError, BindFailedError, UdcMissingError."""


class Image(Protocol):
    """An open file of the library."""

    @property
    def name(self) -> str:
        """What the library calls it."""

    @property
    def size_bytes(self) -> int:
        """Its length."""

    @property
    def door(self) -> Path:
        """A path that leads this process to exactly this file."""

    @property
    def path(self) -> str:
        """Where it really lies."""

    def close(self) -> None:
        """Let go of it."""


class Images(Protocol):
    """The library. May wait."""

    def open(self, name: str) -> Image:
        """The image of that name, or raise one of the Image...Errors."""


class Tray(Protocol):
    """The drive's one slot. Each may wait."""

    def image(self) -> str | None:
        """The path of what is in it."""

    def measure(self) -> int | None:
        """The size in bytes of the image that is in it; None if that cannot be told."""

    def mode(self) -> MediumMode:
        """What the drive says it is."""

    def insert(self, image: Image) -> None:
        """Put an image into the empty drive."""

    def eject(self, force: bool = False) -> None:
        """Take out what is in it, or raise MediumLockedError."""
