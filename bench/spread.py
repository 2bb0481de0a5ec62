"""Many samples in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least `percent` per cent of all samples do not exceed.

    The nearest-rank definition: what comes out has been measured, nothing is interpolated.

    Raises:
        ValueError: no samples, or a per cent outside 0 < percent <= 100.
    """
    if not samples or not 0 < percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(samples)} samples")
    return sorted(samples)[math.ceil(len(samples) * percent / 100) - 1]


@dataclass(frozen=True)
class Spread:
    """What is usual, and what one in a hundred is worse than."""

    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Spread:
        """The spread of these samples."""
        return cls(percentile(samples, 50), percentile(samples, 99))
