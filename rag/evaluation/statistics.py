"""How sure a figure is: bootstrap intervals [1] of means, quantiles and ratios, and paired randomisation tests [2].

[1] Efron, Tibshirani: An Introduction to the Bootstrap (1993).
[2] Smucker, Allan, Carterette: A Comparison of Statistical Significance Tests for Information Retrieval Evaluation
(2007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Metric", "Paired", "holm", "means", "paired", "quantile", "ratio"]

RESAMPLES = 2000
CONFIDENCE = 0.95
_CELLS = 1 << 23
"""Random numbers drawn at once: 64 MB."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure over queries, with its bootstrap 95 % interval."""

    mean: float
    low: float
    high: float
    queries: int
    """Queries that it applies to."""


@dataclass(frozen=True, slots=True)
class Paired:
    """The difference between two runs on the same queries, `b - a`."""

    difference: float
    low: float
    high: float
    p: float
    """Two-sided, of the hypothesis that both runs are the same."""
    queries: int


def means(values: Mapping[str, Sequence[float]], *, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Metric]:
    """The mean of each figure. Queries are drawn together, so that figures of one run share their resamples.

    Args:
        values: figure to one value a query; NaN where it does not apply.
        seed: of the draws.
        resamples: how many.
    """
    if not values:
        return {}
    table = np.column_stack([np.asarray(column, dtype=float) for column in values.values()])
    known = ~np.isnan(table)
    filled = np.where(known, table, 0.0)
    sums, counts = _resampled(filled, known, seed, resamples)
    with np.errstate(invalid="ignore"):
        drawn = np.where(counts > 0, sums / counts, np.nan)
    found = {}
    for place, name in enumerate(values):
        if (number := int(known[:, place].sum())) > 0:
            low, high = _interval(drawn[:, place])
            found[name] = Metric(float(filled[:, place].sum() / number), low, high, number)
    return found


def ratio(top: ArrayLike, bottom: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES) -> Metric | None:
    """`sum(top) / sum(bottom)`, as of precision over queries; None where the bottom is empty."""
    pair = np.column_stack([np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)])
    total = pair.sum(axis=0)
    if total[1] <= 0:
        return None
    sums, _ = _resampled(pair, np.ones_like(pair, dtype=bool), seed, resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = _interval(np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.nan))
    return Metric(float(total[0] / total[1]), low, high, int(total[1]))


def quantile(values: ArrayLike, q: float, *, seed: int = 0, resamples: int = RESAMPLES) -> Metric | None:
    """The `q` quantile of what is not NaN; None where nothing is left."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return None
    random, size = np.random.default_rng(seed), len(known)
    # A resample's quantile is the value at a beta-distributed rank: no resample need be drawn and sorted.
    place = q * (size - 1)
    ranks = random.beta(place + 1, size - place, resamples) * (size - 1) if size > 1 else np.zeros(resamples)
    low, high = _interval(np.interp(ranks, np.arange(size), np.sort(known)))
    return Metric(float(np.quantile(known, q)), low, high, size)


def paired(a: ArrayLike, b: ArrayLike, *, seed: int = 0, permutations: int = 10_000) -> Paired:
    """Whether `b` differs from `a`, value by value.

    A pair where either is NaN is left out. The test flips the sign of each pair's difference at random: exact up to
    the number of permutations, for any distribution.

    Args:
        a: one value a query.
        b: one value for each of the same queries.
        seed: of the flips.
        permutations: how many.
    """
    differences = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    differences = differences[~np.isnan(differences)]
    if not len(differences):
        return Paired(float("nan"), float("nan"), float("nan"), float("nan"), 0)
    mean = float(differences.mean())
    interval = means({"difference": differences.tolist()}, seed=seed)["difference"]
    moved = differences[differences != 0]
    if not len(moved):
        return Paired(0.0, 0.0, 0.0, 1.0, len(differences))
    random, reached = np.random.default_rng(seed), 0
    total = abs(moved.sum())
    for size in _chunks(permutations, len(moved)):
        signs = random.integers(0, 2, (size, len(moved)), dtype=np.int8) * 2 - 1
        reached += int((np.abs(signs @ moved) >= total - 1e-12 * max(1.0, total)).sum())
    return Paired(mean, interval.low, interval.high, (reached + 1) / (permutations + 1), len(differences))


def holm(p: Sequence[float]) -> list[float]:
    """p-values of a family of tests, corrected so that all hold together (Holm 1979); NaN stays out of the family."""
    values = np.asarray(p, dtype=float)
    order = [place for place in np.argsort(values) if not np.isnan(values[place])]
    corrected, largest = values.copy(), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, float(values[place]) * (len(order) - rank)))
        corrected[place] = largest
    return [float(value) for value in corrected]


def _resampled(
    filled: NDArray[np.float64], known: NDArray[np.bool_], seed: int, resamples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums and counts `[resamples, columns]` of rows drawn with replacement."""
    random, size = np.random.default_rng(seed), len(filled)
    both = np.hstack([filled, known.astype(float)])
    parts = []
    for some in _chunks(resamples, size):
        weights = random.multinomial(size, np.full(size, 1 / size), some)
        parts.append(weights.astype(float) @ both)
    drawn = np.vstack(parts)
    return drawn[:, : filled.shape[1]], drawn[:, filled.shape[1] :]


def _chunks(total: int, width: int) -> list[int]:
    step = max(1, _CELLS // max(1, width))
    return [min(step, total - start) for start in range(0, total, step)]


def _interval(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Percentiles of what could be computed."""
    edge = (1 - CONFIDENCE) / 2
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [edge, 1 - edge])
    return float(low), float(high)
