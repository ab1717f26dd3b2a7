"""Runs side by side: each figure of each run, and which of them differ by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from rag.errors import UsageError, did_you_mean
from rag.evaluation.figures import grouped
from rag.evaluation.gate import common
from rag.evaluation.measures import lower_is_better, summary
from rag.evaluation.result import Result
from rag.evaluation.statistics import Metric, Paired, holm, paired
from rag.evaluation.stored import Run, differences

__all__ = ["ALPHA", "Cell", "Comparison", "Row", "compare", "letter"]

ALPHA = 0.05


@dataclass(frozen=True)
class Cell:
    """One figure of one run."""

    metric: Metric | None
    beats: tuple[int, ...] = ()
    """Places of the runs that it is better than, by more than chance."""
    change: Paired | None = None
    """Against the first run, with the corrected p; None for the first run and for what no single query has."""


@dataclass(frozen=True)
class Row:
    """One figure of every run."""

    figure: str
    group: str
    cells: tuple[Cell, ...]

    @property
    def best(self) -> tuple[int, ...]:
        """Places of the best runs; none where fewer than two have the figure, or all are alike."""
        means = {place: cell.metric.mean for place, cell in enumerate(self.cells) if cell.metric is not None}
        if len(set(means.values())) < 2:
            return ()
        best = (min if lower_is_better(self.figure) else max)(means.values())
        return tuple(place for place, mean in means.items() if mean == best)


@dataclass(frozen=True)
class Comparison:
    """Runs of one data set, on the queries that all of them have."""

    dataset: str
    runs: tuple[Run, ...]
    rows: tuple[Row, ...]
    queries: int
    settings: dict[str, list[Any]]
    """Path to each run's value, where the configurations differ."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `rag compare --json`."""
        return {
            "dataset": self.dataset,
            "queries": self.queries,
            "runs": [
                {"name": run.name, "letter": letter(place), "config": run.result.config, "folder": run.result.folder}
                for place, run in enumerate(self.runs)
            ],
            "settings": self.settings,
            "figures": {row.figure: [_cell(cell) for cell in row.cells] for row in self.rows},
        }


def letter(place: int) -> str:
    """What a run is called in marks: a, b, ... z, then numbers."""
    return chr(ord("a") + place) if place < 26 else str(place + 1)


def compare(runs: Sequence[Run], figures: Sequence[str] = ()) -> Comparison:
    """Each figure of each run.

    A difference between two runs counts where a paired randomisation test over their common queries gives p below .05
    after Holm's correction over all pairs of runs for that figure.

    Args:
        runs: of one data set; the first one is what the others are told against.
        figures: which; all that any run has where none are named.

    Raises:
        UsageError: there are no runs, they are of several data sets or share no query, or no run has a figure.
    """
    if not runs:
        raise UsageError("nothing to compare: name runs of `rag eval`, each its folder or its JSON")
    if len(names := {run.result.dataset for run in runs}) > 1:
        raise UsageError(f"these runs are of several data sets ({', '.join(sorted(names))}); compare those of one")
    results = _shared([run.result for run in runs])
    known: dict[str, Metric] = {}
    for result in results:
        known = {**result.metrics, **known}
    for name in figures:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"no run has a figure {name!r}; {hint} there are: {', '.join(sorted(known))}")
    groups = grouped(known)
    wanted = [(group, name) for group, members in groups.items() for name in members if not figures or name in figures]
    wanted += [("other", name) for name in figures if name not in [found for _, found in wanted]]
    return Comparison(
        runs[0].result.dataset,
        tuple(replace(run, result=result) for run, result in zip(runs, results, strict=True)),
        tuple(_row(group, name, results) for group, name in wanted),
        len(results[0].ids),
        differences(runs) if len(runs) > 1 else {},
    )


def _row(group: str, figure: str, results: Sequence[Result]) -> Row:
    having = [place for place, result in enumerate(results) if figure in result.table]
    tests = {(a, b): paired(*common(results[a], results[b], figure)) for a, b in combinations(having, 2)}
    corrected = dict(zip(tests, holm([test.p for test in tests.values()]), strict=True))
    sign = -1 if lower_is_better(figure) else 1
    beats: dict[int, list[int]] = {place: [] for place in range(len(results))}
    for (a, b), p in corrected.items():
        if p < ALPHA:
            better, worse = (b, a) if tests[a, b].difference * sign > 0 else (a, b)
            beats[better].append(worse)
    cells = [
        Cell(
            result.metrics.get(figure),
            tuple(sorted(beats[place])),
            replace(tests[0, place], p=corrected[0, place]) if (0, place) in tests else None,
        )
        for place, result in enumerate(results)
    ]
    return Row(figure, group, tuple(cells))


def _shared(results: Sequence[Result]) -> list[Result]:
    """The results on the queries that all have: figures of different queries cannot be compared."""
    shared = set(results[0].ids).intersection(*(result.ids for result in results[1:]))
    if not shared:
        raise UsageError("these runs have no query in common")
    return [result if len(result.ids) == len(shared) else _only(result, shared) for result in results]


def _only(result: Result, ids: set[str]) -> Result:
    places = [place for place, name in enumerate(result.ids) if name in ids]
    table = {name: [column[place] for place in places] for name, column in result.table.items()}
    whole = {name: metric for name, metric in result.metrics.items() if name == "index_seconds"}
    return replace(result, ids=[result.ids[place] for place in places], table=table, metrics=summary(table) | whole)


def _cell(cell: Cell) -> dict[str, Any] | None:
    if cell.metric is None:
        return None
    told: dict[str, Any] = {"mean": cell.metric.mean, "ci": [cell.metric.low, cell.metric.high]}
    if cell.change is not None and cell.change.queries:
        told["change"] = {
            "difference": cell.change.difference,
            "ci": [cell.change.low, cell.change.high],
            "p": cell.change.p,
        }
    return {**told, "beats": [letter(place) for place in cell.beats]}
