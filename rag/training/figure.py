"""A figure of several trainings: their mean and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure:
    """One value a seed."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """From the seeds' values."""
        return cls(tuple(float(value) for value in values))

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return sum(self.values) / len(self.values)

    @property
    def spread(self) -> float:
        """The largest distance of a seed from the mean."""
        return max(abs(value - self.mean) for value in self.values)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {"mean": self.mean, "spread": self.spread, "seeds": list(self.values)}

    def __str__(self) -> str:
        said = f"{self.mean:.4g}" if abs(self.mean) >= 1 else f"{self.mean:.3f}".replace("0.", ".", 1)
        return said if len(self.values) == 1 else f"{said} ± {self.spread:.3f}".replace("± 0.", "± .")
