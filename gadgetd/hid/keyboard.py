"""Boot keyboard: who holds which keys, and the eight bytes that say so.

A report is a picture of the whole keyboard, not an event; the host learns what changed by
comparing two pictures. So this module remembers what is held and draws on demand.

Several people can share the keyboard. Each has a *seat*, and a key is down for as long as one
seat holds it: whoever leaves lets go of their own keys and of nobody else's.

Sources: USB HID 1.11 Appendix B.1 (layout) and Appendix C (too many keys at once);
HID Usage Tables 1.21 §10 (key numbers).
"""

from __future__ import annotations

from gadgetd.hid.usages import Key

SLOT_COUNT = 6
REPORT_SIZE_BYTES = 8
NO_KEYS = bytes(REPORT_SIZE_BYTES)


class Keyboard:
    """The keys held down right now, and the report that says so. Writes nowhere, waits never."""

    def __init__(self) -> None:
        self._holders: dict[Key, set[str]] = {}  # remembers the order in which keys went down

    def press(self, seat: str, key: Key) -> bytes:
        """`seat` holds `key` from now on; pressing a held key again changes nothing."""
        self._holders.setdefault(key, set()).add(seat)
        return self.report()

    def release(self, seat: str, key: Key) -> bytes:
        """`seat` lets go of `key`; letting go of what it does not hold changes nothing."""
        self._let_go(seat, key)
        return self.report()

    def release_seat(self, seat: str) -> bytes:
        """`seat` lets go of all it holds."""
        for key in self.held_by(seat):
            self._let_go(seat, key)
        return self.report()

    def release_all(self) -> bytes:
        """Every seat lets go of everything."""
        self._holders.clear()
        return self.report()

    @property
    def held(self) -> tuple[Key, ...]:
        """The keys that are down, in the order in which they went down."""
        return tuple(self._holders)

    def held_by(self, seat: str) -> tuple[Key, ...]:
        """The keys that `seat` holds, in the order in which they went down."""
        return tuple(key for key, seats in self._holders.items() if seat in seats)

    def report(self) -> bytes:
        """Eight bytes: modifier bits, a zero, six key slots (USB HID 1.11 Appendix B.1)."""
        modifiers = sum(1 << (key - Key.LEFT_CONTROL) for key in self._holders if key.is_modifier)
        plain = [key for key in self._holders if not key.is_modifier]
        if len(plain) > SLOT_COUNT:
            # Dropping the seventh key would look like a release. The specification wants every
            # slot to say "too many" instead, while the modifiers stay true.
            plain = [Key.ERROR_ROLL_OVER] * SLOT_COUNT
        return bytes([modifiers, 0, *plain]).ljust(REPORT_SIZE_BYTES, b"\0")

    def farewell(self, shown: bytes) -> bytes | None:
        """What a host needs to see first if, with too many keys down, some of those are let go of.

        It keeps what it was last shown for as long as it is told "too many", so a key that is let
        go of meanwhile would stay down at the host until all the others are few again.

        Args:
            shown: the last report that named its keys.

        Returns:
            The same without those that are not held any more; None when there is no need.
        """
        slots = [usage for usage in shown[2:] if usage]
        still = [usage for usage in slots if usage in self._holders]
        report = self.report()
        if names_its_keys(report) or still == slots:
            return None
        return bytes([report[0], 0, *still]).ljust(REPORT_SIZE_BYTES, b"\0")

    def _let_go(self, seat: str, key: Key) -> None:
        seats = self._holders.get(key, set())
        seats.discard(seat)
        if not seats:
            self._holders.pop(key, None)


def names_its_keys(report: bytes) -> bool:
    """Whether the report tells which keys are down, and not only that they are too many."""
    return Key.ERROR_ROLL_OVER not in report[2:]
