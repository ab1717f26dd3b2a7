"""The quality gate: whether a run is worse than a baseline, by how much, and whether that may be chance.

A condition says which figure must not fall how far: `ndcg@10 -1pt p<0.05` is broken where nDCG@10 fell by at least one
point (.01) and a paired test gives less than .05 for chance. `-2%` is relative to the baseline, `-50` is in the
figure's own unit; what grows worse upwards takes a plus: `latency_ms_p95 +20%`. `ndcg@10 <0.4` needs no baseline.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import UsageError, did_you_mean
from rag.evaluation.measures import lower_is_better
from rag.evaluation.result import Result
from rag.evaluation.statistics import Paired, paired

__all__ = ["Condition", "Verdict", "common", "judge", "parse_condition"]

_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_CHANGE = re.compile(rf"^([+-]){_NUMBER}(pt|pts|%|)$")
_BOUND = re.compile(rf"^([<>])=?{_NUMBER}$")
_CHANCE = re.compile(rf"^p<{_NUMBER}$")
_HINT = 'a condition reads "ndcg@10 -1pt p<0.05", "latency_ms_p95 +20%" or "ndcg@10 <0.4"'


@dataclass(frozen=True, slots=True)
class Condition:
    """When a run fails."""

    text: str
    """As it was written."""
    figure: str
    amount: float
    """The change in points, percent or the figure's own unit, signed; or the bound."""
    unit: str
    """`pt`, `%`, the empty string, or `<` and `>` for a bound."""
    p: float | None = None
    """The chance below which a change counts; any change where None."""

    @property
    def limit(self) -> str:
        """The change that is allowed, as it was written."""
        return self.text.split()[1]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition."""

    condition: Condition
    failed: bool
    sentence: str
    paired: Paired | None = None


def parse_condition(text: str) -> Condition:
    """A condition from its words.

    Raises:
        UsageError: it is not one; shows how one looks.
    """
    words = text.replace("p <", "p<").replace("p< ", "p<").split()
    if len(words) < 2:
        raise UsageError(f"--fail-if {text!r}: {_HINT}")
    chance = _CHANCE.match(words[-1])
    rest = words[1:-1] if chance else words[1:]
    change, bound = _CHANGE.match("".join(rest)), _BOUND.match("".join(rest))
    if not (change or bound) or (bound and chance):
        raise UsageError(f"--fail-if {text!r}: {_HINT}")
    if change:
        amount, unit = float(change[2]) * (1 if change[1] == "+" else -1), change[3].rstrip("s")
        if (amount > 0) != lower_is_better(words[0]):
            sign = "+" if lower_is_better(words[0]) else "-"
            raise UsageError(f"--fail-if {text!r}: {words[0]} grows worse in the other direction; write {sign}")
    else:
        assert bound is not None
        amount, unit = float(bound[2]), bound[1]
    return Condition(text, words[0], amount, unit, float(chance[1]) if chance else None)


def judge(result: Result, baseline: Result | None, conditions: Sequence[Condition]) -> list[Verdict]:
    """Each condition's verdict.

    Args:
        result: the run to judge.
        baseline: the run it must not fall behind; paired by query id.
        conditions: when to fail.

    Raises:
        UsageError: a figure is unknown to one of the runs, or the runs have no query in common.
    """
    return [_judge(result, baseline, condition) for condition in conditions]


def common(a: Result, b: Result, figure: str) -> tuple[list[float], list[float]]:
    """The values of both runs for the queries that both have, in the same order."""
    mine = dict(zip(a.ids, a.table.get(figure, ()), strict=False))
    theirs = dict(zip(b.ids, b.table.get(figure, ()), strict=False))
    shared = [name for name in mine if name in theirs]
    return [mine[name] for name in shared], [theirs[name] for name in shared]


def _judge(result: Result, baseline: Result | None, condition: Condition) -> Verdict:
    figure = condition.figure
    new = _mean(result, figure, "this run")
    if condition.unit in ("<", ">"):
        failed = new < condition.amount if condition.unit == "<" else new > condition.amount
        says = "is below" if condition.unit == "<" else "is above"
        otherwise = "is not below" if condition.unit == "<" else "is not above"
        return Verdict(condition, failed, f"{figure} {says if failed else otherwise} {condition.amount:g}: {new:.4g}")
    if baseline is None:
        raise UsageError(f"--fail-if {condition.text!r} compares with a baseline: --baseline RUN.json")
    old = _mean(baseline, figure, "the baseline")
    test: Paired | None = None
    values = common(baseline, result, figure)
    if figure in result.table and figure in baseline.table:
        if not values[0]:
            raise UsageError("the baseline has no query in common with this run: is it of the same data set?")
        test = paired(*values)
        both = ~(np.isnan(values[0]) | np.isnan(values[1]))
        if both.any():  # compared are the same queries, whatever else each run has
            old, new = (float(np.asarray(column)[both].mean()) for column in values)
    elif condition.p is not None:
        which = "this run" if figure in baseline.table else "the baseline"
        raise UsageError(
            f"--fail-if {condition.text!r}: {which} has no {figure} a query, so chance cannot be told; leave p<... out"
        )
    change = new - old
    limit = {"pt": abs(condition.amount) / 100, "%": abs(condition.amount) / 100 * abs(old), "": abs(condition.amount)}
    worse = change if lower_is_better(figure) else -change
    far = worse > 0 and worse >= limit[condition.unit] - 1e-12
    sure = condition.p is None or (test is not None and test.p < condition.p)
    why = "" if far and sure else f": more than {condition.limit}, but it may be chance" if far else ""
    if not far:
        why = f": within {condition.limit}"
    return Verdict(condition, far and sure, _sentence(condition, old, new, test) + (why if change else ""), test)


def _sentence(condition: Condition, old: float, new: float, test: Paired | None) -> str:
    change = new - old
    verb = "did not change" if change == 0 else "rose" if change > 0 else "fell"
    if change == 0:
        return f"{condition.figure} did not change: {new:.4f}"
    by = _amount(change, old, condition.unit)
    text = f"{condition.figure} {verb} by {by}, from {old:.4f} to {new:.4f}"
    if test is not None:
        text += f" (p = {test.p:.2g}, {test.queries:,} queries)"
    return text


def _amount(change: float, old: float, unit: str) -> str:
    if unit == "pt":
        points = abs(change) * 100
        return f"{points:.2g} point{'' if round(points, 2) == 1 else 's'}" if points < 10 else f"{points:.1f} points"
    if unit == "%" and old:
        return f"{abs(change / old) * 100:.2g} %"
    return f"{abs(change):.4g}"


def _mean(result: Result, figure: str, whose: str) -> float:
    if figure not in result.metrics:
        hint = did_you_mean(figure, list(result.metrics))
        raise UsageError(f"{whose} has no figure {figure!r}; {hint} it has: {', '.join(sorted(result.metrics))}")
    mean = result.metrics[figure].mean
    return mean if not math.isnan(mean) else 0.0
