"""What a search found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rag.evaluation.statistics import Metric, Paired
from rag.evaluation.tuning.trials import Trial

__all__ = ["Found", "HeldOut"]


@dataclass(frozen=True)
class HeldOut:
    """One objective of the default and of the winner, on the queries that nothing was searched with."""

    default: Metric
    winner: Metric
    difference: Paired | None
    """Winner less default, query by query, with its interval; None for what no single query has, as a median."""


@dataclass(frozen=True)
class Found:
    """The trials of a search, the best of them, and what the best is worth."""

    dataset: str
    config: str
    objectives: Mapping[str, str]
    trials: Sequence[Trial]
    """Those that ended, the default configuration first."""
    default: Mapping[str, Any]
    """Path to value of the configuration as it was given."""
    front: Sequence[int]
    """Numbers of the trials that no other one beats."""
    winner: int
    """Number of the trial that won; 0 is the default configuration."""
    held_out: Mapping[str, HeldOut]
    queries: tuple[int, int]
    """Searched with, and held out."""
    folder: str
    indexes: int
    """Different indexes that the trials used."""
    reused: int = 0
    """Trials that an earlier run of this search had left."""
    interrupted: bool = False
    exhausted: bool = False
    """Whether nothing is left in the space."""

    def trial(self, number: int) -> Trial:
        """A trial by its number."""
        return next(trial for trial in self.trials if trial.number == number)

    def changed(self, number: int) -> dict[str, Any]:
        """What a trial says differently from the default."""
        return {path: value for path, value in self.trial(number).values.items() if value != self.default.get(path)}

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `rag tune --json`."""
        return {
            "dataset": self.dataset,
            "config": self.config,
            "objectives": dict(self.objectives),
            "default": dict(self.default),
            "winner": {"number": self.winner, "changed": self.changed(self.winner)},
            "pareto": list(self.front),
            "held_out": {name: _shown(part) for name, part in self.held_out.items()},
            "queries": {"searched": self.queries[0], "held_out": self.queries[1]},
            "trials": [asdict(trial) for trial in self.trials],
            "indexes": self.indexes,
            "reused": self.reused,
            "interrupted": self.interrupted,
            "exhausted": self.exhausted,
            "folder": self.folder,
        }


def _shown(part: HeldOut) -> dict[str, Any]:
    """JSON has no NaN."""
    told = asdict(part)
    return {name: _plain(value) if isinstance(value, dict) else value for name, value in told.items()}


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in figures.items()}
