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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gadgetd import status
from gadgetd.errors import KaputtError
from gadgetd.failures import HostAbsentError, KernelStuckError, NodeLostError
from gadgetd.ports import Controllers, GadgetTree, HidService, KeyboardNode, StateWatch
from gadgetd.usb import endpoints
from gadgetd.usb.gadget import (
    Gadget,
    absolute_mouse_function,
    cdrom_function,
    keyboard_function,
    relative_mouse_function,
)
from gadgetd.usb.medium import MediumMode
from gadgetd.usb.tree import Tree, tree
from gadgetd.worker import Worker

log = logging.getLogger(__name__)

KEYBOARD = keyboard_function().directory
ABSOLUTE = absolute_mouse_function().directory
RELATIVE = relative_mouse_function().directory
DRIVE = cdrom_function().directory

# Hosts notice a pulled plug within tens of milliseconds; a hub in between may take longer.
UNPLUGGED_S = 0.5
# Building loads modules, and a small board reads them from a slow card.
BUILT_WITHIN_S = 60.0
# A node that has just died would die again at once.
REOPEN_AFTER_S = 0.5
# Somebody who types at a target that is asleep has asked once.
WAKE_EVERY_S = 1.0

# In the kernel's words: states in which nobody is at the other end.
_NOBODY_THERE = ("", "not attached")


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the gadget changes while we run: keyboard and mice are always there."""

    mode: MediumMode = MediumMode.CDROM
    is_drive_shown: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding: to which controller, where each HID function's node is, and whether it is new."""

    udc: str
    node_numbers: Mapping[str, str]
    is_new: bool


class Cable:
    """Our end of the USB cable."""

    def __init__(
        self,
        gadget: GadgetTree,
        controllers: Controllers,
        open_node: Callable[[str], KeyboardNode],
        device: Callable[[Shape], Gadget],
        fullest: Shape,
        wanted_udc: str | None,
        worker: Worker,
        services: Mapping[str, HidService],
        changed: Callable[[], None],
        bequeath: Callable[[str, bytes], None] = lambda number, report: None,
    ) -> None:
        """A cable that is not plugged in yet.

        Args:
            fullest: what the target may come to see.
            services: who speaks through each HID function, by the function's name.
            bequeath: hears which report lets everything go at which node (its "major:minor"), for
                the case that this process cannot send it any more.
        """
        self._gadget = gadget
        self._controllers = controllers
        self._open_node = open_node
        self._device = device
        self._fullest = fullest
        self._wanted_udc = wanted_udc
        self._worker = worker
        self._services = services
        self._changed = changed
        self._bequeath = bequeath

        self.shape = Shape()
        self.problem: KaputtError | None = None
        self.node_problem: NodeLostError | None = None
        self._udc: str | None = None
        self._state = ""
        self._can_wake = True
        self._waking: asyncio.Task[None] | None = None
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
        """A node is dead: open it anew in a moment."""
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

    async def wake(self) -> None:
        """Ask the target to wake up. Whether it was asleep, and wakes up, few controllers tell.

        Raises:
            WakeUnsupportedError: the controller cannot ask.
            HostAbsentError: there is no target.
            KaputtError: whatever keeps us from being plugged in.
        """
        if self.problem is not None:
            raise self.problem.with_traceback(None)
        udc = self._udc
        if udc is None or self._state in _NOBODY_THERE:
            raise HostAbsentError()
        await self._worker.run("wake the target up", lambda: self._controllers.wake(udc))

    def wake_soon(self) -> None:
        """Ask it in passing, and not more often than once a second."""
        if self._waking is None or self._waking.done():
            self._waking = asyncio.get_running_loop().create_task(self._wake_and_rest())

    async def _wake_and_rest(self) -> None:
        try:
            await self.wake()
        except KaputtError as error:
            log.info("The target is not woken up: %s", error)
        await asyncio.sleep(WAKE_EVERY_S)

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
        if state == "configured" and self._is_target_absent:
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
        """Make the kernel have what is wanted, or nothing. Runs on the worker."""
        self._gadget.prepare()
        try:
            return self._make()
        except KaputtError:
            # Left where it is, it would go on showing the keys that were down when it was left.
            with contextlib.suppress(KaputtError):
                self._gadget.unbind()
            raise

    def _make(self) -> Bound:
        udc = self._controllers.choose(self._wanted_udc)
        silicon = self._controllers.silicon(udc)
        if silicon is not None:
            endpoints.check(self._device(self._fullest).shown, silicon)
        self._can_wake = self._controllers.can_wake(udc)
        wanted = self._tree()
        differences = self._gadget.differences(wanted)
        if differences:
            log.info("Building the gadget (%s).", ", ".join(differences[:5]))
            self._gadget.take_down()
            self._gadget.apply(wanted)
        numbers = {name: self._gadget.node_number(name) for name in self._services}
        claimed = self._gadget.controller
        if claimed == udc and self._controllers.holder(udc) == self._gadget.name:
            return Bound(udc, numbers, is_new=False)
        if claimed:
            self._gadget.unbind()
        self._controllers.bind(udc)
        return Bound(udc, numbers, is_new=True)

    def _connect(self, bound: Bound) -> None:
        is_watched = self._watch is not None and not self._watch.is_stale
        is_new = bound.is_new or bound.udc != self._udc or not is_watched
        if is_new or not any(service.has_node for service in self._services.values()):
            self._let_go()
        lost: NodeLostError | None = None
        for name, service in self._services.items():
            if not service.has_node:
                try:
                    self._plug(service, bound.node_numbers[name])
                except NodeLostError as error:
                    lost = error
        self._note_lost(lost)
        self.problem = None
        if self._watch is None:
            log.info("%s %s.", "Bound to" if bound.is_new else "In use already:", bound.udc)
            self._udc = bound.udc
            self._state = "reconnecting"
            # It tells the present state first, and so leads to the first reports.
            self._watch = self._controllers.watch(bound.udc, self._state_changed)

    def _plug(self, service: HidService, node_number: str) -> None:
        service.plug(self._open_node(node_number))
        self._bequeath(node_number, service.at_rest)
        self._tell(service, self._state)

    def _note_lost(self, lost: NodeLostError | None) -> None:
        """Go on with the nodes that could be opened, if any."""
        if lost is not None:
            # It comes with the binding, and its arrival is news of its own.
            self.reopen_later()
            if not any(service.has_node for service in self._services.values()):
                raise lost
            if str(lost) != str(self.node_problem):
                log.warning("%s", lost)
        self.node_problem = lost

    def _let_go(self) -> None:
        for service in self._services.values():
            service.unplug()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.node_problem = None
        self._udc = None
        self._state = ""

    def _state_changed(self, state: str) -> None:
        if state != self._state:
            log.info("The controller says: %s.", state or "nothing any more")
        self._state = state
        if state == "":
            self._let_go()
            self.look_again()
        for service in self._services.values():
            self._tell(service, state)
        self._changed()

    @staticmethod
    def _tell(service: HidService, state: str) -> None:
        match state:
            case "configured":
                service.target_configured()
            case "suspended":
                service.target_asleep()
            case _:
                service.target_gone()

    @property
    def _is_target_absent(self) -> bool:
        return any(service.is_target_absent for service in self._services.values())

    async def _reconnect(self, meanwhile: Callable[[], None]) -> None:
        """Unplug, do something, plug in again.

        Raises:
            KaputtError: what has kept us from one of these.
        """
        was_bound = self._udc is not None
        # Whatever comes in between, it is plugged in again: by `run`, so that at the end, when that
        # has ended, it is not plugged in just to be pulled once more.
        self.look_again()
        # If the kernel is stuck, the target is not unplugged, and keys have to go up all the same.
        await self._worker.run("unplug", self._gadget.unbind)
        self._let_go()
        self._changed()
        if was_bound:
            # Not to wait for something, but to be away for long enough to be missed.
            await asyncio.sleep(UNPLUGGED_S)
        await self._worker.run("change what the target sees", meanwhile)
        await self._settle()
        problem = self.problem or self._worker.problem
        if problem is not None:
            raise problem.with_traceback(None)  # it is raised each time, and would grow

    def _apply(self) -> None:
        self._gadget.apply(self._tree())

    def _tree(self) -> Tree:
        return tree(replace(self._device(self.shape), can_wake=self._can_wake))
