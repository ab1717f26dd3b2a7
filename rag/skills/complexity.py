"""How much retrieval a question needs: none, one search, or several steps (Adaptive-RAG [1])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.skills.question_shape import buckets, marks, plain
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLASSES", "Complexity"]

CLASSES = ("none", "single", "multi")
SEVERAL = 0.5
"""Probability from which a question is one over several passages."""
SCALES = {"vector": 2.0, "shape": 0.3, "marks": 0.3}
"""How loud each kind of feature is before the ridge: fitted weights of a quiet one cost more."""


class Complexity(Skill):
    """Logistic regression on the question's vector, the n-grams of its shape and a few counts.

    Two questions are answered apart, because their labels disagree. *Structure*: does the answer lie in one document or
    must several be joined? Learnt from which data set a question is from. *Outcome*: which is the simplest strategy
    that answered right for a model of 3 billion parameters? Learnt from its runs; a yes-or-no question over two
    documents is `none` there whenever the model guessed right.

    [1] Jeong et al.: Adaptive-RAG, Learning to Adapt Retrieval-Augmented Large Language Models through Question
    Complexity (2024), section 3.2.
    """

    name = "complexity"

    def predict_proba(
        self, questions: Sequence[str], by: Literal["both", "structure", "outcome"] = "both"
    ) -> NDArray[np.float32]:
        """Probabilities of none, single and multi, float32 `[len(questions), 3]`; rows sum to 1.

        Args:
            questions: any text; case and the question mark do not count.
            by: `structure`: none is 0. `outcome`: the strategy that would have done. `both`: multi by structure, and
                what is left divided into none and single by outcome.
        """
        logits = self.logits(questions)
        outcome = _softmax(logits[:, 1:] / float(self.facts.get("outcome_temperature", 1.0)))
        if by == "outcome":
            return outcome
        multi = 1 / (1 + np.exp(-logits[:, 0] / self.temperature))
        apart = outcome[:, 0] / (outcome[:, 0] + outcome[:, 1])
        none = np.zeros_like(multi) if by == "structure" else (1 - multi) * apart
        return np.stack([none, 1 - multi - none, multi], axis=1).astype(np.float32)

    def over_several(self, question: str) -> bool:
        """Whether its answer lies in several passages rather than in one."""
        return bool(self.predict_proba([question], by="structure")[0, 2] >= SEVERAL)

    def logits(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Before any temperature, `[n, 4]`: multi by structure, then none, single and multi by outcome."""
        weights = {name: self.arrays[name].astype(np.float32) for name in ("vector", "shape", "marks", "bias")}
        if not len(questions):
            return np.zeros((0, 4), dtype=np.float32)
        vectors = MiniLM().encode([plain(question) for question in questions])
        counts = (np.stack([marks(q) for q in questions]) - self.arrays["marks.mean"]) / self.arrays["marks.scale"]
        grams = np.stack([weights["shape"][buckets(question)].sum(axis=0) for question in questions])
        logits: NDArray[np.float32] = vectors @ weights["vector"] + grams + counts @ weights["marks"] + weights["bias"]
        return logits


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = odds / odds.sum(axis=1, keepdims=True)
    return shares
