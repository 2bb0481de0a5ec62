"""A target at the end of the cable, with the kernel in between, in a time of its own.

What hidg says is what Linux says, and not what our code expects: one report is in flight, the next
one gets EAGAIN until the host has collected it; without a configuration writing gives ESHUTDOWN;
unbinding, a reset and a pulled cable drop the report in flight, going to sleep keeps it. The host
compares pictures as Linux does: it passes over the slots of a picture that says "too many keys".

Time only passes when nothing is left to do, so a second costs nothing and is a second.

Sources: drivers/usb/gadget/function/f_hid.c (f_hidg_write, f_hidg_poll, hidg_disable);
drivers/hid/hid-core.c (hid_input_array_field); drivers/hid/usbhid/hid-core.c (usbhid_open).
"""

from __future__ import annotations

import asyncio
import errno
import os
import selectors
from collections.abc import Callable, Mapping
from typing import Any

POLL_INTERVAL_S = 0.008
DEAF_S = 0.05
IDLE_LIMIT = 1000  # so often nobody has a reason to be woken at one and the same moment

OUT, IN = selectors.EVENT_WRITE, selectors.EVENT_READ


class Target:
    """The kernel's side of the node, the wire, and the host."""

    def __init__(self, now: Callable[[], float], later: Callable[..., object]) -> None:
        self.now = now
        self._later = later
        self.is_configured = False
        self.is_polling = True
        self.is_asleep = False
        self.forgets = True  # whether setting us up anew makes it forget what was down
        self.is_deaf_at_first = False  # as Linux is for the first 50 ms
        self.is_sticky = False  # since 6.12, readable for as long as nobody is there
        self.in_flight: bytes | None = None
        self.in_flight_since = 0.0
        self.changed_at = 0.0
        self.down: frozenset[int] = frozenset()
        self.modifiers = 0
        self.collected: list[bytes] = []
        self.noticed: list[bytes] = []  # of these, what it did not throw away
        self.open: set[int] = set()
        self.dead: set[int] = set()
        self._next_fd = 1_000_000
        self._light: bytes | None = None
        self._deaf_until = 0.0

    # --- what a process can do with the node ------------------------------------------------------

    def open_node(self) -> int:
        self._next_fd += 1
        self.open.add(self._next_fd)
        return self._next_fd

    def write(self, fd: int, report: bytes) -> int:
        self._check(fd)
        if not self.is_configured:
            raise OSError(errno.ESHUTDOWN, os.strerror(errno.ESHUTDOWN))
        if self.in_flight is not None:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.in_flight, self.in_flight_since = bytes(report), self.now()
        self._poll_soon()
        return len(report)

    def read(self, fd: int, count: int) -> bytes:
        self._check(fd)
        if not self.is_configured and self.is_sticky:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        if self._light is None:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        light, self._light = self._light, None
        return light

    def close(self, fd: int) -> None:
        self.open.remove(fd)
        self.dead.discard(fd)

    def strerror(self, number: int) -> str:
        return os.strerror(number)

    def events(self, fd: int) -> int:
        """What poll says of the descriptor."""
        assert fd in self.open, "a closed descriptor is waited for"
        if fd in self.dead:
            return 0  # f_hidg_poll knows no error
        out = OUT if self.is_configured and self.in_flight is None else 0
        is_readable = self._light is not None or (self.is_sticky and not self.is_configured)
        return out | (IN if is_readable else 0)

    def _check(self, fd: int) -> None:
        if fd not in self.open:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if fd in self.dead:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    # --- what the world can do --------------------------------------------------------------------

    def configure(self) -> None:
        """It sets us up: for the first time, or anew."""
        self.disconnect()
        self.is_configured = True
        self.is_asleep = False
        self._light = b"\0"
        self._deaf_until = self.now() + (DEAF_S if self.is_deaf_at_first else 0)

    def disconnect(self) -> None:
        """A pulled cable, a reset, an unbound gadget: the report in flight is lost."""
        self._touch()
        self.is_configured = False
        self.in_flight = None
        if self.forgets or self.is_deaf_at_first:  # a driver found anew starts with nothing down
            self.down, self.modifiers = frozenset(), 0

    def poll(self, is_polling: bool) -> None:
        """It begins or ceases to ask for reports."""
        self._touch()
        self.is_polling = is_polling
        self._poll_soon()

    def sleep(self, is_asleep: bool) -> None:
        """It suspends the bus or resumes; the report in flight stays where it is."""
        self._touch()
        self.is_asleep = is_asleep
        self._poll_soon()

    def light(self, lamps: int) -> None:
        """It sets the lock lights."""
        self._light = bytes([lamps])

    def kill_nodes(self) -> None:
        """What is open does not work any more."""
        self._touch()
        self.dead |= self.open

    @property
    def is_well(self) -> bool:
        """Whether it asks for reports."""
        return self.is_configured and self.is_polling and not self.is_asleep

    def _touch(self) -> None:
        self.changed_at = self.now()

    def _poll_soon(self) -> None:
        if self.is_well and self.in_flight is not None:
            self._later(POLL_INTERVAL_S, self._collect, self.in_flight_since)

    def _collect(self, since: float) -> None:
        if not self.is_well or self.in_flight is None or self.in_flight_since != since:
            return
        report, self.in_flight = self.in_flight, None
        self.collected.append(report)
        if self.now() < self._deaf_until:
            return
        self.noticed.append(report)
        self.modifiers = report[0]
        if 1 not in report[2:]:
            self.down = frozenset(report[2:]) - {0}

    @property
    def keys_down(self) -> set[int]:
        """All that is down, as its input layer sees it."""
        return set(self.down) | {0xE0 + bit for bit in range(8) if self.modifiers >> bit & 1}


class _Selector(selectors.BaseSelector):
    """Knows the descriptors of the target; lets time pass when none of them is ready."""

    def __init__(self) -> None:
        self.target: Target | None = None
        self.now = 0.0
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._idle = 0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return self._keys[fd]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = []
        for fd, key in self._keys.items():
            if self.target is not None and fd > 1_000_000:
                events = self.target.events(fd) & key.events
                if events:
                    ready.append((key, events))
        if ready or timeout == 0:
            self._idle += 1
            assert self._idle < IDLE_LIMIT, "the loop does not come to rest"
            return ready
        self._idle = 0
        assert timeout is not None, "nothing will ever happen again"
        self.now += timeout
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[fileobj if isinstance(fileobj, int) else fileobj.fileno()]


class World(asyncio.SelectorEventLoop):
    """An event loop in which time passes as said, and a target."""

    def __init__(self) -> None:
        self._world = _Selector()
        super().__init__(self._world)
        self.target = self._world.target = Target(self.time, self.call_later)

    def time(self) -> float:
        return self._world.now

    def pass_time(self, duration_s: float) -> None:
        """Let so much time pass; 0 does all that is to be done now."""
        self.call_later(duration_s + 1e-6, self.stop)
        self.run_forever()

    def do(self, act: Callable[[], object]) -> None:
        """Call something as the loop would, and let its consequences of this moment happen."""
        self.call_soon(act)
        self.pass_time(0)
