"""The sparse view: an inverted index of vocabulary weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

from rag.index.view import Arrays, Passage, Rows, View
from rag.kinds import SparseEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Impacts", "Sparse"]


@dataclass(frozen=True)
class Sparse(View):
    """Postings of every vocabulary entry that some passage has a weight for.

    Arrays of a segment of n passages: `terms` uint32 `[t]` (sorted vocabulary ids), `offsets` int64 `[t + 1]`, `rows`
    uint32 `[p]` and `weights` float16 `[p]` (by term, then row), `lengths` float32 `[n]` (of each sparse vector).
    """

    sparse: SparseEncoder

    @cached_property
    def name(self) -> str:
        """`sparse` and what the weights depend on."""
        return f"sparse-{xxh3_64_hexdigest(self.sparse.fingerprint.encode())[:8]}"

    @property
    def manifest(self) -> Mapping[str, str | int | float]:
        """The encoder."""
        return {"sparse": self.sparse.fingerprint}

    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """Encodes passages and turns their weights round."""
        return _postings(self.sparse.encode([passage.encoded for passage in passages]))

    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The postings of the marked rows of several segments."""
        from scipy.sparse import vstack

        width = 1 + max((int(arrays["terms"].max(initial=0)) for arrays, _ in parts), default=0)
        return _postings(vstack([_matrix(arrays, width)[mask] for arrays, mask in parts], format="csr"))

    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Impacts:
        """The searchable postings."""
        return Impacts(self.sparse, parts, rows)


class Impacts:
    """Inner products of sparse vectors, from postings that lie in memory maps. Threads may share it."""

    def __init__(self, sparse: SparseEncoder, parts: Sequence[Arrays], rows: Rows) -> None:
        self._sparse = sparse
        self._parts = parts
        self._rows = rows
        self._first = np.cumsum([0, *(len(part["lengths"]) for part in parts)])

    def scores(self, query: str, *, cosine: bool = True) -> NDArray[np.float32]:
        """A question's score with every row, float32 `[rows]`; rows that are dead have one too.

        Args:
            query: a question.
            cosine: divide by the lengths of both vectors, so that scores lie in [0, 1]; else the inner product.
        """
        asked = self._sparse.encode([query], query=True)
        found = np.zeros(self._first[-1], np.float32)
        for term, weight in zip(asked.indices, asked.data, strict=True):
            for part, first in zip(self._parts, self._first, strict=False):
                place = int(np.searchsorted(part["terms"], term))
                if place < len(part["terms"]) and part["terms"][place] == term:
                    span = slice(*part["offsets"][place : place + 2])
                    found[part["rows"][span].astype(np.int64) + first] += part["weights"][span] * np.float32(weight)
        if cosine and len(found):
            lengths = np.concatenate([part["lengths"] for part in self._parts])
            found /= np.maximum(lengths * np.float32(np.linalg.norm(asked.data)), np.float32(1e-12))
        return found


def _postings(matrix: csr_array) -> dict[str, NDArray[Any]]:
    halves = matrix.astype(np.float32)
    halves.data = halves.data.astype(np.float16).astype(np.float32)  # lengths are those of what is stored
    halves.eliminate_zeros()
    columns = halves.tocsc()
    columns.sort_indices()
    sizes = np.diff(columns.indptr)
    terms = np.flatnonzero(sizes)
    offsets = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(sizes[terms], out=offsets[1:])
    return {
        "terms": terms.astype(np.uint32),
        "offsets": offsets,
        "rows": columns.indices.astype(np.uint32),
        "weights": columns.data.astype(np.float16),
        "lengths": np.sqrt(np.asarray(halves.multiply(halves).sum(axis=1)).ravel()).astype(np.float32),
    }


def _matrix(arrays: Arrays, width: int) -> csr_array:
    """`[n, width]`, as it was before it was turned round."""
    from scipy.sparse import csr_array

    columns = np.repeat(arrays["terms"].astype(np.int64), np.diff(arrays["offsets"]))
    places = (arrays["rows"].astype(np.int64), columns)
    return csr_array((arrays["weights"].astype(np.float32), places), shape=(len(arrays["lengths"]), width))
