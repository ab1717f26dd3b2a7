"""Values to pixels, with round numbers along the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

__all__ = ["Linear", "Logarithmic", "Scale"]

_TICKS = 5
_MARGIN = 0.06
"""Left free at both ends, a share of the span."""


class Scale(Protocol):
    """Where a value lies between two pixels."""

    ticks: list[float]
    """Round values that lie on it."""

    def place(self, value: float) -> float:
        """Where a value lies, in pixels."""


class Linear:
    """Equal differences are equally far apart."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        low, high = min(values), max(values)
        margin = (high - low) * _MARGIN or abs(high) * 0.05 or 1.0
        self.low, self.high, self.start, self.end = low - margin, high + margin, start, end
        raw = (self.high - self.low) / _TICKS
        power = 10.0 ** np.floor(np.log10(raw))
        step = next(float(power * unit) for unit in (1, 2, 5, 10) if power * unit >= raw)
        count = np.arange(np.ceil(self.low / step), np.floor(self.high / step) + 1)
        self.ticks = [float(tick) for tick in count * step + 0.0]  # never -0

    def place(self, value: float) -> float:
        """Where a value lies, in pixels."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


class Logarithmic:
    """Equal ratios are equally far apart. Values are above 0."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        logs = [float(np.log10(value)) for value in values]
        margin = (max(logs) - min(logs)) * _MARGIN or 0.5
        self.low, self.high, self.start, self.end = min(logs) - margin, max(logs) + margin, start, end
        units = (1,) if self.high - self.low > 2 else (1, 2, 5)
        powers = range(int(np.floor(self.low)), int(np.ceil(self.high)) + 1)
        round_ones = (unit * 10.0**power for power in powers for unit in units)
        self.ticks = [tick for tick in round_ones if self.low <= np.log10(tick) <= self.high]

    def place(self, value: float) -> float:
        """Where a value lies, in pixels."""
        return self.start + (float(np.log10(value)) - self.low) / (self.high - self.low) * (self.end - self.start)
