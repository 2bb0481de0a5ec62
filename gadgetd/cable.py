"""The cable: our gadget in the kernel, bound to a controller, and how far the target has got.

There is one thing to do, whatever has happened: look at what the kernel has, compare it with what
is wanted, and change only what differs. So starting, adopting what a killed process left, a
controller that comes back and a controller that another program gives free are all one act,
`settle`, and anything that may have changed something just asks for it.

A gadget that is as wanted stays bound: the target does not notice that we were away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from gadgetd import status
from gadgetd.errors import KaputtError
from gadgetd.failures import KernelStuckError, NodeLostError
from gadgetd.keys import Keys
from gadgetd.ports import Controllers, GadgetTree, KeyboardNode, StateWatch
from gadgetd.usb.gadget import Gadget, cdrom_function, keyboard_function
from gadgetd.usb.medium import MediumMode
from gadgetd.usb.tree import tree
from gadgetd.worker import Worker

log = logging.getLogger(__name__)

KEYBOARD = keyboard_function().directory
DRIVE = cdrom_function().directory

# Hosts notice a pulled plug within tens of milliseconds; a hub in between may take longer.
UNPLUGGED_S = 0.5
# Building loads modules, and a small board reads them from a slow card.
BUILT_WITHIN_S = 60.0
# A node that has just died would die again at once.
REOPEN_AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the gadget changes while we run: the keyboard is always there."""

    mode: MediumMode = MediumMode.CDROM
    is_drive_shown: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding: to which controller, where the keyboard's node is, and whether it is new."""

    udc: str
    node_number: str
    is_new: bool


class Cable:
    """Our end of the USB cable."""

    def __init__(
        self,
        gadget: GadgetTree,
        controllers: Controllers,
        open_node: Callable[[str], KeyboardNode],
        device: Callable[[Shape], Gadget],
        wanted_udc: str | None,
        worker: Worker,
        keys: Keys,
        changed: Callable[[], None],
    ) -> None:
        self._gadget = gadget
        self._controllers = controllers
        self._open_node = open_node
        self._device = device
        self._wanted_udc = wanted_udc
        self._worker = worker
        self._keys = keys
        self._changed = changed

        self.shape = Shape()
        self.problem: KaputtError | None = None
        self._udc: str | None = None
        self._state = ""
        self._watch: StateWatch | None = None
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()

    # --- what can be asked for --------------------------------------------------------------------

    async def found_drive(self) -> bool:
        """Whether the gadget that an earlier run left, if any, shows the drive."""
        return await self._worker.run("look for a gadget", lambda: self._gadget.has(DRIVE))

    async def start(self, shape: Shape) -> None:
        """Take over what is there, or build what is not."""
        async with self._turn:
            self.shape = shape
            await self._settle()

    def look_again(self) -> None:
        """Something may have changed: a device came or went."""
        self._news.set()

    async def run(self) -> None:
        """Follow the news, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._turn:
                await self._settle()

    def reopen_later(self) -> None:
        """The keyboard's node is dead: open it anew in a moment."""
        asyncio.get_running_loop().call_later(REOPEN_AFTER_S, self.look_again)

    async def present(self, shape: Shape) -> None:
        """Show this shape to the target. Showing or hiding the drive re-enumerates.

        Raises:
            KaputtError: it was not taken, or nothing can be plugged in so; what was shown before
                is shown again.
        """
        async with self._turn:
            if shape == self.shape:
                return
            before, self.shape = self.shape, shape
            try:
                if shape.is_drive_shown == before.is_drive_shown:
                    await self._worker.run("change the drive's kind", self._apply)
                else:
                    await self._reconnect(self._apply)
            except KaputtError:
                self.shape = before
                # Settling would build the gadget anew, and lose what is in the drive.
                with contextlib.suppress(KaputtError):
                    await self._worker.run("change it back", self._apply)
                await self._settle()
                raise

    async def replug(self) -> None:
        """Pull the plug and put it in again.

        Raises:
            KaputtError: whatever keeps us from being plugged in.
        """
        async with self._turn:
            await self._reconnect(lambda: None)

    async def stop(self) -> None:
        """Take the gadget down: the target sees an unplugged cable.

        Raises:
            KernelStuckError, GadgetRefusedError: it could not be taken down.
        """
        async with self._turn:
            self._let_go()
            await self._worker.run("take the gadget down", self._gadget.take_down)

    def status(self) -> status.CableStatus:
        """Its part of the status document."""
        state = self._state
        if state == "configured" and self._keys.is_target_absent:
            # Some controllers say so from the last time until the target comes to us again.
            state = "reconnecting"
        speed = self._controllers.speed(self._udc) if self._udc else None
        return status.cable(self.problem, self._udc, state, speed)

    # --- settling ---------------------------------------------------------------------------------

    async def _settle(self) -> None:
        try:
            bound = await self._worker.run("make the gadget", self._bring_up, BUILT_WITHIN_S)
            self._connect(bound)
        except KernelStuckError as error:
            # The keyboard goes on meanwhile. The worker keeps the problem, and asks us to look
            # again when the call has come back.
            log.warning("%s", error)
        except KaputtError as error:
            self._let_go()
            if str(error) != str(self.problem):
                log.warning("%s", error)
            self.problem = error
        self._changed()

    def _bring_up(self) -> Bound:
        """Make the kernel have what is wanted. Runs on the worker."""
        self._gadget.prepare()
        wanted = tree(self._device(self.shape))
        differences = self._gadget.differences(wanted)
        if differences:
            log.info("Building the gadget (%s).", ", ".join(differences[:5]))
            self._gadget.take_down()
            self._gadget.apply(wanted)
        number = self._gadget.node_number(KEYBOARD)
        claimed = self._gadget.controller
        try:
            udc = self._controllers.choose(self._wanted_udc)
        except KaputtError:
            # Left where it is, it would go on showing the keys that were down when it was left.
            self._gadget.unbind()
            raise
        if claimed == udc and self._controllers.holder(udc) == self._gadget.name:
            return Bound(udc, number, is_new=False)
        if claimed:
            self._gadget.unbind()
        self._controllers.bind(udc)
        return Bound(udc, number, is_new=True)

    def _connect(self, bound: Bound) -> None:
        is_watched = self._watch is not None and not self._watch.is_stale
        is_new = bound.is_new or bound.udc != self._udc or not is_watched
        if not is_new and self._keys.has_node:
            self.problem = None
            return
        self._let_go()
        try:
            self._keys.plug(self._open_node(bound.node_number))
        except NodeLostError:
            # It comes with the binding, and its arrival is news of its own.
            self.reopen_later()
            raise
        log.info("%s %s.", "Bound to" if bound.is_new else "In use already:", bound.udc)
        self.problem = None
        self._udc = bound.udc
        self._state = "reconnecting"
        # It tells the present state first, and so leads to the keyboard's first report.
        self._watch = self._controllers.watch(bound.udc, self._state_changed)

    def _let_go(self) -> None:
        self._keys.unplug()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._udc = None
        self._state = ""

    def _state_changed(self, state: str) -> None:
        if state != self._state:
            log.info("The controller says: %s.", state or "nothing any more")
        self._state = state
        match state:
            case "configured":
                self._keys.target_configured()
            case "suspended":
                self._keys.target_asleep()
            case "":
                self._let_go()
                self.look_again()
            case _:
                self._keys.target_gone()
        self._changed()

    async def _reconnect(self, meanwhile: Callable[[], None]) -> None:
        """Unplug, do something, plug in again.

        Raises:
            KaputtError: what has kept us from one of these.
        """
        was_bound = self._udc is not None
        self._let_go()
        self._changed()
        # Whatever comes in between, it is plugged in again: by `run`, so that at the end, when that
        # has ended, it is not plugged in just to be pulled once more.
        self.look_again()
        await self._worker.run("unplug", self._gadget.unbind)
        if was_bound:
            # Not to wait for something, but to be away for long enough to be missed.
            await asyncio.sleep(UNPLUGGED_S)
        await self._worker.run("change what the target sees", meanwhile)
        await self._settle()
        problem = self.problem or self._worker.problem
        if problem is not None:
            raise problem.with_traceback(None)  # it is raised each time, and would grow

    def _apply(self) -> None:
        self._gadget.apply(tree(self._device(self.shape)))
