"""Equivalence: whether an answer says what a reference says [1].

[1] Bulian et al.: Tomayto, Tomahto. Beyond Token-level Answer Equivalence for QA Evaluation (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import CrossSkill, Judgement
from rag.skills.cross_rows import Role, Row, row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Equivalence", "answer_row"]

LONGEST_ROW = 192
"""Tokens of question, reference and candidate that are read."""


class Equivalence(CrossSkill):
    """Whether a candidate answers a question as a reference does, by a model that has read judgements of people."""

    name = "equivalence"

    def score(self, triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
        """Probabilities that both answers are the same, float32 `[len(triples)]`, of (question, reference, candidate).

        Several references, of which any will do, are one text with ` / ` between them.
        """
        said = self.model.read([answer_row(*triple) for triple in triples])
        return self.model.probability("same", said.rows[:, Judgement.SAME])


def answer_row(question: str, reference: str, candidate: str) -> Row:
    """Question, reference and candidate as one row."""
    ids = default_tokenizer().ids([question, reference, candidate], LONGEST_ROW)
    return row(list(zip((Role.QUESTION, Role.REFERENCE, Role.CANDIDATE), ids, strict=True)), LONGEST_ROW)
