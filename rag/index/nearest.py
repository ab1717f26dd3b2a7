"""Nearest vectors, over half-precision vectors that lie in memory maps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.index.codes import Codebook, coded
from rag.index.hubness import Hubness
from rag.index.stacked import Stacked
from rag.index.view import Arrays, Hits, Rows, best
from rag.kinds import Encoder

if TYPE_CHECKING:
    from faiss import IndexPQFastScan

__all__ = ["CANDIDATES", "Nearest"]

CANDIDATES = 100
"""Vectors at least whose true cosines are computed after an approximate scan, or ten for each passage asked for."""
_FEW = 4_096
"""Rows up to which a filtered search compares every vector."""
_KEPT = 16
"""Filters whose scanners stay in memory."""
_ROUNDING = 1e-5
_WIDER = 3
"""Times as many passages as are wanted, from which hubs are sorted out."""


class Nearest:
    """Finds the passages whose vectors have the highest cosines with a question's. Threads may share it.

    With codes it scans them and computes the true cosines of the best; without, it compares every vector.
    """

    def __init__(
        self,
        encoder: Encoder,
        parts: Sequence[NDArray[np.float16]],
        rows: Rows,
        *,
        exact: bool = True,
        codes: Arrays | None = None,
    ) -> None:
        """Stores.

        Args:
            encoder: of questions.
            parts: float16 `[n, dimensions]` of each segment.
            rows: of all segments.
            exact: compare every vector, widened to float32 in memory.
            codes: what `Vectors.overlay` made. Where they are missing, every vector is compared from disk.
        """
        self._encoder = encoder
        self._vectors = Stacked(parts)
        self._rows = rows
        self._in_memory = exact
        self._codes = None if exact else codes
        self._lock = Lock()
        self._scanners: OrderedDict[int, tuple[NDArray[np.bool_], NDArray[np.int64], IndexPQFastScan]] = OrderedDict()

    @property
    def exact(self) -> bool:
        """Whether every vector is compared."""
        return self._codes is None

    def search(self, query: str, top_k: int, mask: NDArray[np.bool_] | None = None, *, hubness: float = 0.0) -> Hits:
        """The passages nearest to a question, with their cosines.

        Args:
            query: a question.
            top_k: how many passages; as many are returned, unless fewer are there.
            mask: bool `[rows]`; only these rows.
            hubness: how much of its hubness (`rag.index.hubness`) a passage's cosine loses. The best are chosen among
                three times as many as are returned.
        """
        if not hubness:
            return self.nearest(self.vector(query), top_k, mask)
        near = self.nearest(self.vector(query), max(CANDIDATES, _WIDER * top_k), mask)
        scores = near.scores - np.float32(hubness) * self._hubness.of(near.rows)
        return best(scores, near.rows, self._rows.keys, top_k)

    def vector(self, query: str) -> NDArray[np.float32]:
        """A question's unit vector `[dimensions]`."""
        vector: NDArray[np.float32] = self._encoder.encode([query], query=True)[0]
        return vector

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some rows, float32 `[rows, dimensions]`."""
        return self._vectors.rows(rows)

    def nearest(self, vector: NDArray[np.float32], top_k: int, mask: NDArray[np.bool_] | None = None) -> Hits:
        """The passages nearest to a unit vector `[dimensions]`, with their cosines."""
        if mask is None:
            mask = self._rows.alive
        wanted = int(np.count_nonzero(mask))
        top_k = min(top_k, wanted)
        if not top_k:
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        if wanted <= max(_FEW, top_k) and wanted < len(mask):
            rows = np.flatnonzero(mask)
        elif self._codes is None:
            rows = self._likely(vector, top_k, mask)
        else:
            rows = self._scanned(vector, max(CANDIDATES, 10 * top_k), mask)
        # A sum over each row by itself: a matrix product rounds differently by a row's place, and so would its ranking.
        scores = (self._vectors.rows(rows) * vector).sum(axis=1)
        return best(scores, rows, self._rows.keys, top_k)

    def _likely(self, vector: NDArray[np.float32], top_k: int, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows that can be among the best, by a matrix product over all."""
        every = np.arange(len(self._vectors))
        blocks = [self._widened] if self._in_memory else self._vectors.blocks(every)
        scores = np.concatenate([block @ vector for block in blocks])
        scores[~mask] = -np.inf
        bound = np.partition(scores, len(scores) - top_k)[len(scores) - top_k]
        return np.flatnonzero(scores >= bound - _ROUNDING)

    @cached_property
    def _widened(self) -> NDArray[np.float32]:
        return self._vectors.rows(np.arange(len(self._vectors)))

    def _scanned(self, vector: NDArray[np.float32], count: int, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows that are probably among the best, by a scan of codes."""
        with self._lock:
            if id(mask) not in self._scanners:
                rows = np.flatnonzero(mask)
                self._scanners[id(mask)] = mask, rows, self._book.scanner(self._coded[rows])
                if len(self._scanners) > _KEPT:
                    self._scanners.popitem(last=False)
            self._scanners.move_to_end(id(mask))
            _, rows, scanner = self._scanners[id(mask)]
        return rows[self._book.candidates(scanner, vector, count)]

    @cached_property
    def _hubness(self) -> Hubness:
        return Hubness(self._vectors, self._rows)

    @cached_property
    def _book(self) -> Codebook:
        assert self._codes is not None
        return Codebook(self._codes["centroids"])

    @cached_property
    def _coded(self) -> NDArray[np.uint8]:
        """A code for each row: made before, where the passage is known, else now."""
        assert self._codes is not None
        return coded(self._book, self._vectors, self._rows.ids, self._codes["ids"], self._codes["codes"])
