"""A text's own word pieces, each weighted by how telling it is: no model runs, and no word is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import PositiveInt

from rag import weights
from rag.encoders.static import token_weights
from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import SparseEncoder

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Pieces"]


class Pieces(SparseEncoder):
    """Over BERT's vocabulary: log(1 + occurrences) times the length of the piece's vector in the encoder `static`.

    These lengths were learnt with that encoder; a function word's is a fraction of a rare word's. It is a bag of the
    words that are there. A learnt one that adds related words is named by `sentence-transformers`.
    """

    window: PositiveInt = 512
    """Tokens of a text that are read; the rest is cut."""

    @property
    def fingerprint(self) -> str:
        """The weights' checksum and how much of a text is read."""
        return f"pieces@{weights.checksums()['static.safetensors'][:8]} window={self.window}"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights float32 `[len(texts), 30522]`. Questions and passages are read alike."""
        from scipy.sparse import csr_array

        telling = token_weights()
        read = default_tokenizer().ids(texts, self.window)
        found = [np.unique(np.asarray(ids, np.int64), return_counts=True) for ids in read]
        pieces = np.concatenate([np.empty(0, np.int64), *(one for one, _ in found)])
        counts = np.concatenate([np.empty(0, np.int64), *(many for _, many in found)])
        offsets = np.cumsum([0, *(len(one) for one, _ in found)])
        values = (np.log1p(counts) * telling[pieces]).astype(np.float32)
        return csr_array((values, pieces, offsets), shape=(len(texts), len(telling)))
