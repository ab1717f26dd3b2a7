"""Tokens of passages that lie in several memory maps, one part after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ragged", "spread"]


def spread(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of every run `start, start + 1, ...` of these lengths, end to end."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


class Ragged:
    """Parts of `offsets` `[n + 1]` and `codes` `[tokens, ...]` as one table that is never put together."""

    def __init__(self, offsets: Sequence[NDArray[Any]], codes: Sequence[NDArray[Any]]) -> None:
        self._codes = codes
        self.lengths: NDArray[np.int64] = np.concatenate(
            [np.diff(part.astype(np.int64)) for part in offsets] or [np.empty(0, np.int64)]
        )
        """Tokens of each row."""
        self.first: NDArray[np.int64] = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        """Where each row's tokens start, `[rows + 1]`."""
        self._begins = np.cumsum([0, *map(len, codes)])

    def __len__(self) -> int:
        """Tokens."""
        return int(self._begins[-1])

    def take(self, tokens: NDArray[np.int64]) -> NDArray[Any]:
        """The codes of some tokens."""
        if len(self._codes) == 1:
            return self._codes[0][tokens]
        owner = np.searchsorted(self._begins, tokens, "right") - 1
        found = np.empty((len(tokens), *self._codes[0].shape[1:]), self._codes[0].dtype)
        for number in np.unique(owner):
            here = owner == number
            found[here] = self._codes[number][tokens[here] - self._begins[number]]
        return found

    def rows(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The codes of some rows' tokens end to end, and where each row's start."""
        lengths = self.lengths[rows]
        return self.take(spread(self.first[rows], lengths)), np.cumsum(lengths) - lengths
