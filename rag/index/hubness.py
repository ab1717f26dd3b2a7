"""Hubs: passages that lie near much of a collection, and so near most questions, whatever is asked [1].

[1] Radovanovic, Nanopoulos, Ivanovic: Hubs in Space, Popular Nearest Neighbors in High-Dimensional Data (2010).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.index.stacked import Stacked
from rag.index.view import Rows

__all__ = ["Hubness"]

NEIGHBOURS = 20
"""Passages that a passage's surroundings are judged by."""
SAMPLE = 8_192
"""Passages at most that are looked for neighbours: a large collection's density shows in a part of it."""
_DECIMALS = 5
"""Behind these, a matrix product rounds differently by a row's place."""


class Hubness:
    """How densely a passage is surrounded: its mean cosine to its nearest others, computed when it is first found.

    Threads may share it: two that compute the same row write the same value.
    """

    def __init__(self, vectors: Stacked, rows: Rows) -> None:
        """Stores.

        Args:
            vectors: unit vectors `[rows, dimensions]`.
            rows: theirs; those with the smallest keys are the sample, whatever the order of indexing.
        """
        self._vectors = vectors
        self._rows = rows
        self._known = np.full(len(vectors), np.nan, np.float32)

    @cached_property
    def _sample(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        alive = np.flatnonzero(self._rows.alive)
        if len(alive) > SAMPLE:
            alive = np.sort(alive[np.argpartition(self._rows.keys[alive], SAMPLE)[:SAMPLE]])
        return alive, self._vectors.rows(alive)

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The hubness of some rows, float32 `[len(rows)]`; 0 in a collection of one passage."""
        new = rows[np.isnan(self._known[rows])]
        if len(new):
            self._known[new] = self._computed(new)
        found: NDArray[np.float32] = self._known[rows]
        return found

    def _computed(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        sample, vectors = self._sample
        cosines = self._vectors.rows(rows) @ vectors.T
        cosines[rows[:, None] == sample] = -np.inf
        # A passage is not its own neighbour, so one of the sample has one fewer to choose from.
        count = min(NEIGHBOURS, len(sample) - 1)
        if count < 1:
            return np.zeros(len(rows), np.float32)
        nearest = np.partition(cosines, cosines.shape[1] - count, axis=1)[:, -count:]
        means: NDArray[np.float32] = nearest.mean(axis=1).round(_DECIMALS)
        return means
