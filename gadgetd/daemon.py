"""The composition: which parts there are, and which knows which.

Nothing here decides anything but the order of starting and stopping. The socket comes first, so
that a second gadgetd ends before it touches the gadget; the gadget is taken down last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from pathlib import Path

from gadgetd import status
from gadgetd.cable import ABSOLUTE, DRIVE, KEYBOARD, RELATIVE, Cable, Shape
from gadgetd.devices.configfs import GadgetDirectory
from gadgetd.devices.hidg import HidgNode, node_path
from gadgetd.devices.image import Library
from gadgetd.devices.lun import Lun
from gadgetd.devices.socket import listen, may_control, peer_of, the_only_one
from gadgetd.devices.systemd import notify
from gadgetd.devices.udc import Controllers
from gadgetd.devices.udev import DeviceMonitor
from gadgetd.devices.will import Will
from gadgetd.drive import NEVER, Drive
from gadgetd.errors import KaputtError
from gadgetd.failures import ForbiddenError
from gadgetd.hid.keyboard import Keyboard
from gadgetd.keys import Keys
from gadgetd.mice import Kind, Mice
from gadgetd.server import Server
from gadgetd.settings import Settings
from gadgetd.usb.gadget import (
    Function,
    Gadget,
    absolute_mouse_function,
    cdrom_function,
    disk_function,
    keyboard_function,
    relative_mouse_function,
    serial_from,
)
from gadgetd.usb.medium import MediumMode
from gadgetd.verbs import Conversation
from gadgetd.worker import Worker

log = logging.getLogger(__name__)

MACHINE_ID = Path("/etc/machine-id")
# So long a release of the keys may take at the end; unplugging releases them anyway.
LAST_REPORT_S = 0.3
MOUSE_FUNCTIONS = {Kind.ABSOLUTE: ABSOLUTE, Kind.RELATIVE: RELATIVE}


class Daemon:
    """All of gadgetd."""

    def __init__(self, settings: Settings) -> None:
        gadget = settings.gadget
        self._gadget = gadget
        self._will: Will | None = None
        self._worker = Worker(changed=self._kernel_changed)
        self._keys = Keys(
            Keyboard(),
            changed=self._changed,
            lost=self._node_lost,
            patience_s=settings.keyboard.patience_ms / 1000,
            wake=self._wake,
        )
        self._mice = Mice(
            kinds={
                Kind.ABSOLUTE: settings.mouse.absolute,
                Kind.RELATIVE: settings.mouse.relative,
            },
            changed=self._changed,
            lost=self._node_lost,
            wake=self._wake,
            patience_s=settings.keyboard.patience_ms / 1000,
        )
        tree = GadgetDirectory(gadget.configfs, gadget.name, gadget.modprobe)
        serial = gadget.serial or machine_serial()
        self._cable = Cable(
            gadget=tree,
            controllers=Controllers(tree),
            open_node=HidgNode.open,
            device=lambda shape: device(settings, serial, shape),
            fullest=Shape(is_drive_shown=gadget.storage != NEVER),
            wanted_udc=gadget.udc,
            worker=self._worker,
            services={
                KEYBOARD: self._keys,
                **{MOUSE_FUNCTIONS[kind]: mouse for kind, mouse in self._mice},
            },
            changed=self._changed,
            bequeath=self._bequeath,
        )
        self._drive = Drive(
            cable=self._cable,
            tray=Lun(tree.path(f"functions/{DRIVE}/lun.0")),
            images=Library(settings.images.directory),
            policy=gadget.storage,
            worker=self._worker,
            changed=self._changed,
        )
        self._server = Server(self._converse, self._admit, self.status)

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the cable until `stop` is set, then leave nothing behind.

        Raises:
            AlreadyRunningError, SocketUnusableError: before anything has been touched.
        """
        with the_only_one(self._gadget.socket):
            self._will = Will()
            await self._run(stop)
            self._will.revoke()

    async def _run(self, stop: asyncio.Event) -> None:
        path = self._gadget.socket
        listening = listen(path, self._gadget.socket_group)
        monitor = DeviceMonitor(("udc", "hidg"), self._cable.look_again)
        running = [
            asyncio.create_task(stop.wait()),
            asyncio.create_task(self._follow()),
        ]
        try:
            await self._server.start(listening)
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            notify("STOPPING=1")
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            monitor.close()
            await self._stop()
            path.unlink(missing_ok=True)

    def status(self) -> status.GadgetStatus:
        """The status document."""
        return {
            "cable": self._cable.status(),
            "keyboard": status.keyboard(
                self._keys.held,
                self._keys.lights,
                self._keys.trouble,
                self._keys.is_typing,
                self._keys.releases,
            ),
            "mouse": mouse_status(self._mice),
            "drive": self._drive.status(),
            "problems": status.problems(
                [self._cable.problem, self._cable.node_problem, self._worker.problem]
            ),
        }

    async def _follow(self) -> None:
        await self._drive.start()
        notify("READY=1")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._cable.run())
            group.create_task(self._drive.run())

    async def _stop(self) -> None:
        await self._server.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_REPORT_S):
                await self._keys.release_all()
                await self._mice.release_all()
        try:
            await self._cable.stop()
        except KaputtError as error:
            log.error("The gadget is left as it is. %s", error)

    def _converse(self) -> Conversation:
        return Conversation(self._keys, self._mice, self._drive, self._cable, self.status)

    def _admit(self, connection: socket.socket) -> KaputtError | None:
        peer = peer_of(connection)
        group = self._gadget.socket_group
        return None if may_control(peer, group) else ForbiddenError(peer.uid, group)

    def _changed(self) -> None:
        self._server.changed()

    def _kernel_changed(self) -> None:
        self._changed()
        self._cable.look_again()

    def _bequeath(self, node_number: str, report: bytes) -> None:
        if self._will is not None:
            self._will.let_go(node_path(node_number), report)

    def _node_lost(self) -> None:
        self._cable.reopen_later()

    def _wake(self) -> None:
        self._cable.wake_soon()


def device(settings: Settings, serial: str, shape: Shape) -> Gadget:
    """The USB device that these settings mean, with the drive as it is to be now."""
    keyboard = keyboard_function()
    drive = cdrom_function() if shape.mode is MediumMode.CDROM else disk_function()
    mice: list[Function] = []
    if settings.mouse.absolute:
        mice.append(absolute_mouse_function())
    if settings.mouse.relative:
        mice.append(relative_mouse_function())
    gadget = Gadget(
        name=settings.gadget.name,
        vendor_id=settings.gadget.vendor_id,
        product_id=settings.gadget.product_id,
        manufacturer=settings.gadget.manufacturer,
        product=settings.gadget.product,
        serial=serial,
        max_power_ma=settings.gadget.max_power_ma,
        functions=(keyboard, drive, *mice),
        linked=(),
    )
    # The keyboard first, and the drive next: some firmware looks at the first interfaces only.
    return gadget.showing([keyboard, *([drive] if shape.is_drive_shown else []), *mice])


def mouse_status(mice: Mice) -> status.MouseStatus:
    """The mice's part of the status document."""
    there = dict(mice)
    return status.mouse(
        absolute=Kind.ABSOLUTE in there,
        relative=Kind.RELATIVE in there,
        held=[button for mouse in there.values() for button in mouse.held],
        troubles=[mouse.trouble for mouse in there.values()],
    )


def machine_serial() -> str:
    """A serial number that stays the same on this machine."""
    try:
        return serial_from(MACHINE_ID.read_text())
    except OSError:
        return serial_from("")
