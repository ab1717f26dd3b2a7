"""Dense retrieval: one vector a passage, nearest by inner product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from pydantic import Field, NonNegativeInt, PositiveInt

from rag.encoders.vocabulary import Vocabulary, of
from rag.index import Index, Vectors, View
from rag.kinds import Retriever


class Dense(Retriever):
    """The `top_k` passages whose vectors lie nearest to the question's.

    Scores are cosines in [-1, 1]. Exact up to `exact_up_to` passages; above it FAISS scans four-bit codes of all
    vectors, and the stored vectors score the best [1].

    Hubs are passages that lie near many others, and so near most questions. With `hubness` a score is the cosine less
    that much of the passage's mean cosine to the 20 passages nearest to it: at 0.5 the ranking of CSLS [2], with
    passages as the neighbours.

    [1] Andre, Kermarrec, Le Scouarnec: Quicker ADC: Unlocking the Hidden Potential of Product Quantization with SIMD
        (2019).
    [2] Conneau et al.: Word Translation Without Parallel Data (2018), section 2.3.
    """

    index: Index
    encoder: Embeddings
    top_k: PositiveInt = 20
    """Passages returned."""
    exact_up_to: NonNegativeInt = 20_000
    """Passages up to which every vector is compared."""
    hubness: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """How much a passage loses for lying near many others."""

    @cached_property
    def _view(self) -> Vectors:
        return Vectors(encoder=self.encoder, exact_up_to=self.exact_up_to)

    def views(self) -> Sequence[View]:
        """A vector for each passage."""
        return (self._view,)

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The encoder's."""
        return of(self.encoder)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            hits = snapshot.view(self._view).search(query, self.top_k, snapshot.mask(filter), hubness=self.hubness)
            return snapshot.documents(hits)
