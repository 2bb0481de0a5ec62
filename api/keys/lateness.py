"""Lateness: how old a message is when it arrives, though its clock and ours share no zero.

The difference between the two clocks is smallest for the message that was fastest; by how much
it is larger for another one, that one is late. Three things would make all that follows look late,
and are told apart:

- Two clocks drift apart, so the smallest difference is let grow by a thousandth.
- A page's clock may stop while its computer sleeps. Its messages are then all "late" by the
  same amount; those of a stalled network come in a heap, each less late than the one before. So
  a sudden difference that stays the same for a second is the new one.
- A clock that goes back was set anew: messages of one connection do not overtake each other.
"""

from __future__ import annotations

DRIFT = 0.001
SUDDENLY_S = 1.0
SETTLED_AFTER_S = 1.0
SAME_WITHIN_S = 0.25


class Lateness:
    """The messages of one connection."""

    def __init__(self) -> None:
        self._smallest_s: float | None = None
        self._latest_s = 0.0  # the difference of the message before, and when it was sent and came
        self._sent_at_s = 0.0
        self._came_at_s = 0.0
        self._jump: tuple[float, float] | None = None  # since when there is which new difference

    def age_s(self, sent_at_s: float, now_s: float) -> float:
        """How much longer than the fastest message this one took.

        Args:
            sent_at_s: by the sender's clock, which may start anywhere.
            now_s: by ours.
        """
        difference_s = now_s - sent_at_s
        if self._smallest_s is None or sent_at_s < self._sent_at_s:
            self._smallest_s = difference_s
            self._jump = None
        else:
            drift_s = (now_s - self._came_at_s) * DRIFT
            self._smallest_s = min(self._smallest_s + drift_s, difference_s)
            self._mind_jump(difference_s, now_s)
        self._latest_s, self._sent_at_s, self._came_at_s = difference_s, sent_at_s, now_s
        return max(0.0, difference_s - self._smallest_s)

    def _mind_jump(self, difference_s: float, now_s: float) -> None:
        if difference_s - self._latest_s >= SUDDENLY_S:
            self._jump = now_s, difference_s
        elif self._jump is not None:
            since_s, jumped_to_s = self._jump
            if abs(difference_s - jumped_to_s) > SAME_WITHIN_S:
                self._jump = None
            elif now_s - since_s >= SETTLED_AFTER_S:
                self._smallest_s, self._jump = difference_s, None
