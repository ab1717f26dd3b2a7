"""Lexical: how much each word piece of a text counts, and which others it might as well hold (DupMAE [1], SPLADE [2]).

DupMAE's second view pools what every ordinary token says of the vocabulary. Here a token speaks for its own piece alone
and the text as a whole for all others: a vocabulary's worth of products a text, and not a token.

[1] Xiao et al.: RetroMAE-2, Duplex Masked Auto-Encoder for Pre-Training Retrieval-Oriented Language Models (2023),
    section 3.3.
[2] Formal et al.: SPLADE v2, Sparse Lexical and Expansion Model for Information Retrieval (2021), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import weights
from rag.encoders.minilm import MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.skills.skill import Skill

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["PASSAGE", "QUESTION", "Lexical"]

PASSAGE, QUESTION = 0, 1
"""Rows of what tells how a token is weighed."""
WINDOW = 254
"""Tokens of a text that are read."""
ROUND = 256
"""Texts whose token vectors are held at once."""


class Lexical(Skill):
    """Heads on the frozen encoder's token vectors. Threads may share it."""

    name = "lexical"

    @property
    def vocabulary(self) -> int:
        """Word pieces."""
        return weights.VOCABULARY

    def encode(self, texts: Sequence[str], *, query: bool = False, expansion: int = 32) -> csr_array:
        """Weights above 0 of word pieces; two texts' inner product is how much they have to do with each other.

        Args:
            texts: what is read.
            query: read as questions: nothing is added to their own pieces.
            expansion: pieces at most that a passage is given beside its own.

        Returns:
            float32 CSR `[len(texts), vocabulary]`, columns in order.
        """
        from scipy.sparse import csr_array

        columns: list[NDArray[np.int64]] = []
        values: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), ROUND):
            ids = default_tokenizer().ids(texts[start : start + ROUND], WINDOW)
            vectors = self._encoder.encode_token_ids(ids)
            added = self._added(vectors) if not query and expansion else None
            for place, (row, found) in enumerate(zip(ids, vectors, strict=True)):
                pieces, own = self._own(np.array(row, np.int64), found[1:-1], QUESTION if query else PASSAGE)
                if added is not None and len(pieces):
                    pieces, own = _widened(pieces, own, added[place], expansion)
                columns.append(pieces)
                values.append(own)
        ends = np.cumsum([0, *map(len, columns)])
        joined = np.concatenate(columns) if columns else np.empty(0, np.int64)
        scores = np.concatenate(values) if values else np.empty(0, np.float32)
        return csr_array((scores, joined, ends), shape=(len(texts), self.vocabulary))

    def _own(
        self, ids: NDArray[np.int64], vectors: NDArray[np.float32], role: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """A text's pieces, each once and in order, and the greatest weight of each."""
        logits = vectors @ self._wide("own.weight")[role] + self._wide("own.bias")[role] + self._prior[ids]
        pieces, place = np.unique(ids, return_inverse=True)
        most = np.full(len(pieces), -np.inf, np.float32)
        np.maximum.at(most, place, logits.astype(np.float32))
        return pieces, np.logaddexp(0, most).astype(np.float32)

    def _added(self, vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Weight of every piece by the text as a whole, float32 `[texts, vocabulary]`."""
        whole = unit_rows(np.stack([some.mean(axis=0) for some in vectors]))
        logits = (whole @ self._wide("turn.weight").T) @ self._words.T + self._bias
        return np.log1p(np.maximum(logits, 0))

    def _wide(self, name: str) -> NDArray[np.float32]:
        scale = self.arrays.get(f"{name}.scale")
        array: NDArray[np.float32] = self.arrays[name].astype(np.float32)
        return array if scale is None else array * scale.astype(np.float32)

    @cached_property
    def _prior(self) -> NDArray[np.float32]:
        return self._wide("prior")

    @cached_property
    def _bias(self) -> NDArray[np.float32]:
        return self._wide("bias")

    @cached_property
    def _words(self) -> NDArray[np.float32]:
        """The encoder's word table as unit rows, float32 `[vocabulary, 384]`."""
        return word_table()

    @cached_property
    def _encoder(self) -> MiniLM:
        return MiniLM()


def word_table() -> NDArray[np.float32]:
    """The embedded encoder's word table as unit rows; those of unused pieces are zero."""
    arrays: dict[str, NDArray[Any]] = weights.load("minilm.safetensors")
    return unit_rows(arrays["words.values"] * arrays["words.scale"].astype(np.float32))


def _widened(
    pieces: NDArray[np.int64], own: NDArray[np.float32], added: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A text's pieces with the likeliest of the others."""
    others = added.copy()
    others[pieces] = 0
    best = np.argpartition(-others, min(count, len(others) - 1))[:count]
    best = best[others[best] > 0]
    both = np.concatenate([pieces, best])
    order = np.argsort(both, kind="stable")
    # A piece of its own is worth at least what the whole text says of it.
    score = np.concatenate([np.maximum(own, added[pieces]), others[best]])
    return both[order], score[order].astype(np.float32)
