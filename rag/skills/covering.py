"""How much of what a claim says a few sentences of a passage cover, by their words: what reading may overlook.

A model of pairs is sure of a claim most of whose words it has read, whatever the rest. Which telling words have nothing
like them in the sentences that would bear the claim out is counted here, by spelling and by static vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.static import summed
from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.skills.lacking import PIECES, Text, held, read, tells

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COVERED", "covered"]

COVERED = ("cover", "names")
"""What `covered` gives, in order."""
_SENTENCES = 4
"""Sentences that may bear a claim out together."""
_LOOKED_AT = 16
"""Sentences that these are chosen from: those that share most of the claim's words."""


def covered(claim: str, passage: str) -> NDArray[np.float32]:
    """Two features of a claim beside a passage, each 0 to 1; 1 where there is nothing to cover.

    Sentences are chosen one after the other, each the one that adds most. A word is as much covered as the likest word
    of any of them is like it, and counts as much as its static vector is long.

    Returns:
        float32 `[2]`: how much of the claim's telling words is covered, and of its names.
    """
    asked = read(claim)
    telling = [place for place, word in enumerate(asked.low) if tells(word)]
    texts = [passage[start:end] for start, end in sentences(passage)]
    if not telling or not texts:
        return np.array([1.0, 1.0] if not telling else [0.0, 0.0], dtype=np.float32)
    weights, likeness = _likeness(asked, telling, _nearest(claim, texts))
    weights = weights / weights.sum()
    best = np.zeros(len(telling))
    for _ in range(_SENTENCES):
        gained = np.maximum(best[:, None], likeness)
        best = gained[:, int(np.argmax(weights @ gained))]
    names = [place > 0 and asked.written[place][0].isupper() for place in telling]
    return np.array([weights @ best, best[names].mean() if any(names) else 1.0], dtype=np.float32)


def _nearest(claim: str, texts: list[str]) -> list[str]:
    """The sentences that share most of the claim's words."""
    if len(texts) <= _LOOKED_AT:
        return texts
    return [texts[place] for place in np.argsort(-overlap(claim, texts), kind="stable")[:_LOOKED_AT]]


def _likeness(asked: Text, telling: list[int], texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each telling word weighs, and how like it the likest word of each text is, `[words, texts]`."""
    sums = summed([asked.low[place] for place in telling], PIECES)
    weights = np.linalg.norm(sums, axis=1).astype(np.float64) + 1e-6
    vectors = (sums / weights[:, None]).astype(np.float32)
    likeness = [
        [held(asked, place, vector, read(text)) for text in texts]
        for place, vector in zip(telling, vectors, strict=True)
    ]
    return weights, np.array(likeness)
