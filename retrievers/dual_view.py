"""Two views of a passage in one score: its vector, and weights over the vocabulary (DupMAE)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from rag.encoders.vocabulary import Vocabulary, of
from rag.index import Index, Snapshot, Sparse, Vectors, View, best
from rag.kinds import Retriever, SparseEncoder, default_sparse


class DualView(Retriever):
    """The `top_k` passages by dense_weight * dense + sparse_weight * sparse.

    Dense is the cosine of the vectors, sparse the cosine or the inner product of weights over a vocabulary; the paper
    adds two inner products [1]. Passages that either part puts among its first `candidates` are scored by both, and
    exactly. Each passage keeps its two parts under `dense_score` and `sparse_score`.

    [1] Xiao, Liu, Shao, Cao: RetroMAE-2: Duplex Masked Auto-Encoder For Pre-Training Retrieval-Oriented Language Models
        (2023), section 3.
    """

    index: Index
    encoder: Embeddings
    sparse: SparseEncoder = Field(default_factory=default_sparse)
    """What gives weights over a vocabulary."""
    dense_weight: NonNegativeFloat = 1.0
    """Of the dense part; 0 leaves it out."""
    sparse_weight: NonNegativeFloat = 1.0
    """Of the sparse part; 0 leaves it out."""
    similarity: Literal["cosine", "dot"] = "cosine"
    """Of the sparse vectors: in [0, 1] whatever the encoder, or the inner product, as sparse models are trained."""
    top_k: PositiveInt = 20
    """Passages returned."""
    candidates: PositiveInt = 200
    """Passages of each part that are scored by both, at least `top_k`."""
    exact_up_to: NonNegativeInt = 20_000
    """Passages up to which every vector is compared."""

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if not self.dense_weight and not self.sparse_weight:
            raise ValueError("dense_weight and sparse_weight are both 0: nothing would be ranked")
        return self

    @cached_property
    def _dense(self) -> Vectors:
        return Vectors(encoder=self.encoder, exact_up_to=self.exact_up_to)

    @cached_property
    def _postings(self) -> Sparse:
        return Sparse(sparse=self.sparse)

    def views(self) -> Sequence[View]:
        """A vector and vocabulary weights for each passage, where they have a weight."""
        return (*([self._dense] if self.dense_weight else []), *([self._postings] if self.sparse_weight else []))

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The encoder's."""
        return of(self.encoder)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            rows, dense, sparse = self._parts(query, snapshot, snapshot.mask(filter))
            score = np.float32(self.dense_weight) * dense + np.float32(self.sparse_weight) * sparse
            hits = best(score, rows, snapshot.rows.keys, self.top_k)
            place = {row: number for number, row in enumerate(rows.tolist())}
            order = [place[row] for row in hits.rows.tolist()]
            return snapshot.documents(
                hits,
                dense_score=[round(float(value), 6) for value in dense[order]],
                sparse_score=[round(float(value), 6) for value in sparse[order]],
            )

    def _parts(
        self, query: str, snapshot: Snapshot, mask: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Candidates, and both parts of their scores."""
        alive = snapshot.rows.alive if mask is None else mask
        count = max(self.candidates, self.top_k)
        found: list[NDArray[np.int64]] = []
        vector, nearest = None, None
        if self.dense_weight:
            nearest = snapshot.view(self._dense)
            vector = nearest.vector(query)
            found.append(nearest.nearest(vector, count, mask).rows)
        every = None
        if self.sparse_weight:
            every = snapshot.view(self._postings).scores(query, cosine=self.similarity == "cosine")
            there = np.flatnonzero(alive & (every > 0))
            found.append(best(every[there], there, snapshot.rows.keys, count).rows)
        rows = np.unique(np.concatenate(found))
        zeros = np.zeros(len(rows), np.float32)
        dense = zeros if nearest is None else (nearest.vectors(rows) * vector).sum(axis=1)
        return rows, dense, zeros if every is None else every[rows]
