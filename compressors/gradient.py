"""As many of the best passages as stand before the scores fall off (SAGE)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from rag import skills
from rag.encoders.vocabulary import embedded
from rag.kinds import Compressor
from rag.passages.relevance import Scale, by_place, relevance
from rag.spending.limits import GivesWay

__all__ = ["Gradient"]


class Gradient(Compressor):
    """The first `min_k` passages, and those behind them until the score drops sharply [1].

    With `by: ratio` a drop is sharp where a score is less than `drop` times the one before it; with `by: delta`, where
    it is more than `drop` below it. What is kept is always the beginning of the ranking. Scores without a cliff keep
    everything, and so do scores that cannot show one: none at all, or numbers of places as rank fusion gives them.
    Best behind `rerank`, whose scores are probabilities.

    [1] Zhang et al.: SAGE, A Framework of Precise Retrieval for RAG (2025), arXiv 2503.01713.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    min_k: PositiveInt = 4
    """Passages that stay whatever they score."""
    several_k: PositiveInt | None = None
    """The same where the skill `complexity` finds that the answer lies in several passages; `min_k` if that is more."""
    max_k: PositiveInt | None = None
    """Passages that stay at most."""
    by: Literal["ratio", "delta"] = "ratio"
    """How a drop is measured."""
    drop: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Where a drop is sharp, 0 to 1: the greater, the fewer passages by ratio, and the more by delta."""
    scale: Scale = "auto"
    """What the scores are: `as-is` in 0 to 1, `share` of the best (BM25), `sigmoid` of logits; `auto` looks at them."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages before the drop, in the order given, which is taken to be the best first."""
        return list(documents[: self._before_drop(documents, self.least(query))][: self.max_k])

    def least(self, question: str) -> int:
        """Passages that stay for a question whatever they score."""
        if self.several_k is None or self.several_k <= self.min_k or not embedded().alone(question).weight:
            return self.min_k
        return self.several_k if skills.load("complexity").over_several(question) else self.min_k

    def _before_drop(self, documents: Sequence[Document], least: int) -> int:
        told = [passage.metadata.get("score") for passage in documents]
        scores = relevance(documents, self.scale)
        if scores is None or by_place(np.array(told, np.float64)):
            return len(documents)
        sharp = np.flatnonzero(self._sharp(scores)) + 1  # sharp[i] is the first passage below a drop
        below = sharp[sharp >= least]
        return int(below[0]) if len(below) else len(documents)

    def _sharp(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the score drops sharply from each passage to the next, `[len(scores) - 1]`."""
        before, after = scores[:-1], scores[1:]
        if self.by == "delta":
            return np.asarray(before - after > self.drop)
        return np.asarray(after < self.drop * before)
