"""Equivalence: whether an answer says what a reference says [1].

[1] Bulian et al.: Tomayto, Tomahto. Beyond Token-level Answer Equivalence for QA Evaluation (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import CrossSkill, Judgement
from rag.skills.cross_rows import Role, Row, row
from rag.skills.wording import ALIKE, alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Equivalence", "answer_row"]

LONGEST_ROW = 192
"""Tokens of question, reference and candidate that are read."""


class Equivalence(CrossSkill):
    """Whether a candidate answers a question as a reference does, by a model that has read judgements of people.

    What it says is weighed together with how alike the wording is (`rag.skills.wording`).
    """

    name = "equivalence"

    def score(self, triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
        """Probabilities that both answers are the same, float32 `[len(triples)]`, of (question, reference, candidate).

        Several references, of which any will do, are one text with ` / ` between them.
        """
        said = self.model.read([answer_row(*triple) for triple in triples])
        features = np.array([alike(*triple) for triple in triples], dtype=np.float32).reshape(-1, len(ALIKE))
        return self.model.probability("same", said.rows[:, Judgement.SAME], *features.T)


def answer_row(question: str, reference: str, candidate: str) -> Row:
    """Question, reference and candidate as one row."""
    ids = default_tokenizer().ids([question, reference, candidate], LONGEST_ROW)
    return row(list(zip((Role.QUESTION, Role.REFERENCE, Role.CANDIDATE), ids, strict=True)), LONGEST_ROW)
