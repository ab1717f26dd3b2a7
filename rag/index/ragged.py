"""Tokens of passages that lie in several memory maps, one part after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
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
        """The codes of some tokens. A run of tokens of one part is read at once, so ascending ones are the fastest."""
        if len(self._codes) == 1:
            return np.take(self._codes[0], tokens, axis=0, mode="clip")
        found = np.empty((len(tokens), *self._codes[0].shape[1:]), self._codes[0].dtype)
        for start, codes, some in self.runs(tokens):
            np.take(codes, some, axis=0, out=found[start : start + len(some)], mode="clip")
        return found

    def runs(self, tokens: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any], NDArray[np.int64]]]:
        """Runs of tokens of one part: where each starts in `tokens`, the part's codes, and their numbers in it."""
        owner = np.searchsorted(self._begins, tokens, "right") - 1
        starts = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(tokens)]
        for start, end in pairwise(starts if len(tokens) else ()):
            part = owner[start]
            yield start, self._codes[part], tokens[start:end] - self._begins[part]

    def tokens(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Some rows' tokens end to end, and where each row's start among them."""
        lengths = self.lengths[rows]
        return spread(self.first[rows], lengths), np.cumsum(lengths) - lengths

    def blocks(self, rows: NDArray[np.int64], tokens: int) -> Iterator[slice]:
        """Rows that have at most so many tokens together, one after the other; at least one row each."""
        ends = np.cumsum(self.lengths[rows])
        start = 0
        while start < len(rows):
            before = ends[start - 1] if start else 0
            end = max(start + 1, int(np.searchsorted(ends, before + tokens, "right")))
            yield slice(start, end)
            start = end

    def rows(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The codes of some rows' tokens end to end, and where each row's start."""
        tokens, starts = self.tokens(rows)
        return self.take(tokens), starts
