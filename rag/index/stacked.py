"""Rows of half-precision vectors that lie in several memory maps, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stacked"]

_BLOCK = 8_192
"""Rows widened to float32 at once."""


class Stacked:
    """Parts of float16 `[n, dimensions]` as one matrix that is never put together."""

    def __init__(self, parts: Sequence[NDArray[np.float16]]) -> None:
        self._parts = parts
        self._first = np.cumsum([0, *map(len, parts)])

    def __len__(self) -> int:
        return int(self._first[-1])

    def rows(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some rows, float32 `[len(rows), dimensions]`."""
        if len(self._parts) == 1:
            return self._parts[0][rows].astype(np.float32)
        width = self._parts[0].shape[1] if self._parts else 0
        found = np.empty((len(rows), width), np.float32)
        owner = np.searchsorted(self._first, rows, "right") - 1
        for number in np.unique(owner):
            here = owner == number
            found[here] = self._parts[number][rows[here] - self._first[number]]
        return found

    def blocks(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """Some rows, a block at a time."""
        for start in range(0, len(rows), _BLOCK):
            yield self.rows(rows[start : start + _BLOCK])
