"""Two views of a passage in one score: a vector of the whole, and weights of its words (DupMAE)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from rag.index import Index, Vectors, View, best
from rag.index.impacts import Impacts
from rag.kinds import Retriever, SparseEncoder, default_sparse


class DualView(Retriever):
    """The `top_k` passages with the greatest sum of a dense and a sparse inner product [1].

    score = dense * cosine of the whole + sparse * inner product of word weights. What either view finds among its first
    `candidates` is scored by both, exactly. Both scores stay under `scores`.

    [1] Xiao et al.: RetroMAE-2, Duplex Masked Auto-Encoder for Pre-Training Retrieval-Oriented Language Models (2023),
        section 3.3: one vector of both parts, compared by inner product.
    """

    index: Index
    encoder: Embeddings
    """Of the dense part."""
    words: SparseEncoder = Field(default_factory=default_sparse)
    """Of the sparse part."""
    dense: NonNegativeFloat = 20.0
    """What a cosine counts: word weights add up to more than 1."""
    sparse: NonNegativeFloat = 1.0
    """What the words' inner product counts."""
    top_k: PositiveInt = 20
    """Passages returned."""
    candidates: PositiveInt = 200
    """Passages that each view hands on, at least `top_k`."""
    exact_up_to: NonNegativeInt = 20_000
    """Passages up to which every vector is compared; as in `dense`."""

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not self.dense and not self.sparse:
            raise ValueError("dense and sparse are both 0: nothing would be compared")
        return self

    @cached_property
    def _vectors(self) -> Vectors:
        return Vectors(encoder=self.encoder, exact_up_to=self.exact_up_to)

    @cached_property
    def _impacts(self) -> Impacts:
        return Impacts(sparse=self.words)

    def views(self) -> Sequence[View]:
        """A vector and word weights for each passage."""
        return (self._vectors, self._impacts)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            mask = snapshot.mask(filter)
            nearest, words = snapshot.view(self._vectors), snapshot.view(self._impacts)
            depth = max(self.candidates, self.top_k)
            vector, inner = nearest.vector(query), words.scores(query)
            rows = np.union1d(
                nearest.nearest(vector, depth, mask).rows if self.dense else np.empty(0, np.int64),
                words.ranked(inner, depth, mask).rows if self.sparse else np.empty(0, np.int64),
            ).astype(np.int64)
            cosines = np.round(nearest.vectors(rows) @ vector, 6)
            scores = (self.dense * cosines + self.sparse * inner[rows]).astype(np.float32)
            hits = best(scores, rows, snapshot.rows.keys, self.top_k)
            at = np.searchsorted(rows, hits.rows)
            told = [{"dense": float(cosines[one]), "sparse": float(inner[rows[one]])} for one in at]
            return snapshot.documents(hits, scores=told)
