"""The mice's service: from motions and clicks to reports that the target has taken.

What moves a mouse comes faster than some targets ask for it, and late motion is of no use, so
motions that wait become one. A click is never lost and never moved: what was pressed at one place
is neither pressed at another nor together with a motion, because hosts move first and click then.

Nobody holds a button for a target that is not there: when the target goes, falls asleep, sets us
up anew or does not collect, all buttons are up, and a drag has ended.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gadgetd.delivery import QUEUED, Delivery, Sending, undelivered
from gadgetd.failures import MouseMissingError
from gadgetd.hid.mouse import Buttons, Drawing, Motion, absolute, relative
from gadgetd.hid.usages import Button
from gadgetd.outbox import ABSENT, ASLEEP, WOKEN, Outbox
from gadgetd.ports import KeyboardNode

STILL = Motion()


class Kind(StrEnum):
    """The two mice, spelt as on the wire."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


_DRAWINGS: Mapping[Kind, Drawing] = {Kind.ABSOLUTE: absolute, Kind.RELATIVE: relative}


def _promise() -> asyncio.Future[Sending]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Step:
    """Either a motion with the buttons as they are, or a change of the buttons.

    Attributes:
        motion: as much of it as has not been sent.
        sent: the report that completes it, once that is on its way.
    """

    bits: int
    motion: Motion
    is_click: bool
    sent: asyncio.Future[Sending] = field(default_factory=_promise)

    def end(self, delivery: Delivery) -> None:
        """It will not be sent, or not to its end; this has become of it."""
        never = Sending(b"")
        never.end(delivery)
        self.sent.set_result(never)

    async def outcome(self, patience_s: float) -> Delivery:
        """What became of it; see `Sending.outcome`."""
        # Others may wait for the same: whoever stops waiting must not cancel it for them.
        sending = await asyncio.shield(self.sent)
        return await sending.outcome(patience_s)


class Mouse:
    """One mouse, any number of seats, one target. A `ports.HidService`."""

    def __init__(
        self,
        kind: Kind,
        changed: Callable[[], None],
        lost: Callable[[], None],
        wake: Callable[[], None],
        patience_s: float,
    ) -> None:
        """`changed` hears of every change of the status, `lost` that the node must be reopened,
        `wake` that somebody has clicked while the target sleeps, or may sleep.
        """
        self._kind = kind
        self._draw = _DRAWINGS[kind]
        self._changed = changed
        self._wake = wake
        self._patience_s = patience_s
        self._buttons = Buttons()
        self._place: tuple[int, int] | None = None  # the last one that was taken
        self._steps: deque[Step] = deque()
        self._bits = 0  # the buttons that are down in the last report
        self._press: Sending | None = None  # the last one that was sent
        self._sender: asyncio.Task[None] | None = None
        self._outbox = Outbox(
            changed=changed,
            lost=lost,
            stopped=self._let_everything_go,
            gave_up=self._give_up,
            stuck=f"The target is attached, but does not ask for the {kind} mouse.",
            patience_s=patience_s,
        )

    # --- the seats' side --------------------------------------------------------------------------

    # Each act is begun at once; what becomes of it is to be awaited of the step it gives.

    def move(self, motion: Motion) -> Step:
        """Move, and turn the wheels, after all that waits; together with a motion that waits."""
        if self._refusal:
            return self._ended(undelivered(self._refusal))
        if not self._steps or self._steps[-1].is_click:
            return self._add(motion, is_click=False)
        step = self._steps[-1]
        step.motion = step.motion.then(motion)
        return step

    def press(self, seat: str, button: Button) -> Step:
        """The seat holds the button from now on."""
        if self._refusal:
            # One that does not ask may be asleep: most controllers do not tell.
            if self.has_node:
                self._wake()
            return self._ended(undelivered(WOKEN if self._refusal == ASLEEP else self._refusal))
        self._buttons.press(seat, button)
        return self._click()

    def release(self, seat: str, button: Button) -> Step:
        """The seat lets go of the button; one that it does not hold (any more) is no news."""
        if not self._buttons.is_held_by(seat, button):
            return self._ended(QUEUED)
        self._buttons.release(seat, button)
        return self._click()

    def leave(self, seat: str) -> None:
        """The seat lets go of all it holds, and nobody waits for an answer."""
        before = self._buttons.bits
        self._buttons.release_seat(seat)
        if self._buttons.bits != before:
            self._click()

    def release_all(self) -> Step:
        """Everybody lets go of everything."""
        self._buttons.release_all()
        return self._click()

    # --- the target's side ------------------------------------------------------------------------

    def plug(self, node: KeyboardNode) -> None:
        """Reports go to this node from now on."""
        node.preload(self.at_rest)
        self._outbox.plug(node)

    def unplug(self) -> None:
        """There is no node any more."""
        self._outbox.unplug()

    def target_configured(self) -> None:
        """A target has set us up; it may remember buttons from before."""
        if self._outbox.target_configured():
            self._outbox.send(self._report(STILL))
            self._changed()

    def target_gone(self) -> None:
        """No target has us set up any more."""
        self._outbox.target_gone()

    def target_asleep(self) -> None:
        """The target has us set up still. What it is sent now, it would get when it wakes up."""
        self._outbox.target_asleep()

    # --- what there is to know --------------------------------------------------------------------

    @property
    def held(self) -> tuple[Button, ...]:
        """The buttons that are down."""
        return self._buttons.held

    @property
    def has_node(self) -> bool:
        """Whether there is somewhere to send reports to."""
        return self._outbox.has_node

    @property
    def at_rest(self) -> bytes:
        """The report with which nothing is down, wherever the mouse has been moved."""
        return self._draw(0, STILL)

    @property
    def is_target_absent(self) -> bool:
        """Whether no target has us set up, as far as this mouse can tell."""
        return self._outbox.trouble == ABSENT

    @property
    def trouble(self) -> str:
        """Why the mouse does not reach the target now; empty when it does."""
        return self._outbox.trouble

    # --- reports on their way ---------------------------------------------------------------------

    @property
    def _refusal(self) -> str:
        """Why nothing is begun now. An absent target is tried: it may just have come."""
        return "" if self.is_target_absent and self.has_node else self.trouble

    def _ended(self, delivery: Delivery) -> Step:
        step = Step(self._buttons.bits, STILL, is_click=False)
        step.end(delivery)
        return step

    def _click(self) -> Step:
        step = self._add(STILL, is_click=True)
        self._changed()
        return step

    def _add(self, motion: Motion, *, is_click: bool) -> Step:
        step = Step(self._buttons.bits, motion, is_click)
        self._steps.append(step)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._send_all())
        return step

    async def _send_all(self) -> None:
        """One report after the other: what is not in the outbox yet can still become more."""
        while self._steps:
            step = self._steps[0]
            part, step.motion = step.motion.step()
            reports = [self._report(part, step.bits)]
            is_press = bool(step.bits & ~self._bits)
            if is_press and self._outbox.has_been_silent:
                reports.insert(0, self._report(STILL, self._bits))
            self._bits = step.bits
            sending = self._outbox.send(*reports)
            if is_press:
                self._press = sending
            # The outbox may have found the target gone, and dropped all steps with it.
            if not step.motion and not step.sent.done():
                self._steps.popleft()
                step.sent.set_result(sending)
            if (await sending.outcome(0)).is_queued:
                self._place = part.place or self._place

    def _report(self, part: Motion, bits: int = 0) -> bytes:
        return self._draw(bits, replace(part, place=part.place or self._place))

    def _let_everything_go(self, why: str) -> None:
        self._buttons.release_all()
        self._bits = 0
        while self._steps:
            self._steps.popleft().end(undelivered(why))
        self._changed()

    def _give_up(self) -> bytes:
        is_waiting = any(step.is_click and step.bits for step in self._steps)
        if is_waiting or self._press in self._outbox.uncollected:
            # Hardly a controller tells that the target sleeps; what it leaves lying does.
            self._wake()
        self._let_everything_go(self.trouble)
        return self._report(STILL)


class Mice:
    """The mice that the configuration has."""

    def __init__(
        self,
        kinds: Mapping[Kind, bool],
        changed: Callable[[], None],
        lost: Callable[[], None],
        wake: Callable[[], None],
        patience_s: float,
    ) -> None:
        """`kinds` says which there are; for the others see `Mouse`."""
        self._mice = {
            kind: Mouse(kind, changed, lost, wake, patience_s)
            for kind, is_there in kinds.items()
            if is_there
        }

    def get(self, kind: Kind) -> Mouse:
        """The mouse of this kind.

        Raises:
            MouseMissingError: the configuration has none.
        """
        if kind not in self._mice:
            raise MouseMissingError(kind)
        return self._mice[kind]

    def __iter__(self) -> Iterator[tuple[Kind, Mouse]]:
        return iter(self._mice.items())

    def leave(self, seat: str) -> None:
        """The seat lets go of the buttons it holds, on every mouse."""
        for mouse in self._mice.values():
            mouse.leave(seat)

    async def release_all(self) -> None:
        """Everybody lets go of every button."""
        for step in [mouse.release_all() for mouse in self._mice.values()]:
            await step.outcome(0)
