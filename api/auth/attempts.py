"""How often a password may be tried: a few times freely, then with a wait that doubles.

Counted per address, so that whoever guesses slows down only themselves; and for all addresses
together, so that guessing from many of them does not help. Somebody who has signed in from an
address before is not held up there by the guesses of others.

An attempt counts as wrong from its beginning until it proves right; otherwise a hundred of them at
once would all be free.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gadgetd.errors import KaputtError

Clock = Callable[[], float]
T = TypeVar("T")

FREE_PER_ADDRESS = 5
FREE_FOR_ALL = 20
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
LONGEST_WAIT_FOR_ALL_S = 30.0
FORGOTTEN_AFTER_S = 3600.0
ADDRESSES_REMEMBERED = 1024


class TooManyAttemptsError(KaputtError):
    """Too many wrong passwords; this one was not looked at."""

    code = "too_many_attempts"

    def __init__(self, wait_s: float) -> None:
        self.retry_after_s = max(1, math.ceil(wait_s))
        super().__init__("Too many wrong passwords.", f"Wait {self.retry_after_s} s and try again.")


@dataclass
class Strikes:
    """Wrong passwords of one origin: how many, and until when to wait because of them."""

    free: int
    longest_wait_s: float
    count: int = 0
    last_at_s: float = -math.inf
    open_at_s: float = -math.inf

    def wait_s(self, now_s: float) -> float:
        """How long the next attempt has to wait; not above zero when it need not."""
        return self.open_at_s - now_s

    def add(self, now_s: float) -> None:
        """One more wrong one."""
        if now_s - self.last_at_s > FORGOTTEN_AFTER_S:
            self.count = 0
        self.count += 1
        self.last_at_s = now_s
        if self.count >= self.free:
            # Bounded before the power is taken: 2.0 ** 2000 is no float.
            doublings = min(self.count - self.free, 20)
            self.open_at_s = now_s + min(FIRST_WAIT_S * 2.0**doublings, self.longest_wait_s)


class Attempts:
    """Counts attempts to sign in, and says when one comes too early."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all = Strikes(FREE_FOR_ALL, LONGEST_WAIT_FOR_ALL_S)
        self._by_origin: OrderedDict[str, Strikes] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def begin(self, address: str) -> None:
        """Count an attempt, as a wrong one for now.

        Raises:
            TooManyAttemptsError: it has to wait. It is not counted then: insisting costs nothing.
        """
        now_s = self._clock()
        origin = network_of(address)
        strikes = self._by_origin.get(origin) or Strikes(FREE_PER_ADDRESS, LONGEST_WAIT_S)
        wait_s = strikes.wait_s(now_s)
        if origin not in self._known:
            wait_s = max(wait_s, self._all.wait_s(now_s))
        if wait_s > 0:
            raise TooManyAttemptsError(wait_s)
        strikes.add(now_s)
        self._all.add(now_s)
        remember(self._by_origin, origin, strikes)

    def right(self, address: str) -> None:
        """The attempt was right after all; what its origin did wrong before is forgiven."""
        origin = network_of(address)
        strikes = self._by_origin.pop(origin, None)
        remember(self._known, origin, None)
        if strikes is not None:
            self._all.count = max(0, self._all.count - strikes.count)
            if self._all.count < FREE_FOR_ALL:
                self._all.open_at_s = -math.inf


def network_of(address: str) -> str:
    """Who guesses: one IPv4 address, or the 64-bit network that an IPv6 host may roam in."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address  # a Unix socket, or a test
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def remember(entries: OrderedDict[str, T], origin: str, entry: T) -> None:
    """Keep an entry as the newest, and drop the oldest when there are too many."""
    entries[origin] = entry
    entries.move_to_end(origin)
    if len(entries) > ADDRESSES_REMEMBERED:
        entries.popitem(last=False)
