"""The sparse view: an inverted index of the weights that a sparse encoder gives to its vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

from rag.index.sparse import Sparse
from rag.index.view import Arrays, Passage, Rows, View
from rag.kinds import SparseEncoder

__all__ = ["Impacts"]

_AT_ONCE = 256
"""Passages encoded at once."""


@dataclass(frozen=True)
class Impacts(View):
    """Postings by column of the vocabulary.

    Arrays of a segment of n passages: `columns` uint32 `[t]` (sorted), `offsets` int64 `[t + 1]`, `rows` `[p]` (the
    smallest type that fits) and `weights` float16 `[p]` (postings, by column then row), `count` int64 `[1]`: n.
    """

    sparse: SparseEncoder

    @cached_property
    def name(self) -> str:
        """`impacts` and what they depend on."""
        return f"impacts-{xxh3_64_hexdigest(self.sparse.fingerprint.encode())[:8]}"

    @property
    def manifest(self) -> Mapping[str, str | int | float]:
        """The encoder."""
        return {"sparse": self.sparse.fingerprint}

    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """The postings of some passages."""
        columns, rows, weights = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float16)]
        for start in range(0, len(passages), _AT_ONCE):
            some = [passage.encoded for passage in passages[start : start + _AT_ONCE]]
            found = self.sparse.encode(some).tocoo()
            columns.append(found.col.astype(np.int64))
            rows.append(found.row.astype(np.int64) + start)
            weights.append(found.data.astype(np.float16))
        return _posted(np.concatenate(columns), np.concatenate(rows), np.concatenate(weights), len(passages))

    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The postings of the marked rows of several segments."""
        columns, rows, weights = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float16)]
        first = 0
        for arrays, mask in parts:
            kept = mask[arrays["rows"]]
            columns.append(np.repeat(arrays["columns"], np.diff(arrays["offsets"]))[kept].astype(np.int64))
            rows.append((np.cumsum(mask) - 1)[arrays["rows"][kept]] + first)
            weights.append(np.asarray(arrays["weights"])[kept])
            first += int(mask.sum())
        return _posted(np.concatenate(columns), np.concatenate(rows), np.concatenate(weights), first)

    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Sparse:
        """The searchable postings."""
        return Sparse(self.sparse, parts, rows)


def _posted(
    columns: NDArray[np.int64], rows: NDArray[np.int64], weights: NDArray[np.float16], count: int
) -> dict[str, NDArray[Any]]:
    order = np.lexsort((rows, columns))
    found, sizes = np.unique(columns, return_counts=True)
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return {
        "columns": found.astype(np.uint32),
        "offsets": offsets,
        "rows": rows[order].astype(np.min_scalar_type(max(count - 1, 1))),
        "weights": weights[order],
        "count": np.array([count], np.int64),
    }
