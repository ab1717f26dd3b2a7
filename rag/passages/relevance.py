"""Scores of any retriever or re-ranker on one scale, so that a drop between two of them means something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

__all__ = ["Scale", "by_place", "relevance"]

Scale = Literal["auto", "as-is", "share", "sigmoid"]
"""`as-is`: probabilities or cosines. `share`: of the best score, for BM25. `sigmoid`: of a cross-encoder's logits.
`auto`: as they are where all lie in -1 to 1, logits where one is below -1, else shares of the best."""


def relevance(passages: Sequence[Document], scale: Scale = "auto") -> NDArray[np.float64] | None:
    """The passages' scores as numbers in 0..1, `[len(passages)]`; None where one has no score or none that is finite.

    Args:
        passages: each with its `score` in the metadata.
        scale: what the scores are.
    """
    told = [passage.metadata.get("score") for passage in passages]
    if not told or any(score is None for score in told):
        return None
    scores = np.array(told, np.float64)
    if not np.isfinite(scores).all():
        return None
    if scale == "auto":
        low, high = scores.min(), scores.max()
        scale = "sigmoid" if low < -1 else "share" if high > 1 else "as-is"
    if scale == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))))
    if scale == "share":
        scores = scores / max(float(scores.max()), 1e-12)
    return np.clip(scores, 0, 1)


def by_place(scores: NDArray[np.float64]) -> bool:
    """Whether scores only number the places of a ranking (3, 2, 1 or 1/61, 1/62, 1/63) and say nothing of passages.

    Two scores are too few to tell.
    """
    if len(scores) < 3 or scores.min() <= 1e-9 * scores.max():
        return False
    return _even(scores) or _even(1 / scores)


def _even(values: NDArray[np.float64]) -> bool:
    """Whether values rise or fall by equal steps."""
    steps = np.diff(values)
    return bool(steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-4, atol=0))
