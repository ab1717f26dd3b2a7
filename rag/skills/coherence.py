"""Whether two sentences belong to the same passage (SAGE [1])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.skills.cohesion import SCALES, cut_log_odds
from rag.skills.neighbours import DEPTHS, NEAR, SCALARS, depths, near, pairs, scalars
from rag.skills.skill import Skill
from rag.skills.trees import scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NUMBERS", "Coherence", "numbers"]

NUMBERS = SCALARS + DEPTHS + len(SCALES) + NEAR
"""Numbers that the trees read for a seam."""


def numbers(vectors: NDArray[np.float32], sentences: Sequence[str]) -> NDArray[np.float32]:
    """What the trees read of every seam, float32 `[n - 1, NUMBERS]`.

    Cosines and marks, how deep the cosines' hollows are, how the whole text divides best, and how the seam stands among
    its neighbours.
    """
    read = scalars(vectors, sentences)
    parts = [read, depths(read), cut_log_odds(vectors), near(vectors, sentences, read)]
    return np.concatenate(parts, axis=1)


class Coherence(Skill):
    """A perceptron on SAGE's pair features and boosted trees on what `numbers` sees; their logits are added.

    [1] Zhang et al.: SAGE, A Framework of Precise Retrieval for RAG (2025), section IV.
    """

    name = "coherence"

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probability in [0, 1] that the second sentence goes on with the first one's passage, each pair by itself."""
        found = np.zeros(len(pairs), dtype=np.float32)
        vectors = self._vectors([sentence for pair in pairs for sentence in pair])
        for place, pair in enumerate(pairs):
            found[place] = self._seams(vectors[2 * place : 2 * place + 2], pair)[0]
        return found

    def between(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """The same for every two neighbours of a text, seen in it: float32 `[len(sentences) - 1]`.

        Better than `score` of the pairs: the passages on either side are looked at.
        """
        return self.seams(self._vectors(sentences), sentences)

    def seams(self, vectors: NDArray[np.float32], sentences: Sequence[str]) -> NDArray[np.float32]:
        """`between`, for who has the sentences' vectors already."""
        return self._seams(vectors, sentences) if len(sentences) > 1 else np.zeros(0, dtype=np.float32)

    def _vectors(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        return MiniLM().encode(sentences)

    def _seams(self, vectors: NDArray[np.float32], sentences: Sequence[str]) -> NDArray[np.float32]:
        logits = self.logits(pairs(vectors), numbers(vectors, sentences))
        chances: NDArray[np.float32] = (1 / (1 + np.exp(-logits / self.temperature))).astype(np.float32)
        return chances

    def logits(self, seams: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Before the temperature, float32 `[n]`, of what `pairs` and `numbers` give."""
        both = np.stack([self.perceptron(seams, table), scores(self.arrays, table)], axis=1)
        found: NDArray[np.float32] = both @ self.arrays["blend.weight"] + self.arrays["blend.bias"]
        return found

    def perceptron(self, seams: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
        """The one part's logits, float32 `[n]`; it reads the first `SCALARS` numbers."""
        names = ("pair.weight", "scalar.weight", "scalar.bias", "out.weight", "out.bias", "mean", "scale")
        a = {name: self.arrays[name].astype(np.float32) for name in names}
        read = (table[:, :SCALARS] - a["mean"]) / a["scale"]
        hidden = seams @ a["pair.weight"].T + read @ a["scalar.weight"].T + a["scalar.bias"]
        found: NDArray[np.float32] = (np.maximum(hidden, 0) @ a["out.weight"].T + a["out.bias"])[:, 0]
        return found
