"""A gadgetd that types, and at the other end of its cable a Linux desktop that reads along.

It answers as docs/wire.md says. libxkbcommon (`xkb_host`) decides what the desktop writes, and
what its lock lights are. A test may step in before any stroke.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.keys.job import Job
from api.keys.plan import Stroke
from api.keys.typist import Typist
from gadgetd.errors import RemoteError
from gadgetd.failures import GadgetdUnreachableError
from gadgetd.hid.usages import Key
from gadgetd.settings import TypingSettings
from gadgetd.status import GadgetStatus
from tests.api.doubles import Change, gadget_status
from tests.api.xkb_host import Desktop, Keyboard


@dataclass
class Request:
    strokes: list[Stroke]
    lights: list[str] | None
    answer: asyncio.Future[dict[str, Any]]
    typed: int = 0
    held_long: list[int] = field(default_factory=list)


class TypingGadget(Change):
    """Types into `keyboard`; `written` is what stands on the desktop's screen."""

    def __init__(self, keyboard: Keyboard) -> None:
        super().__init__()
        self.generation = 1
        self.keyboard = keyboard
        self.written = ""
        self.arrived = 0
        self.is_polled = True
        self.lights_work = True
        self.before_stroke: Callable[[], None] = lambda: None
        self.holds_long: set[int] = set()  # strokes, counted from the first that arrived
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.in_flight_most = 0
        self.ends_unsure = False  # a stroke that is stopped may have arrived in part
        self.owner: str | None = None
        self._is_there = True
        self._reason = ""
        self._seats = 0
        self._requests: deque[Request] = deque()
        self._pump: asyncio.Handle | None = None

    @property
    def status(self) -> GadgetStatus | None:
        if not self._is_there:
            return None
        status = gadget_status()
        lights = self.keyboard.lights if self.lights_work else self._frozen_lights
        status["keyboard"]["leds"] = sorted(light.name.lower() for light in lights)
        status["keyboard"]["collecting"] = self.is_polled
        status["keyboard"]["typing"] = self.owner is not None
        if not self.is_polled:
            status["keyboard"]["sentence"] = "The target does not ask for keys."
        return status

    @property
    def unreachable(self) -> GadgetdUnreachableError | None:
        return None if self._is_there else GadgetdUnreachableError(Path("/gone"), "nobody is there")

    def freeze_lights(self) -> None:
        self._frozen_lights = self.keyboard.lights
        self.lights_work = False

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        if self.unreachable:
            raise self.unreachable
        self.asked.append((verb, arguments))
        seat = arguments.get("seat")
        match verb:
            case "seat_open":
                self._seats += 1
                return {"seat": f"s{self._seats}"}
            case "typing_begin":
                if self.owner not in (None, seat):
                    raise RemoteError("typing_busy", "Somebody else types.")
                self.owner, self._reason = seat, ""
            case "status":
                return {"status": self.status}
            case "key" | "mouse" | "release":
                return {"delivery": "queued", "sentence": ""}
            case "type":
                return await self._type(**arguments)
            case "typing_end" | "seat_close" if self.owner == seat:
                self.end("stopped")
                self.owner = None
        self.happen()
        return {}

    async def _type(
        self,
        seat: str,
        strokes: list[list[int]],
        delay_ms: int = 0,
        lights: list[str] | None = None,
    ) -> dict[str, Any]:
        if self.owner != seat and not self._reason:
            raise RemoteError("typing_not_begun", "Begin first.")
        assert 1 <= len(strokes) <= 1024
        assert all(1 <= len(stroke) <= 8 for stroke in strokes)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        made = [Stroke(tuple(map(Key, held)), Key(key)) for *held, key in strokes]
        self._requests.append(Request(made, lights, answer))
        self.in_flight_most = max(self.in_flight_most, len(self._requests))
        if self._reason:
            self.end(self._reason)
        self.poll()
        return await answer

    def poll(self) -> None:
        """The desktop asks for keys (again)."""
        if self._pump is None:
            self._pump = asyncio.get_running_loop().call_soon(self._next_stroke)

    def _next_stroke(self) -> None:
        self._pump = None
        if not self._requests or not self.is_polled:
            return
        self.before_stroke()
        if not self._requests or not self.is_polled:
            return
        request = self._requests[0]
        lights = sorted(light.name.lower() for light in self.keyboard.lights)
        if request.lights is not None and self.lights_work and lights != sorted(request.lights):
            self.end("lights")
            return
        self._arrive(request)
        request.typed += 1
        if request.typed == len(request.strokes):
            self._requests.popleft()
            request.answer.set_result(
                {
                    "typed": request.typed,
                    "unsure": 0,
                    "reason": "",
                    "sentence": "",
                    "held_long": request.held_long,
                }
            )
        self.poll()

    def _arrive(self, request: Request) -> None:
        before = self.keyboard.lights
        if self.arrived in self.holds_long:
            request.held_long.append(request.typed)
        self.written += self.keyboard.type([request.strokes[request.typed]])
        self.arrived += 1
        if self.keyboard.lights != before:
            self.happen()

    def end(self, reason: str, *, is_unsure: bool = False, did_arrive: bool = False) -> None:
        """Typing ends before the next stroke; nobody may know whether that one has arrived."""
        if reason == "interrupted":
            self.owner = None
        sentence = {"interrupted": "The target was unplugged."}.get(reason, "")
        self._reason = reason = self._reason or reason  # the first one stays
        if is_unsure and did_arrive and self._requests:
            self._arrive(self._requests[0])
        for number, request in enumerate(self._requests):
            answer: dict[str, Any] = {
                "typed": request.typed,
                "unsure": 0,
                "reason": reason,
                "sentence": sentence,
                "held_long": request.held_long,
            }
            if number == 0 and (is_unsure or self.ends_unsure):
                answer["unsure"] = 1
            if not request.answer.done():
                request.answer.set_result(answer)
        self._requests.clear()

    def go(self, *, arriving: int = 0) -> None:
        """gadgetd dies; so many strokes more are collected, and nobody hears of it."""
        for request in self._requests:
            while arriving and request.typed < len(request.strokes):
                self._arrive(request)
                request.typed, arriving = request.typed + 1, arriving - 1
        self._is_there, self.owner = False, None
        assert self.unreachable
        for request in self._requests:
            if not request.answer.done():
                request.answer.set_exception(self.unreachable)
        self._requests.clear()
        self.happen()

    def come(self) -> None:
        """gadgetd is back."""
        self._is_there = True
        self._reason = ""
        self.generation += 1
        self.happen()

    def verbs(self) -> list[str]:
        return [verb for verb, _ in self.asked]


def keyboard(layout: str = "de", **options: object) -> Keyboard:
    return Desktop().keyboard(layout, **options)  # type: ignore[arg-type]


def typist_for(gadget: TypingGadget, **settings: object) -> Typist:
    return Typist(gadget, TypingSettings(**{"layout": "de", **settings}))  # type: ignore[arg-type]


async def until(typist: Typist, is_so: Callable[[Job], bool]) -> Job:
    """Wait until the job is as the test wants it."""
    async with asyncio.timeout(20):
        while typist.job is None or not is_so(typist.job):
            await typist.next_change(typist.revision)
    return typist.job


async def at_rest(typist: Typist) -> Job:
    return await until(typist, lambda job: not job.is_running)


def as_written(text: str) -> str:
    return text.replace("\n", "\r")


def once_before(gadget: TypingGadget, stroke: int, act: Callable[[], None]) -> None:
    """Do something when so many strokes have arrived."""

    def step_in() -> None:
        if gadget.arrived == stroke:
            gadget.before_stroke = lambda: None
            act()

    gadget.before_stroke = step_in
