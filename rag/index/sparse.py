"""Inner products with sparse vectors, over postings that lie in memory maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.index.view import Arrays, Hits, Rows, best
from rag.kinds import SparseEncoder

__all__ = ["Sparse"]

_DIGITS = 4
"""Sums of float32 in another order differ by less; equal passages must score alike."""


class Sparse:
    """Scores passages by the inner product of their weights with a question's. Threads may share it."""

    def __init__(self, encoder: SparseEncoder, parts: Sequence[Arrays], rows: Rows) -> None:
        self._encoder = encoder
        self._parts = parts
        self._rows = rows
        self._first = np.cumsum([0, *(int(part["count"][0]) for part in parts)])

    def scores(self, query: str) -> NDArray[np.float32]:
        """Of every row, dead ones included, float32 `[rows]`; 0 where nothing is shared."""
        asked = self._encoder.encode([query], query=True)
        found = np.zeros(int(self._first[-1]), np.float32)
        columns, weights = asked.indices.astype(np.uint32), asked.data
        order = np.argsort(columns, kind="stable")  # the order of additions is the same in every index
        for part, first in zip(self._parts, self._first, strict=False):
            places = np.searchsorted(part["columns"], columns[order])
            for place, column, weight in zip(places, columns[order], weights[order], strict=True):
                if place < len(part["columns"]) and part["columns"][place] == column:
                    span = slice(*part["offsets"][place : place + 2])
                    rows = part["rows"][span].astype(np.int64) + first  # each row once
                    found[rows] += part["weights"][span].astype(np.float32) * np.float32(weight)
        return np.round(found, _DIGITS)

    def search(self, query: str, top_k: int, mask: NDArray[np.bool_] | None = None) -> Hits:
        """The passages with the greatest inner products, all above 0.

        Args:
            query: a question.
            top_k: how many at most.
            mask: bool `[rows]`; only these rows.
        """
        return self.ranked(self.scores(query), top_k, mask)

    def ranked(self, scores: NDArray[np.float32], top_k: int, mask: NDArray[np.bool_] | None = None) -> Hits:
        """`search` by what `scores` gave."""
        rows = np.flatnonzero((scores > 0) & (self._rows.alive if mask is None else mask))
        return best(scores[rows], rows, self._rows.keys, top_k)
