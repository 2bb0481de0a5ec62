"""The typist: takes orders to type a text, does one at a time, and tells how it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

from api.computing import Computing
from api.keys.job import Job, JobOverError
from api.keys.layouts import keymap, keymap_pair
from api.keys.order import Order, lights_of
from api.keys.plan import Keymap, Plan, Second, Stroke
from api.keys.windows import is_covered, windows_keymap
from api.ports import Gadget
from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import key_for
from gadgetd.hid.usages import Led
from gadgetd.settings import TypingSettings

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_TEXT = 1_000_000
TOLD_APART_S = 0.2  # eyes need no more
SHOWN_AFTERWARDS_S = 60.0
CLOSED_WITHIN_S = 3.0


class TextTooLongError(KaputtError):
    """More text than is typed at once."""

    code = "text_too_long"

    def __init__(self, length: int) -> None:
        super().__init__(
            f"The text has {length} characters; at most {LONGEST_TEXT} are typed at once.",
            "Type it in parts, or hand the target a medium with it.",
        )


class TypingBusyError(KaputtError):
    """Another text is not over yet."""

    code = "typing_busy"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Another text is being typed: the job {number} is not over.",
            "Wait for it, or cancel it.",
        )


class JobUnknownError(KaputtError):
    """There is no such job, or not any more."""

    code = "job_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such typing job.", "GET /api/typing has the last one.")


@dataclass(frozen=True)
class Wish:
    """A text, and how it shall be typed; what is None is as the settings say.

    Attributes:
        text: of any length up to `LONGEST_TEXT`.
        layout: XKB's name of the target's layout.
        variant: of that layout; None is the settings' one only if the layout is theirs too.
        system: "linux" or "windows".
        replacement: in place of what cannot be typed; None refuses it.
        delay_ms: after each stroke.
        owner: the page's seat on whose behalf it is typed.
    """

    text: str = field(repr=False)
    layout: str | None = None
    variant: str | None = None
    system: str | None = None
    replacement: str | None = field(default=None, repr=False)
    delay_ms: int | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Findings:
    """What would become of a text.

    Attributes:
        plan: how it would be typed, with what cannot be left out or replaced.
        is_typable: whether it would be typed at all.
        is_covered: whether Windows' version of the layout is known to us.
    """

    plan: Plan
    is_typable: bool
    is_covered: bool


async def everybody() -> None:
    """Whoever wants to may type."""


class Typist:
    """Types texts, one at a time."""

    def __init__(
        self,
        gadget: Gadget,
        settings: TypingSettings,
        *,
        shown_afterwards_s: float = SHOWN_AFTERWARDS_S,
    ) -> None:
        self.settings = settings
        self._gadget = gadget
        self._shown_afterwards_s = shown_afterwards_s
        self._job: Job | None = None
        self._hidden: Job | None = None
        self._count = 0
        self._one_at_a_time = asyncio.Lock()
        self._computing = Computing()
        self._revision = 0
        self._news = asyncio.Event()
        self._told_s = 0.0
        self._later: asyncio.TimerHandle | None = None

    @property
    def job(self) -> Job | None:
        """The present one, or the last one."""
        return self._job

    @property
    def owner(self) -> str | None:
        """The page's seat whose text is being typed just now."""
        return self._job.owner if self._job is not None and self._job.is_running else None

    @property
    def revision(self) -> int:
        """Another number after every change of `document`."""
        return self._revision

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        while self._revision == seen:
            await self._news.wait()
        return self._revision

    def document(self) -> dict[str, Any] | None:
        """The status document's part: the job, until it has been over for a while."""
        if self._job is None or self._job is self._hidden:
            return None
        return self._job.document()

    async def check(self, wish: Wish) -> Findings:
        """What would become of a text; types nothing.

        Raises:
            TextTooLongError: it is too long.
            ReplacementUntypableError: the replacement cannot be typed.
            ComputingBusyError: too many ask.
            KaputtError: the layout cannot be used.
        """
        return await self.compute(self._findings, wish, self._lights)

    async def compute(
        self, function: Callable[P, T], /, *arguments: P.args, **options: P.kwargs
    ) -> T:
        """Find something out about texts or layouts that takes a while.

        Raises:
            ComputingBusyError: too much of that waits already.
        """
        return await self._computing.run(function, *arguments, **options)

    async def start(self, wish: Wish, admit: Callable[[], Awaitable[None]] = everybody) -> Job:
        """Type a text.

        Args:
            admit: asked when it is known that it can be typed; raises if it may not be.

        Raises:
            TypingBusyError: another one is not over.
            TextUntypableError: it cannot be typed in full, and there is no replacement.
            KaputtError: as `check` does, or gadgetd cannot be asked.
        """
        async with self._one_at_a_time:
            if self._job is not None and not self._job.is_over:
                raise TypingBusyError(self._job.number)
            if self._gadget.unreachable is not None:
                raise self._gadget.unreachable
            order = await asyncio.to_thread(self._order, wish)
            ready = await asyncio.to_thread(order.ready, self._lights)
            job = Job(f"t{self._count + 1}", order, ready, self._gadget, self._tell)
            await admit()
            await job.begin()
            self._count += 1
            self._job = job
            self._changed()
            return job

    def find(self, number: str) -> Job:
        """The job of that number. Raises `JobUnknownError`."""
        if self._job is None or self._job.number != number:
            raise JobUnknownError
        return self._job

    async def give_way(self, name: str) -> None:
        """Pause the text, if there is one, because somebody of this name takes the keyboard."""
        if self._job is not None and self._job.is_running:
            with suppress(JobOverError):
                await self._job.pause(f"Paused, because {name} has taken the keyboard.")

    async def close(self) -> None:
        """Stop typing, and leave the target's locks and layout as they were, if that goes soon."""
        if self._job is not None and self._job.is_running:
            with suppress(JobOverError, TimeoutError):
                async with asyncio.timeout(CLOSED_WITHIN_S):
                    await self._job.pause()

    def _findings(self, wish: Wish, lights: frozenset[Led]) -> Findings:
        order = self._order(wish)
        asked = order if wish.replacement is not None else replace(order, replacement="")
        plan = asked.ready(lights).plan
        return Findings(
            plan,
            is_typable=not plan.different or wish.replacement is not None,
            is_covered=is_covered(order.keymap.layout, order.keymap.variant),
        )

    @property
    def _lights(self) -> frozenset[Led]:
        status = self._gadget.status
        return lights_of(status["keyboard"]["leds"]) if status else frozenset()

    def _order(self, wish: Wish) -> Order:
        """The wish with the settings filled in and its keymaps compiled; computes for a while."""
        if len(wish.text) > LONGEST_TEXT:
            raise TextTooLongError(len(wish.text))
        settings = self.settings
        layout = settings.layout if wish.layout is None else wish.layout
        variant = wish.variant
        if variant is None:
            variant = settings.variant if layout == settings.layout else ""
        system = settings.system if wish.system is None else wish.system
        made, second = self._keymaps((layout, variant), system)
        return Order(
            wish.text,
            made,
            system,
            wish.replacement,
            settings.delay_ms if wish.delay_ms is None else wish.delay_ms,
            second,
            wish.owner,
            note_on(made, system),
        )

    def _keymaps(self, asked: tuple[str, str], system: str) -> tuple[Keymap, Second | None]:
        """The layout, and the other one where it is the one that the settings name."""
        settings = self.settings
        is_theirs = asked == (settings.layout, settings.variant)
        if settings.second_layout is None or not settings.switch or not is_theirs:
            return keymap_of(*asked, system), None
        other = (settings.second_layout, settings.second_variant)
        if system == "windows":
            made, second = windows_keymap(*asked), windows_keymap(*other)
        else:
            made, second = keymap_pair(asked, other)
        *held, key = map(key_for, settings.switch)
        return made, Second(second, Stroke(tuple(held), key))

    def _tell(self) -> None:
        """Something has changed; a job that only gets on is news a few times a second."""
        loop = asyncio.get_running_loop()
        job = self._job
        if job is None or not job.is_running:
            self._changed()
            if job is not None and job.is_over:
                loop.call_later(self._shown_afterwards_s, self._hide, job)
        elif self._later is None:
            wait_s = max(0.0, self._told_s + TOLD_APART_S - loop.time())
            self._later = loop.call_later(wait_s, self._changed)

    def _changed(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._told_s = asyncio.get_running_loop().time()
        self._revision += 1
        self._news.set()
        self._news = asyncio.Event()

    def _hide(self, job: Job) -> None:
        self._hidden = job
        self._changed()


def keymap_of(layout: str, variant: str, system: str) -> Keymap:
    """What the layout writes on that system. Raises as `layouts.keymap` does."""
    return windows_keymap(layout, variant) if system == "windows" else keymap(layout, variant)


def note_on(made: Keymap, system: str) -> str:
    """What to know about typing with this keymap on that system; empty if there is nothing."""
    if system != "windows" or is_covered(made.layout, made.variant):
        return ""
    return (
        f"How Windows differs in the layout {made.title} is not known here, "
        "so nothing is typed with AltGr or with an accent key."
    )
