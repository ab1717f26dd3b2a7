"""Whether an answer says what a reference says, in other words [1]: the metric `answer_equivalence`.

[1] Bulian et al.: Tomayto, Tomahto. Beyond Token-level Answer Equivalence for QA Evaluation (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from rag import skills
from rag.evaluation.synthesis.language import language_of
from rag.skills.agreement import AGREED, agreement

if TYPE_CHECKING:
    from rag.skills.equivalence import Equivalence

__all__ = ["equivalence"]


def equivalence(question: str, answers: Sequence[str], candidate: str) -> float:
    """1 where the candidate answers the question as one of the answers does, else 0.

    English answers are judged by the skill `equivalence`, those of other languages by `rag.skills.agreement`'s rules.
    """
    if language_of(f"{question} {candidate}") in {"", "en"}:
        return float(_skill().score([(question, answer, candidate) for answer in answers]).max() >= 0.5)
    return float(max(agreement(question, answer, candidate) for answer in answers) >= AGREED)


@cache
def _skill() -> Equivalence:
    skill: Equivalence = skills.load("equivalence")
    return skill
