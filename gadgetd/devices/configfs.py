"""A gadget in configfs: a tree of directories that the kernel reads as a USB device.

Making a directory makes an object, writing a file sets one of its attributes, and a link puts a
function into a configuration. So building is a walk over a tree, and taking down is the same walk
in reverse. Nothing here is fast or interruptible: a stalled image below the drive can hold up even
the reading of an attribute, so every method is to be called on the worker, never on the event loop.

Sources: Documentation/usb/gadget_configfs.rst; drivers/usb/gadget/configfs.c.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from gadgetd.failures import ConfigfsMissingError, GadgetRefusedError, HidFunctionsShortError
from gadgetd.usb.tree import CONFIGURATION, Link, Node, Optional, Tree

HID = "hid."


def write(attribute: Path, value: str | bytes) -> None:
    """Set one attribute: one write(2) is one store.

    A text ends in a newline, so that even the empty text is a write at all: writing nothing would
    reach no driver. Bytes go as they are: a report descriptor has no newline.
    """
    data = value if isinstance(value, bytes) else f"{value}\n".encode()
    # Neither O_CREAT nor O_TRUNC: an attribute exists or the kernel does not have it.
    fd = os.open(attribute, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def read(attribute: Path) -> bytes:
    """Read one attribute, freshly opened: an open descriptor keeps showing its first answer."""
    return attribute.read_bytes()


def text_of(attribute: Path) -> str:
    """One attribute as text; empty where there is no such attribute (any more)."""
    try:
        with refused(f"read {attribute}"):
            return read(attribute).decode(errors="surrogateescape").removesuffix("\n")
    except GadgetRefusedError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return ""
        raise


class GadgetDirectory:
    """Our gadget's directory, in whatever state it is: absent, half built, bound."""

    def __init__(self, configfs: Path, name: str, modprobe: bool = False) -> None:
        self.name = name
        self._configfs = configfs
        self._gadgets = configfs / "usb_gadget"
        self._root = self._gadgets / name
        self._modprobe = modprobe

    @property
    def exists(self) -> bool:
        """Whether the kernel has a gadget of this name, finished or not."""
        return self._root.is_dir()

    def prepare(self) -> None:
        """Make sure that gadgets can be described at all.

        Raises:
            ConfigfsMissingError: configfs is not mounted, or libcomposite cannot be loaded.
        """
        trouble = ""
        if not self._gadgets.is_dir() and self._modprobe:
            trouble = load_libcomposite()
        if self._gadgets.is_dir():
            return
        if not os.path.ismount(self._configfs):
            raise ConfigfsMissingError(
                f"configfs is not mounted on {self._configfs}.",
                f"Mount it: mount -t configfs none {self._configfs}"
                + (f" ({trouble})" if trouble else ""),
            )
        raise ConfigfsMissingError(
            f"The kernel offers no USB gadgets: {self._gadgets} does not exist"
            + (f" ({trouble})." if trouble else "."),
            "Load the module: modprobe libcomposite",
        )

    # --- building and comparing -------------------------------------------------------------------

    def apply(self, tree: Tree) -> None:
        """Make the gadget what `tree` says: build it, or change what differs, and nothing else.

        Unbind before, if a link is to come or go. Functions that nothing links to may stay.

        Raises:
            GadgetRefusedError: the kernel did not take a directory, a value or a link.
            HidFunctionsShortError: it has no HID function left.
        """
        self._make(self._root)
        for place, node in self._differing(self._root, tree):
            match node:
                case None:
                    with refused(f"unlink {place}"):
                        place.unlink()
                case Link():
                    with refused(f"link {node.target} to {place}"):
                        place.unlink(missing_ok=True)
                        place.symlink_to(self._target(node))
                case Optional():
                    self._set(place, node.value)
                case str() | bytes():
                    self._set(place, node)
                case _ if place.name.startswith(HID):
                    self._make_hid(place, tree)
                case _:
                    self._make(place)

    def differences(self, tree: Tree) -> list[str]:
        """Where the kernel's gadget is not what `tree` says, as paths; empty means equal."""
        if not self.exists:
            return [self.name]
        with refused(f"show what {self.name} is like"):
            differing = list(self._differing(self._root, tree))
        return [str(place.relative_to(self._root)) for place, _ in differing]

    def _differing(self, directory: Path, tree: Tree) -> Iterator[tuple[Path, Node | None]]:
        """What differs and what belongs there, in the order of the tree; None: nothing does.

        A missing directory is told before one looks into it, so that whoever asks can make it.
        """
        if not directory.is_dir():
            yield directory, tree
        is_linking = False
        for name, node in tree.items():
            place = directory / name
            match node:
                case Link():
                    # Links count in the order in which they were made. After one that is to be
                    # made, those behind it have to be made once more.
                    is_linking = is_linking or not self._is_linked(place, node)
                    if is_linking:
                        yield place, node
                case Optional():
                    # An older or newer kernel may not have it.
                    if place.exists() and not same(node.value, read(place)):
                        yield place, node
                case str() | bytes():
                    if not place.exists() or not same(node, read(place)):
                        yield place, node
                case _:
                    yield from self._differing(place, node)
        if directory.is_dir():
            for entry in directory.iterdir():
                if entry.is_symlink() and entry.name not in tree:
                    yield entry, None

    def _is_linked(self, place: Path, link: Link) -> bool:
        return place.is_symlink() and place.resolve() == self._target(link).resolve()

    def take_down(self) -> None:
        """Remove the gadget, however far it was built, or by whom.

        Raises:
            GadgetRefusedError: the kernel kept a part of it.
        """
        if not self.exists:
            return
        self.unbind()
        for entry in sorted(self._root.rglob("*")):
            if entry.is_symlink():
                with refused(f"unlink {entry}"):
                    entry.unlink()
        directories = [Path(place) for place, _, _ in os.walk(self._root, topdown=False)]
        for directory in directories:
            # The groups the kernel made by itself (functions, lun.0, ...) refuse with EPERM and
            # go with the directory they are in.
            with refused(f"remove {directory}"), contextlib.suppress(PermissionError):
                directory.rmdir()

    # --- binding ----------------------------------------------------------------------------------

    @property
    def controller(self) -> str:
        """The UDC that the gadget is, or waits to be, bound to; empty when none.

        It keeps the name while that controller is away: the gadget binds again by itself when it
        returns. So this alone does not say that anything is bound.
        """
        return text_of(self._root / "UDC")

    def others_on(self, udc: str) -> list[str]:
        """The names of other gadgets that claim this UDC."""
        claims = (gadget / "UDC" for gadget in self._gadgets.iterdir() if gadget.name != self.name)
        return [claim.parent.name for claim in claims if text_of(claim) == udc]

    def bind(self, udc: str) -> None:
        """Bind to this UDC: from now on the target can see us.

        Raises:
            OSError: EBUSY, whatever went wrong; `udc.bind` finds out what.
        """
        write(self._root / "UDC", udc)

    def unbind(self) -> None:
        """Leave the UDC, as if the cable were pulled. Doing it twice is no error."""
        try:
            with refused(f"unbind {self.name}"):
                write(self._root / "UDC", "")
        except GadgetRefusedError as error:
            cause = error.__cause__
            if not (isinstance(cause, OSError) and cause.errno in (errno.ENODEV, errno.ENOENT)):
                raise

    # --- functions --------------------------------------------------------------------------------

    def has(self, function: str) -> bool:
        """Whether the configuration shows this function."""
        return (self._root / "configs" / CONFIGURATION / function).is_symlink()

    def node_number(self, function: str) -> str:
        """The device number of a HID function's node, as "major:minor"."""
        return text_of(self._root / "functions" / function / "dev")

    def path(self, inside: str) -> Path:
        """Where a part of the gadget lies."""
        return self._root / inside

    # --- one step each ----------------------------------------------------------------------------

    def _make(self, directory: Path) -> None:
        with refused(f"make {directory}"):
            directory.mkdir(exist_ok=True)

    def _make_hid(self, directory: Path, tree: Tree) -> None:
        try:
            self._make(directory)
        except GadgetRefusedError as error:
            cause = error.__cause__
            if not (isinstance(cause, OSError) and cause.errno == errno.ENODEV):
                raise
            # What it says is "no such device"; what it means is that it has given all it has.
            functions = tree["functions"]
            assert isinstance(functions, Mapping)
            wanted = [name for name in functions if name.startswith(HID)]
            raise HidFunctionsShortError(wanted, self._others_functions()) from error

    def _others_functions(self) -> list[str]:
        """The HID functions of other gadgets, with the gadget's name."""
        found = sorted(self._gadgets.glob(f"*/functions/{HID}*"))
        return [
            f"{place.parent.parent.name}/{place.name}"
            for place in found
            if place.parent.parent != self._root
        ]

    def _set(self, attribute: Path, value: str | bytes) -> None:
        shown = value if isinstance(value, str) else value.hex(" ")
        with refused(f"write {shown!r} to {attribute}"):
            write(attribute, value)

    def _target(self, link: Link) -> Path:
        # configfs looks a relative target up from the caller's working directory, not the link's.
        return (self._root / link.target).absolute()


def same(wanted: str | bytes, shown: bytes) -> bool:
    """Whether an attribute shows what was written to it: the kernel prints numbers its own way."""
    if isinstance(wanted, bytes):
        return wanted == shown
    text = shown.decode(errors="replace").rstrip("\n")
    try:
        return int(wanted, 0) == int(text, 0)
    except ValueError:
        return wanted.strip() == text.strip()


@contextlib.contextmanager
def refused(step: str) -> Iterator[None]:
    """Say in words which step the kernel refused."""
    try:
        yield
    except OSError as error:
        raise GadgetRefusedError(step, error.strerror or str(error)) from error


def load_libcomposite() -> str:
    """Load the module behind all of this; what went wrong, or an empty text."""
    # A daemon's PATH may lack the system directories.
    program = shutil.which("modprobe", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        return "modprobe is not installed"
    try:
        subprocess.run(
            [program, "libcomposite"], check=True, capture_output=True, text=True, timeout=30
        )
    except subprocess.CalledProcessError as error:
        return str(error.stderr).strip() or f"modprobe ended with {error.returncode}"
    except subprocess.TimeoutExpired:
        return "modprobe did not come back within 30 s"
    return ""
