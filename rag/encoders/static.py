"""Static embeddings distilled from the embedded encoder: a table look-up and a sum, no network of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from pydantic import PositiveInt

from rag import weights
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.encoders.vocabulary import Vocabulary, embedded
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Static", "summed", "token_vectors", "token_weights"]

ROUND = 1024
"""Texts tokenised before they are summed: bounds memory."""


class Static(Encoder):
    """Unit vectors of 128 dimensions: the sum of one vector a token, each as long as the token is telling.

    Word order is not seen. Some hundred times as fast as `minilm`, with about five sixths of its nDCG; with `bm25` in
    `fusion` much of the difference goes away (`rag/weights/static.md` has the figures). The idea, with another
    objective: Tulkens and van Dongen, model2vec (2024).
    """

    window: PositiveInt = 512
    """Tokens of a text that are read; the rest is cut."""

    @property
    def dimensions(self) -> int:
        """128."""
        return int(_table().shape[1])

    @property
    def max_tokens(self) -> int:
        """Tokens after which a text is cut."""
        return self.window

    @property
    def fingerprint(self) -> str:
        """The weights' checksum and how much of a text is read."""
        return f"static@{weights.checksums()['static.safetensors'][:8]} window={self.window}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The embedded tokenizer's, of English word pieces."""
        return embedded()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), 128]`; zeros for a text without a token."""
        return unit_rows(summed(texts, self.window))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        return default_tokenizer().count(texts)


@cache
def _table() -> NDArray[np.float32]:
    """A vector a token, float32 `[30522, 128]`; expanded once for the process."""
    arrays = weights.load("static.safetensors")
    scale: NDArray[np.float32] = arrays["scale"].astype(np.float32)
    return weights.unpacked(arrays["pairs"]).astype(np.float32) * scale


@cache
def token_weights() -> NDArray[np.float32]:
    """How telling each token is, float32 `[30522]`: the length of its vector."""
    lengths: NDArray[np.float32] = np.linalg.norm(_table(), axis=1).astype(np.float32)
    return lengths


def summed(texts: Sequence[str], window: int) -> NDArray[np.float32]:
    """The sum of each text's token vectors, float32 `[len(texts), 128]`: of a word, the longer the more telling it is.

    Args:
        texts: to be read.
        window: tokens of each that are read.
    """
    table = _table()
    sums = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), ROUND):
        for place, ids in enumerate(default_tokenizer().ids(texts[start : start + ROUND], window), start):
            if ids:  # a text at a time: reduceat over all of them takes seven times as long
                sums[place] = np.take(table, ids, axis=0).sum(axis=0)
    return sums


def token_vectors(ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """The direction of each of these tokens, unit rows, float32 `[len(ids), 128]`."""
    return unit_rows(_table()[ids])
