"""Searches for a question in several ways."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rag.asking.rephrasing import Rephrasing, lines
from rag.generators.prompts import filled


class MultiQuery(Rephrasing):
    """Searches with the question and with `count` other wordings by a chat model; the rankings are fused [1].

    [1] Rackauckas: RAG-Fusion: a New Take on Retrieval-Augmented Generation (2024), arXiv 2402.03367.
    """

    count: Annotated[int, Field(ge=1, le=10)] = 3
    """Other wordings."""

    def asked(self, question: str) -> str:
        """The prompt `multi_query`."""
        return filled(self._prompts.multi_query, question=question, count=str(self.count))

    def queries(self, said: str, question: str) -> list[str]:
        """One a line."""
        return lines(said, self.count)
