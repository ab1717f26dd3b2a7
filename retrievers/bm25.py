"""Lexical retrieval: BM25 over an inverted index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from pydantic import NonNegativeFloat, PositiveInt

from rag.index import Index, Lexical, View
from rag.kinds import Retriever
from rag.words.analysis import Analyzer, Language


class BM25(Retriever):
    """The `top_k` passages whose words say most about the question's [1].

    Statistics are exact over the passages that are there now, so a collection that grew scores like one made afresh.
    Passages that share no term with the question are never returned. Inverse document frequency is the classic
    log((N - n + 0.5) / (n + 0.5)), but never less than an eighth of the rarest term's.

    [1] Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """

    index: Index
    top_k: PositiveInt = 20
    """Passages returned."""
    k1: NonNegativeFloat = 1.5
    """How soon a repeated term stops counting."""
    b: NonNegativeFloat = 0.75
    """How much length counts against a passage, 0 to 1."""
    analysis: Literal["text", "code"] = "text"
    """`code`: `str` counts as `string`, operators are words, names of languages none; what a function or class is
    called and says of itself counts once more. Both split identifiers."""
    language: Language = "auto"
    """Whose endings and stop words do not count: of a collection in one language other than English, by its code."""

    @cached_property
    def _view(self) -> Lexical:
        return Lexical(Analyzer(language=self.language, code=self.analysis == "code"))

    def views(self) -> Sequence[View]:
        """An inverted index of terms."""
        return (self._view,)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            inverted = snapshot.view(self._view)
            hits = inverted.search(query, self.top_k, mask=snapshot.mask(filter), k1=self.k1, b=self.b)
            return snapshot.documents(hits)
