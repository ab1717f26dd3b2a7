"""What a run found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.evaluation.statistics import Metric

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """The figures of one configuration on one data set, and each query's."""

    dataset: str
    config: str
    metrics: Mapping[str, Metric]
    ids: Sequence[str]
    table: Mapping[str, Sequence[float]]
    """Figure to one value a query; NaN where it does not apply."""
    depth: int
    """Documents that the longest ranking has: a recall beyond it measures nothing."""
    fingerprint: str
    failed: int = 0
    """Queries that ended in an error."""
    folder: str = ""
    reused: int = 0
    """Queries whose answers an earlier run had left."""
    errors: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `rag eval --json`. Values of single queries are rounded to 6 places."""
        return {
            "dataset": self.dataset,
            "config": self.config,
            "queries": len(self.ids),
            "metrics": {name: metric.mean for name, metric in self.metrics.items()},
            "ci": {name: [_json(metric.low), _json(metric.high)] for name, metric in self.metrics.items()},
            "counts": {name: metric.queries for name, metric in self.metrics.items()},
            "depth": self.depth,
            "failed": self.failed,
            "fingerprint": self.fingerprint,
            "folder": self.folder,
            "per_query": {
                "ids": list(self.ids),
                **{name: [_json(round(value, 6)) for value in column] for name, column in self.table.items()},
            },
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Result:
        """What `to_dict` gave."""
        per_query = dict(given.get("per_query") or {})
        ids = per_query.pop("ids", [])
        edges, counts = given.get("ci", {}), given.get("counts", {})
        metrics = {}
        for name, mean in given["metrics"].items():
            low, high = (math.nan if edge is None else float(edge) for edge in edges.get(name, (None, None)))
            metrics[name] = Metric(mean, low, high, int(counts.get(name, given.get("queries", 0))))
        return cls(
            given.get("dataset", ""),
            given.get("config", ""),
            metrics,
            ids,
            {name: [math.nan if v is None else v for v in column] for name, column in per_query.items()},
            given.get("depth", 0),
            given.get("fingerprint", ""),
            given.get("failed", 0),
            given.get("folder", ""),
        )


def _json(value: float) -> float | None:
    """JSON has no NaN."""
    return None if math.isnan(value) else value
