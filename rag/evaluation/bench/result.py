"""The figures of a bench: a row for each engine and way of asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from rag.evaluation.bench.contestant import Contestant
from rag.evaluation.bench.measure import Measured
from rag.evaluation.bench.task import Task
from rag.evaluation.retrieval import measure
from rag.evaluation.statistics import Metric, means, quantile

__all__ = ["FIGURES", "Benched", "Row", "rows_of"]

FIGURES = {
    "passages/s": "indexing, passages/s",
    "query_ms_p50": "query ms, p50",
    "query_ms_p95": "query ms, p95",
    "cold_seconds": "cold start, s",
    "index_peak_mb": "peak MB, indexing",
    "serve_peak_mb": "peak MB, asked",
    "index_mb": "index MB",
    "install_mb": "install MB",
    "ndcg@10": "nDCG@10",
}
"""Figures by name, as a table calls them. Of the first and last, more is better; of the others, less."""
_MB = 1e6


@dataclass(frozen=True)
class Row:
    """One engine, asked one way."""

    adapter: str
    title: str
    mode: str
    about: str
    versions: Mapping[str, str]
    figures: Mapping[str, Metric] = field(default_factory=dict)
    """With the interval over queries, or from the least repeat to the most."""
    ratios: Mapping[str, float] = field(default_factory=dict)
    """How many times the reference is better, in the same mode; below 1 where it is worse."""
    error: str = ""
    """Why figures are missing."""


@dataclass(frozen=True)
class Benched:
    """A whole bench."""

    dataset: str
    documents: int
    passages: int
    """As the peers got them."""
    queries: int
    repeats: int
    k: int
    machine: Mapping[str, Any]
    reference: str
    """The adapter that ratios are about."""
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def rows_of(
    task: Task,
    contestants: Sequence[Contestant],
    found: Mapping[str, Measured],
    reference: str,
) -> tuple[Row, ...]:
    """A row for each mode of each contestant, with ratios to the reference's.

    Rows of one mode stand together, the reference's first.
    """
    rows = [row for contestant in contestants for row in _rows(task, contestant, found[contestant.name])]
    best = {row.mode: row for row in rows if row.adapter == reference}
    order = list(dict.fromkeys([*best, *(row.mode for row in rows)]))
    rows.sort(key=lambda row: (order.index(row.mode), row.adapter != reference))
    return tuple(_with_ratios(row, best.get(row.mode)) for row in rows)


def _rows(task: Task, contestant: Contestant, measured: Measured) -> Iterator[Row]:
    adapter, made = contestant.adapter, contestant.environment
    versions = {name: made.versions[name] for name in adapter.versions if made and name in made.versions}
    shared = _shared(contestant, measured)
    for mode in contestant.modes:
        figures = {**shared}
        if ms := measured.ms.get(mode):
            for name, q in (("query_ms_p50", 0.5), ("query_ms_p95", 0.95)):
                if (figure := quantile(ms, q)) is not None:
                    figures[name] = figure
        rankings = measured.rankings.get(mode, [])
        if task.qrels and len(rankings) == len(task.queries):
            run = {query: task.ranking(ids) for query, ids in zip(task.queries, rankings, strict=True)}
            figures |= means({"ndcg@10": list(measure(task.qrels, run, ("ndcg@10",))["ndcg@10"].values())})
        ordered = {name: figures[name] for name in FIGURES if name in figures}
        yield Row(adapter.name, adapter.title, mode, adapter.about, versions, ordered, {}, measured.error)


def _shared(contestant: Contestant, measured: Measured) -> dict[str, Metric]:
    """What all modes of one index have in common."""
    done = measured.indexing
    figures = {
        "passages/s": _over([row["passages"] / row["seconds"] for row in done if row["seconds"] > 0]),
        "index_peak_mb": _over([row["peak_bytes"] / _MB for row in done if row.get("peak_bytes")]),
        "index_mb": _over([row["index_bytes"] / _MB for row in done]),
        "cold_seconds": _over(measured.cold),
    }
    if measured.serving_bytes:
        figures["serve_peak_mb"] = _over([measured.serving_bytes / _MB])
    if contestant.environment is not None and contestant.environment.bytes:
        figures["install_mb"] = _over([contestant.environment.bytes / _MB])
    return {name: figure for name, figure in figures.items() if figure is not None}


def _over(repeats: Sequence[float]) -> Metric | None:
    """The median of the repeats, between the least and the most."""
    return Metric(median(repeats), min(repeats), max(repeats), len(repeats)) if repeats else None


def _with_ratios(row: Row, best: Row | None) -> Row:
    if best is None or row is best:
        return row
    ratios = {}
    for name in FIGURES:
        theirs, ours = row.figures.get(name), best.figures.get(name)
        if theirs is not None and ours is not None and theirs.mean > 0 and ours.mean > 0:
            more = name in ("passages/s", "ndcg@10")
            ratios[name] = ours.mean / theirs.mean if more else theirs.mean / ours.mean
    return Row(**{**row.__dict__, "ratios": ratios})
