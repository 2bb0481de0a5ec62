"""A board on a plain directory: the attributes that a kernel makes, and controllers by name.

Directory and attributes are real files, walked by the real device code. What a plain file system
does not do by itself, the tests say: which controllers there are, and what state they are in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gadgetd.cable import ABSOLUTE, DRIVE, KEYBOARD, RELATIVE, Cable, Shape
from gadgetd.daemon import device
from gadgetd.devices.configfs import GadgetDirectory
from gadgetd.devices.image import Library
from gadgetd.devices.lun import Lun
from gadgetd.devices.udc import choose
from gadgetd.drive import Drive
from gadgetd.failures import BindFailedError, MediumLockedError, WakeUnsupportedError
from gadgetd.hid.keyboard import Keyboard
from gadgetd.keys import Keys
from gadgetd.mice import Kind, Mice
from gadgetd.ports import Image, KeyboardNode
from gadgetd.settings import Settings
from gadgetd.usb.endpoints import Silicon
from gadgetd.usb.gadget import Gadget
from gadgetd.usb.tree import tree
from gadgetd.worker import Worker
from tests.services.hosts import Host

# The kernel numbers HID functions in the order in which they are made.
NODES = {KEYBOARD: "246:0", ABSOLUTE: "246:1", RELATIVE: "246:2"}
ATTRIBUTES = {"UDC": "\n", **{f"functions/{name}/dev": f"{NODES[name]}\n" for name in NODES}}


class Kernel(GadgetDirectory):
    """A directory that makes attributes as configfs does, and counts what the target notices."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "kaputtkvm")
        self.plugged = 0
        self.built = 0

    def apply(self, wanted: object) -> None:
        """The kernel makes the attributes with the directories; here they are made beforehand."""
        if not self.exists:
            self.built += 1
            for name, content in ATTRIBUTES.items():
                self.path(name).parent.mkdir(parents=True, exist_ok=True)
                self.path(name).write_text(content)
            self._make_attributes(self.path(""), tree(device(Settings(), "0", Shape())))
            (self.path(f"functions/{DRIVE}/lun.0/file")).write_text("\n")
        super().apply(wanted)  # type: ignore[arg-type]

    def _make_attributes(self, place: Path, nodes: object) -> None:
        for name, node in nodes.items():  # type: ignore[attr-defined]
            if hasattr(node, "items"):
                (place / name).mkdir(parents=True, exist_ok=True)
                self._make_attributes(place / name, node)
            elif isinstance(node, str | bytes):
                (place / name).write_bytes(b"")

    def take_down(self) -> None:
        """On a plain file system attributes have to be removed one by one."""
        for entry in self.path("").rglob("*"):
            if entry.is_file() and not entry.is_symlink():
                entry.unlink()
        super().take_down()

    def unbind(self) -> None:
        """A plain file keeps the rest of the longer name that was in it."""
        if self.path("UDC").exists():
            self.path("UDC").write_text("\n")

    def bind(self, udc: str) -> None:
        """Plug it in."""
        self.plugged += 1
        super().bind(udc)


class Udcs:
    """Controllers by name; the state is said by the test."""

    def __init__(self, kernel: Kernel) -> None:
        self.present = ["dummy_udc.0"]
        self.endpoints = 5  # keyboard and mice take one each, the drive two
        self.kind: Silicon | None = None
        self.woken = 0
        self.sound_sleepers: tuple[str, ...] = ()  # those that cannot wake a host
        self.is_stale = False  # the test says so of the watch, which is this object too
        self._kernel = kernel
        self.tell: Callable[[str], None] = lambda state: None

    def choose(self, wanted: str | None) -> str:
        return choose(self.present, wanted, self._kernel.controller)

    def holder(self, udc: str) -> str:
        return "kaputtkvm" if self._kernel.controller == udc else ""

    def speed(self, udc: str) -> str | None:
        return "high-speed"

    def silicon(self, udc: str) -> Silicon | None:
        return self.kind

    def can_wake(self, udc: str) -> bool:
        return udc not in self.sound_sleepers

    def wake(self, udc: str) -> None:
        if not self.can_wake(udc):
            raise WakeUnsupportedError(udc)
        self.woken += 1

    def watch(self, udc: str, changed: Callable[[str], None]) -> Udcs:
        self.tell = changed
        self.is_stale = False
        changed("configured")
        return self

    def close(self) -> None:
        self.tell = lambda state: None

    def bind(self, udc: str) -> None:
        if self.endpoints < (5 if self._kernel.has(DRIVE) else 3):
            raise BindFailedError(udc, "Device or resource busy")
        self._kernel.bind(udc)


class Slot(Lun):
    """The drive's slot, which the test can lock as a host does."""

    is_locked = False

    def eject(self, force: bool = False) -> None:
        if self.image() and self.is_locked and not force:
            raise MediumLockedError("the medium")
        self.is_locked = False
        (self._directory / "file").write_text("\n")

    def insert(self, image: Image) -> None:
        (self._directory / "file").write_text(f"{image.path}\n")


class Board:
    """All services on one such directory."""

    def __init__(
        self,
        root: Path,
        storage: str = "with_medium",
        kernel: Kernel | None = None,
        wanted_udc: str | None = None,
    ) -> None:
        self.root = root
        (root / "config/usb_gadget").mkdir(parents=True, exist_ok=True)
        (root / "images").mkdir(exist_ok=True)
        for name in ("first.iso", "second.iso"):
            (root / "images" / name).write_bytes(b"\0" * 1_048_576)
        (root / "images" / "tiny.iso").write_bytes(b"\0" * 512)
        self.hosts: list[Host] = []
        self.mouse_hosts: dict[str, Host] = {}
        self.kernel = kernel or Kernel(root / "config")
        self.udcs = Udcs(self.kernel)
        self.worker = Worker(lambda: None)
        self.keys = Keys(Keyboard(), lambda: None, lambda: None)
        self.mice = Mice(
            {Kind.ABSOLUTE: True, Kind.RELATIVE: True},
            changed=lambda: None,
            lost=lambda: None,
            wake=lambda: self.cable.wake_soon(),
            patience_s=1.0,
        )
        self.cable = Cable(
            gadget=self.kernel,
            controllers=self.udcs,
            open_node=self._open_node,
            device=_device,
            fullest=Shape(is_drive_shown=True),
            wanted_udc=wanted_udc,
            worker=self.worker,
            services={
                KEYBOARD: self.keys,
                ABSOLUTE: self.mice.get(Kind.ABSOLUTE),
                RELATIVE: self.mice.get(Kind.RELATIVE),
            },
            changed=lambda: None,
        )
        self.slot = Slot(self.kernel.path(f"functions/{DRIVE}/lun.0"))
        self.drive = Drive(
            self.cable, self.slot, Library(root / "images"), storage, self.worker, lambda: None
        )

    def _open_node(self, number: str) -> KeyboardNode:
        host = Host()
        if number == NODES[KEYBOARD]:
            self.hosts.append(host)
        else:
            self.mouse_hosts[number] = host
        return host.node

    @property
    def host(self) -> Host:
        """The host of the present binding, as the keyboard has it."""
        return self.hosts[-1]

    def mouse_host(self, function: str) -> Host:
        """The same, as a mouse has it."""
        return self.mouse_hosts[NODES[function]]


def _device(shape: Shape) -> Gadget:
    return device(Settings(), "0123456789AB", shape)
