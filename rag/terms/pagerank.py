"""Personalised PageRank by power iteration over a sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["pagerank"]


def pagerank(
    links: csr_array,
    seeds: NDArray[np.float64] | None = None,
    alpha: float = 0.85,
    tolerance: float = 1e-9,
    iterations: int = 5_000,
) -> NDArray[np.float64]:
    """The probability of meeting each node on a walk that starts anew at the seeds.

    Args:
        links: `[n, n]`, the weight of the step from row to column; a row without any steps to the seeds.
        seeds: `[n]`, how likely a walk starts at each node; None, or all zero, for anywhere.
        alpha: probability of going on instead of starting anew.
        tolerance: mean change of a probability at which it stops.
        iterations: at most.

    Returns:
        `[n]`, sums to 1.
    """
    n = links.shape[0]
    if not n:
        return np.empty(0)
    start = np.full(n, 1 / n) if seeds is None or not seeds.any() else seeds / seeds.sum()
    leaving = np.asarray(links.sum(axis=1)).ravel()
    stuck = leaving == 0
    share = 1 / np.where(stuck, 1, leaving)
    back = links.T.tocsr()
    rank = np.full(n, 1 / n)
    for _ in range(iterations):
        before = rank
        rank = alpha * (back @ (before * share) + before[stuck].sum() * start) + (1 - alpha) * start
        if np.abs(rank - before).sum() < n * tolerance:
            break
    return np.asarray(rank / rank.sum())
