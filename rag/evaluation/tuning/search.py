"""The search: trial after trial on one half of the queries, then the winner and the default on the other half."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from xxhash import xxh3_64_hexdigest

from rag.config import Configuration, change
from rag.config.shipped import said
from rag.config.tuning import Tuning
from rag.errors import ConfigError, RagError, UsageError, did_you_mean
from rag.evaluation import retrieval
from rag.evaluation.dataset import Dataset
from rag.evaluation.result import Result
from rag.evaluation.run import EVALUATIONS, evaluate, run_key
from rag.evaluation.statistics import paired
from rag.evaluation.tuning.dimensions import Dimension, Values, dimensions, holds, key_of, standing
from rag.evaluation.tuning.found import Found, HeldOut
from rag.evaluation.tuning.front import pareto, winner
from rag.evaluation.tuning.halves import halves
from rag.evaluation.tuning.output import write
from rag.evaluation.tuning.propose import propose, require_optuna
from rag.evaluation.tuning.trials import Trial, Trials
from rag.index import Progress

__all__ = ["SEARCHES", "Told", "tune"]

SEARCHES = Path(".rag/tune")


@dataclass(frozen=True)
class Told:
    """How far a search is: `progress(...)` is called with one after every question."""

    trial: str
    """As `trial 7 of 30`."""
    best: float | None
    """By the first objective, so far."""
    inner: Progress


def tune(  # noqa: PLR0913  # each is an option of `rag tune`
    configuration: Configuration,
    dataset: Dataset,
    tuning: Tuning | None = None,
    *,
    limit: int | None = None,
    folder: Path | None = None,
    indexes: Path = EVALUATIONS,
    fresh: bool = False,
    progress: Callable[[Told], None] | None = None,
) -> Found:
    """Tries configurations until the budget is spent.

    The default configuration is trial 0. Trials that cut documents alike share an index, and `indexes` is that of
    `evaluate`. A second run of the same search asks nothing again and goes on where the first one stopped; with a
    larger budget it goes on further. Ctrl-C ends the search with what was found. See `rag.evaluation.tuning.output` for
    the files it leaves.

    Args:
        configuration: the default.
        dataset: what to ask: half of its queries are searched with, half are held out.
        tuning: what to search; the configuration's `tune` where not given.
        limit: the first so many queries only.
        folder: of the search; one below `.rag/tune`, named by data set, configuration and content, where not given.
        indexes: where indexes of data sets are kept.
        fresh: forget the trials that an earlier search left.
        progress: called as questions end.

    Raises:
        UsageError: there is nothing to search, too little to ask, or an objective is no figure of this run.
        MissingExtra: Optuna is not installed.
    """
    tuning = tuning or configuration.tune
    if tuning is None or not tuning.space:
        name = said(configuration.source)
        where = name if name == configuration.source else f"a file that extends {name}"
        raise UsageError(
            f"nothing to search: add `tune: {{space: {{PATH: [VALUES]}}}}` to {where}, or --space "
            "pipeline.0.retrieve.top_k=[5,10,20]"
        )
    require_optuna()
    measures = tuple(dict.fromkeys([*retrieval.DEFAULT, *(name for name in tuning.objectives if "@" in name)]))
    retrieval.measure({"q": {"d": 1}}, {"q": ["d"]}, measures)  # an unknown one is told before anything is asked
    base = change(configuration, {})
    parts = halves(dataset, limit)
    ids = xxh3_64_hexdigest("\x1f".join(query.id for part in parts for query in part.queries).encode())
    key = run_key(base, dataset, f"tune {ids}")
    path = folder or SEARCHES / f"{dataset.name}-{Path(configuration.source).stem.strip('<>')}-{key[:8]}"
    trials = Trials(path, key)
    trials.open({"dataset": dataset.name, "config": configuration.source, "tune": tuning.model_dump()}, fresh=fresh)
    try:
        search = _Search(
            base,
            tuning,
            dimensions(base, tuning.space),
            trials,
            *parts,
            measures,
            indexes,
            progress or (lambda _: None),
        )
        search.run()
        found = search.found(dataset.name)
        write(found, base)
        return found
    finally:
        trials.close()


@dataclass
class _Search:
    base: Configuration
    tuning: Tuning
    space: Sequence[Dimension]
    trials: Trials
    searched: Dataset
    held_out: Dataset
    measures: Sequence[str]
    indexes: Path
    tell: Callable[[Told], None]
    ended: list[Trial] = field(default_factory=list)
    """The default first, then those of this space."""
    reused: int = 0
    interrupted: bool = False
    exhausted: bool = False

    def run(self) -> None:
        """Trials until the budget is spent, nothing is left, or somebody interrupts."""
        start = standing(self.base, self.space)
        there = self.trials.read()
        known = [trial for trial in there if trial.number == 0 or holds(self.space, trial.values)]
        self.ended = [replace(t, values=start) if not t.number else t for t in known if t.state != "running"]
        self.reused = len(self.ended)
        waiting = [trial for trial in known if trial.state == "running" and trial.number]
        number = max((trial.number for trial in there), default=0)
        try:
            if not self.ended or self.ended[0].number:
                self.ended.insert(0, self.attempt(0, start))
            self.known_objectives()
            while len(self.ended) < self.tuning.trials and not self.late():
                if waiting:
                    again = waiting.pop(0)
                    self.ended.append(self.attempt(again.number, dict(again.values)))
                    continue
                values = self.next()
                if values is None:
                    self.exhausted = True
                    break
                number += 1
                self.ended.append(self.attempt(number, values))
        except KeyboardInterrupt:
            if not self.ended or self.ended[0].number:
                raise
            self.interrupted = True

    def late(self) -> bool:
        """Whether the minutes are over."""
        limit = self.tuning.minutes
        return limit is not None and sum(trial.seconds for trial in self.ended) >= limit * 60

    def next(self) -> Values | None:
        """A point to try."""
        names = list(self.tuning.objectives)
        tried = [(t.values, [t.metrics[name] for name in names]) for t in self.done() if holds(self.space, t.values)]
        return propose(
            self.space,
            list(self.tuning.objectives.values()),
            tried,
            {key_of(trial.values) for trial in self.ended},
            budget=self.tuning.trials,
            seed=self.tuning.seed,
        )

    def done(self) -> list[Trial]:
        """Trials that have every objective."""
        return [
            t for t in self.ended if t.state == "done" and all(name in t.metrics for name in self.tuning.objectives)
        ]

    def known_objectives(self) -> None:
        """Raises UsageError where an objective is no figure of the default's run."""
        figures = self.ended[0].metrics
        for name in self.tuning.objectives:
            if name not in figures:
                shown = ", ".join(figure for figure in figures if "/" not in figure)
                hint = did_you_mean(name, figures)
                raise UsageError(f"{name!r} is no figure of this data set and pipeline; there are: {shown}\n    {hint}")

    def attempt(self, number: int, values: Values) -> Trial:
        """One trial, from its first line in the folder to its last."""
        self.trials.append(Trial(number, values, "running"))
        started = perf_counter()
        try:
            candidate = change(self.base, values if number else {}, origin="rag tune")
            result = self.measure(candidate, self.searched, f"trial {number} of {self.tuning.trials - 1}")
            if result.failed:
                name, reason = next(iter(result.errors.items()))
                raise RagError(f"{result.failed} of {len(result.ids)} questions failed, the first ({name}): {reason}")
        except RagError as error:
            if not number:
                raise
            said = error.problems[0].message if isinstance(error, ConfigError) else str(error)
            trial = Trial(number, values, "refused", seconds=perf_counter() - started, reason=said)
        else:
            means = {name: metric.mean for name, metric in result.metrics.items()}
            trial = Trial(number, values, "done", means, perf_counter() - started, result.folder)
        self.trials.append(trial)
        return trial

    def measure(self, candidate: Configuration, data: Dataset, name: str) -> Result:
        """A configuration's figures; asked before, they are read. Either way as they are kept, to the same places."""
        first, direction = next(iter(self.tuning.objectives.items()))
        known = [trial.metrics[first] for trial in self.done()]
        best = (max if direction == "maximize" else min)(known) if known else None
        result = evaluate(
            candidate,
            data,
            folder=self.trials.path / "runs" / run_key(candidate, data)[:12],
            indexes=self.indexes,
            measures=self.measures,
            progress=lambda inner: self.tell(Told(name, best, inner)),
        )
        return replace(Result.from_dict(result.to_dict()), errors=result.errors)

    def found(self, dataset: str) -> Found:
        """The front, the winner, and how it fares against the default on the queries that were held out."""
        done, objectives = self.done(), self.tuning.objectives
        rows = [trial.metrics for trial in done]
        best = done[winner(rows, objectives, self.tuning.tolerance)]
        default = self.measure(self.base, self.held_out, "the default, on the other half")
        chosen = change(self.base, best.values if best.number else {}, origin="rag tune")
        against = self.measure(chosen, self.held_out, "the winner, on the other half")
        cut = {key_of({p: v for p, v in t.values.items() if p.startswith(("index", "encoder"))}) for t in done}
        return Found(
            dataset,
            self.base.source,
            dict(objectives),
            self.ended,
            standing(self.base, self.space),
            [done[place].number for place in pareto(rows, objectives)],
            best.number,
            {name: _against(name, default, against) for name in objectives},
            (len(self.searched.queries), len(self.held_out.queries)),
            str(self.trials.path),
            len(cut),
            self.reused,
            self.interrupted,
            self.exhausted,
        )


def _against(name: str, default: Result, chosen: Result) -> HeldOut:
    both: Any = (default.table.get(name), chosen.table.get(name))
    return HeldOut(default.metrics[name], chosen.metrics[name], None if None in both else paired(*both))
