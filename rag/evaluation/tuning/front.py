"""Which trials no other one beats, and which of them wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["pareto", "winner"]


def _costs(rows: Sequence[Mapping[str, float]], objectives: Mapping[str, str]) -> NDArray[np.float64]:
    """`[rows, objectives]`, less is better everywhere."""
    signs = {name: -1.0 if direction == "maximize" else 1.0 for name, direction in objectives.items()}
    return np.array([[sign * row[name] for name, sign in signs.items()] for row in rows], dtype=np.float64)


def pareto(rows: Sequence[Mapping[str, float]], objectives: Mapping[str, str]) -> list[int]:
    """Places of the rows that no other row beats: as good in every objective and better in one. In the rows' order.

    Args:
        rows: objective to value.
        objectives: objective to `maximize` or `minimize`.
    """
    if not rows:
        return []
    costs = _costs(rows, objectives)
    no_worse = (costs[:, None] <= costs[None]).all(axis=2)
    better = (costs[:, None] < costs[None]).any(axis=2)
    return [int(place) for place in np.flatnonzero(~(no_worse & better).any(axis=0))]


def winner(rows: Sequence[Mapping[str, float]], objectives: Mapping[str, str], tolerance: float) -> int:
    """The place of the row that wins.

    Of those within `tolerance` of the best by the first objective it is the one that is best by the second, then by the
    third, and so on, at last by the first. So it lies on the Pareto front.

    Raises:
        ValueError: there are no rows.
    """
    costs = _costs(rows, objectives)
    near = np.flatnonzero(costs[:, 0] <= costs[:, 0].min() + tolerance)
    rest = np.roll(costs[near], -1, axis=1)  # the first objective comes last
    return int(near[np.lexsort(rest.T[::-1])[0]])
