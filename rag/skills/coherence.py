"""Whether two sentences belong to the same passage (SAGE [1])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.skills.neighbours import pairs, scalars
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Coherence"]


class Coherence(Skill):
    """SAGE's pair features, and beside them cosines of the passages around the seam and how the sentences are written.

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
        logits = self.logits(pairs(vectors), scalars(vectors, sentences))
        chances: NDArray[np.float32] = (1 / (1 + np.exp(-logits / self.temperature))).astype(np.float32)
        return chances

    def logits(self, seams: NDArray[np.float32], numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Before the temperature, float32 `[n]`, of what `pairs` and `scalars` give."""
        a = {name: array.astype(np.float32) for name, array in self.arrays.items()}
        numbers = (numbers - a["mean"]) / a["scale"]
        hidden = seams @ a["pair.weight"].T + numbers @ a["scalar.weight"].T + a["scalar.bias"]
        found: NDArray[np.float32] = (np.maximum(hidden, 0) @ a["out.weight"].T + a["out.bias"])[:, 0]
        return found
