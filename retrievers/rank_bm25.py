"""BM25 by the `rank-bm25` package: the textbook's own words, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from pydantic import NonNegativeFloat, PositiveInt

from rag.index import Hits, Index, Snapshot, best
from rag.kinds import Retriever
from rag.words.analysis import Analyzer

if TYPE_CHECKING:
    from rank_bm25 import BM25Okapi


class RankBM25(Retriever):
    """BM25 (Okapi) over the same terms as `bm25`, computed by the `rank-bm25` package.

    It holds every passage's terms in memory and scores all of them for each question: an oracle and a choice for small
    collections, hundreds of times slower than `bm25` at 100,000 passages.
    """

    index: Index
    top_k: PositiveInt = 20
    """Passages returned; those that share no term with the question are never among them."""
    k1: NonNegativeFloat = 1.5
    b: NonNegativeFloat = 0.75
    epsilon: NonNegativeFloat = 0.25
    """Floor of the inverse document frequency, as a share of the mean one."""

    @cached_property
    def _built(self) -> dict[int, tuple[BM25Okapi, Any]]:
        return {}

    @cached_property
    def _lock(self) -> Lock:
        return Lock()

    def _scorer(self, snapshot: Snapshot) -> tuple[BM25Okapi, Any]:
        with self._lock:
            if snapshot.generation not in self._built:
                from rank_bm25 import BM25Okapi

                rows = np.flatnonzero(snapshot.rows.alive)
                terms = [Analyzer().terms(passage.encoded) for passage in snapshot.passages(rows)]
                self._built.clear()
                self._built[snapshot.generation] = BM25Okapi(terms, k1=self.k1, b=self.b, epsilon=self.epsilon), rows
            return self._built[snapshot.generation]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            if not snapshot.rows.alive.any():
                return []
            scorer, rows = self._scorer(snapshot)
            scores = np.asarray(scorer.get_scores(Analyzer().terms(query)), dtype=np.float32)
            found = scores > 0
            if (mask := snapshot.mask(filter)) is not None:
                found &= mask[rows]
            hits: Hits = best(scores[found], rows[found], snapshot.rows.keys, self.top_k)
            return snapshot.documents(hits)
