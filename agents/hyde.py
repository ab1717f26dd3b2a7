"""Searches with a passage that could answer the question (HyDE)."""

from __future__ import annotations

from rag.asking.rephrasing import Rephrasing
from rag.generators.prompts import filled

_LONGEST = 2000
"""Characters of a passage that are searched with."""


class Hyde(Rephrasing):
    """Searches with the question and with a passage that a chat model invents for it [1]: it lies nearer to passages.

    The paper averages the vectors of several invented passages; here question and passage are searched for each by
    itself and their rankings fused, so that any retriever will do. What was invented is never shown to a generator.

    [1] Gao et al.: Precise Zero-Shot Dense Retrieval without Relevance Labels (2023), arXiv 2212.10496.
    """

    def asked(self, question: str) -> str:
        """The prompt `hyde`."""
        return filled(self._prompts.hyde, question=question)

    def queries(self, said: str, question: str) -> list[str]:
        """The passage."""
        return [" ".join(said.split())[:_LONGEST]]
