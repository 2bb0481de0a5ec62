"""An order to type: the text and the keymaps, and which locks have to be off for it.

Most text is planned around the lights that are on at the target, so that no lock is touched. What
cannot be typed under one of them, but can without it, needs that lock to be switched off first and
back on afterwards. A keymap says that it can type nothing under a lock when nobody can say what
the lock would do (Caps Lock on Windows).

What is typed may be a password: nothing here shows it in a `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from api.keys.plan import (
    LOCKS,
    Keymap,
    Plan,
    ReplacementUntypableError,
    Second,
    Stroke,
    TextUntypableError,
    plan,
)
from gadgetd.hid.usages import Key, Led

KEY_OF: Mapping[Led, Stroke] = {
    Led.CAPS_LOCK: Stroke((), Key.CAPS_LOCK),
    Led.NUM_LOCK: Stroke((), Key.NUM_LOCK),
}
NAME_OF: Mapping[Led, str] = {Led.CAPS_LOCK: "Caps Lock", Led.NUM_LOCK: "Num Lock"}


def lights_of(names: list[str]) -> frozenset[Led]:
    """The locks' lights among those that gadgetd's status names."""
    return frozenset(light for light in LOCKS if light.name.lower() in names)


def names_of(lights: frozenset[Led]) -> list[str]:
    """The lights as gadgetd names them."""
    return [light.name.lower() for light in sorted(lights)]


@dataclass(frozen=True)
class Ready:
    """A way to type an order.

    Attributes:
        plan: what to press.
        lights: which are on while it is typed.
        switch_off: the locks to press before, and again afterwards.
    """

    plan: Plan
    lights: frozenset[Led]
    switch_off: tuple[Led, ...]


@dataclass(frozen=True)
class Order:
    """What is to be typed.

    Attributes:
        text: of any length.
        keymap: of the target's layout.
        system: of the target, "linux" or "windows".
        replacement: in place of what cannot be typed; None where that is to be refused.
        delay_ms: after each stroke.
        second: the target's other layout.
        owner: the page's seat on whose behalf it is typed.
        note: what to know about this keymap; may be empty.
    """

    text: str = field(repr=False)
    keymap: Keymap
    system: str
    replacement: str | None = field(default=None, repr=False)
    delay_ms: int = 0
    second: Second | None = None
    owner: str | None = None
    note: str = ""

    def ready(self, lights: frozenset[Led]) -> Ready:
        """The way to type it that touches the fewest locks and loses the fewest characters.

        Computes for as long as the text is: not for an event loop.

        Args:
            lights: which are on now.

        Raises:
            TextUntypableError: there is none, and no replacement; says what is missing at best.
            ReplacementUntypableError: the replacement cannot be typed.
        """
        best: Ready | None = None
        refusals: list[TextUntypableError] = []
        unusable: ReplacementUntypableError | None = None
        lit = sorted(lights & LOCKS)
        for off in (off for count in range(len(lit) + 1) for off in combinations(lit, count)):
            left = lights - frozenset(off)
            try:
                made = plan(self.text, self.keymap, self.replacement, left, self.second)
            except TextUntypableError as error:
                refusals.append(error)
                continue
            except ReplacementUntypableError as error:
                unusable = error
                continue
            if not made.different:
                return Ready(made, left, off)
            if best is None or made.different < best.plan.different:
                best = Ready(made, left, off)
        if best is not None:
            return best
        raise unusable or min(refusals, key=lambda error: error.different)
