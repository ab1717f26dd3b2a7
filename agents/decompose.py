"""Searches for the parts of a question."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rag.asking.rephrasing import Rephrasing, lines
from rag.generators.prompts import filled


class Decompose(Rephrasing):
    """Searches with the question and with each of the simpler questions that a chat model splits it into [1].

    The parts are searched for at once, so none knows the answer of another: where it must, `iterative` goes step by
    step.

    [1] Press et al.: Measuring and Narrowing the Compositionality Gap in Language Models (2023), arXiv 2210.03350.
    """

    count: Annotated[int, Field(ge=2, le=10)] = 4
    """Parts at most."""

    def asked(self, question: str) -> str:
        """The prompt `decompose`."""
        return filled(self._prompts.decompose, question=question, count=str(self.count))

    def queries(self, said: str, question: str) -> list[str]:
        """One a line."""
        return lines(said, self.count)
