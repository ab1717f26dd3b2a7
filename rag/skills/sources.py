"""Which knowledge sources a question needs, as learnt from one's own labelled questions (UniMS-RAG's planner [1])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from rag.encoders.minilm import MiniLM
from rag.encoders.vocabulary import embedded
from rag.skills.question_shape import plain
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BUCKETS", "SourcePlanner", "grams", "readable"]

BUCKETS = 2**15
"""What n-grams of characters are hashed into: scripts of thousands of characters have many."""
_LONGEST = 3
"""Characters of an n-gram."""
_TURNS = 6
"""Earlier questions that are told apart; more count as so many."""


class SourcePlanner(Skill):
    """Logistic regressions, one a source, on a question's characters, its vector and its place in the conversation.

    N-grams of one to three characters read any script; the encoder's vector joins them where its vocabulary knows the
    words. Nothing ships: the sources are the user's own.

    [1] Wang et al.: UniMS-RAG (2024), arXiv 2401.13256; its BERT planner is multi-label with a threshold, too.
    """

    name = "sources"

    @property
    def labels(self) -> tuple[str, ...]:
        """The sources that it knows."""
        return tuple(self.facts["labels"])

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Of each source, the probability from which it was best asked on development data."""
        return tuple(map(float, self.facts["thresholds"]))

    def predict_proba(self, questions: Sequence[str], earlier: Sequence[int] = ()) -> NDArray[np.float32]:
        """Probabilities that each source is needed, float32 `[len(questions), len(labels)]`; each for itself.

        Args:
            questions: any text; case and the question mark do not count.
            earlier: how many questions came before each in its conversation; none where not given.
        """
        logits = self.logits(questions, earlier) / np.array(self.facts["temperatures"], np.float32)
        chances: NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return chances

    def logits(self, questions: Sequence[str], earlier: Sequence[int] = ()) -> NDArray[np.float32]:
        """Before temperatures, float32 `[len(questions), len(labels)]`."""
        weights = {name: self.arrays[name].astype(np.float32) for name in ("vector", "shape", "bias")}
        if not len(questions):
            return np.zeros((0, len(self.labels)), np.float32)
        before = earlier or [0] * len(questions)
        counted = np.stack([weights["shape"][grams(*one)].sum(axis=0) for one in zip(questions, before, strict=True)])
        logits: NDArray[np.float32] = counted + weights["bias"]
        known = [place for place, question in enumerate(questions) if readable(question)]
        if known:
            logits[known] += MiniLM().encode([plain(questions[place]) for place in known]) @ weights["vector"]
        return logits


def grams(question: str, earlier: int = 0) -> NDArray[np.int64]:
    """The n-grams of a question's characters, and how many came before it, as places in `range(BUCKETS)`, each once."""
    text = f"^{' '.join(plain(question).split())}$"
    pieces = {text[start : start + size] for size in range(1, _LONGEST + 1) for start in range(len(text) - size + 1)}
    hashes = {xxhash.xxh32_intdigest(piece.encode()) % BUCKETS for piece in [*pieces, f"turn {min(earlier, _TURNS)}"]}
    return np.array(sorted(hashes), dtype=np.int64)


def readable(question: str) -> bool:
    """Whether the encoder's vector of a question says anything."""
    return embedded().alone(question).weight > 0
