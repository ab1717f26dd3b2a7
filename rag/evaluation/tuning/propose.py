"""What to try next: the whole grid where it is small enough, otherwise the tree-structured Parzen estimator [1, 2].

A proposal is a function of what has been tried and of the seed, and of nothing else: there is no state to be lost, and
a search that was killed goes on exactly as it would have.

[1] Bergstra et al.: Algorithms for Hyper-Parameter Optimization (2011), section 4.
[2] Ozaki et al.: Multiobjective Tree-Structured Parzen Estimator (2022).
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rag.errors import MissingExtra
from rag.evaluation.tuning.dimensions import Dimension, Values, key_of, size

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

__all__ = ["propose", "require_optuna"]

_STARTUP = 8
"""Trials drawn at random before the estimator has something to learn from."""
_REPEATS = 32
"""Proposals of what was tried already before one is drawn at random."""
_ENUMERATED = 100_000
"""Points of a space that are looked through for what is left."""

Direction = Literal["maximize", "minimize"]
Tried = tuple[Mapping[str, Any], Sequence[float]]
"""A point, and its value by each objective."""


def require_optuna() -> None:
    """Raises MissingExtra where it is not installed."""
    if find_spec("optuna") is None:
        raise MissingExtra("optuna", "tune", "rag tune")


def propose(  # noqa: PLR0913  # a function of all that it depends on
    space: Sequence[Dimension],
    directions: Sequence[Direction],
    tried: Sequence[Tried],
    known: Collection[str],
    *,
    budget: int,
    seed: int,
) -> Values | None:
    """A point that is not known yet; None where nothing is left.

    Args:
        space: the dimensions.
        directions: `maximize` or `minimize`, one an objective.
        tried: points of the space with their values.
        known: keys (`key_of`) of all points that need not come again.
        budget: trials in all: a space with no more points is gone through as a whole.
        seed: of the search.
    """
    if size(space) <= budget:
        return _left(space, known, seed)
    for attempt in range(_REPEATS):
        startup = _STARTUP if attempt < _REPEATS // 2 else len(tried) + 1  # it insists: draw at random
        point = _ask(space, directions, tried, [seed, len(known), attempt], startup)
        if key_of(point) not in known:
            return point
    return _left(space, known, seed) if size(space) <= _ENUMERATED else None


def _left(space: Sequence[Dimension], known: Collection[str], seed: int) -> Values | None:
    """A point of the grid that is left, in an order of the seed: a search that ends early has seen a bit of all."""
    columns = [dimension.values or () for dimension in space]
    grid: list[Values] = [
        dict(zip((dimension.path for dimension in space), row, strict=True)) for row in product(*columns)
    ]
    order = np.random.default_rng(seed).permutation(len(grid)).tolist()
    return next((grid[place] for place in order if key_of(grid[place]) not in known), None)


def _ask(
    space: Sequence[Dimension], directions: Sequence[Direction], tried: Sequence[Tried], seed: list[int], startup: int
) -> Values:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    distributions = {dimension.path: dimension.distribution() for dimension in space}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # multivariate
        study = optuna.create_study(directions=list(directions), sampler=_sampler(seed, startup))
        for values, objectives in tried:
            parameters = {dimension.path: dimension.parameter(values[dimension.path]) for dimension in space}
            study.add_trial(
                optuna.trial.create_trial(params=parameters, distributions=distributions, values=list(objectives))
            )
        asked = study.ask(distributions)
    return {dimension.path: dimension.value(asked.params[dimension.path]) for dimension in space}


def _sampler(seed: list[int], startup: int) -> BaseSampler:
    from optuna.samplers import TPESampler

    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    return TPESampler(seed=number, n_startup_trials=startup, multivariate=True)
