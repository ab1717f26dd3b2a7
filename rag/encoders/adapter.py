"""Any langchain-core `Embeddings` as an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.encoders.vectors import unit_rows
from rag.errors import ModelError
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Adapted", "as_encoder"]

NAMES = ("model", "model_name", "model_id", "deployment", "repo_id")
"""Where langchain's embeddings keep the name of their weights."""


class Adapted(Encoder):
    """Unit vectors of any langchain-core embeddings. Tokens are counted by the default tokenizer."""

    of: Embeddings
    """What computes the vectors."""

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector, found by embedding one word."""
        return int(self.encode(["dimensions"]).shape[1])

    @property
    def fingerprint(self) -> str:
        """Class and model name: a repr may hold an address or a key."""
        cls = type(self.of)
        model = next((str(getattr(self.of, name)) for name in NAMES if getattr(self.of, name, None)), "")
        return f"{cls.__module__}.{cls.__qualname__} {model}".rstrip()

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), dimensions]`.

        Raises:
            ModelError: the embeddings did not give one vector a text.
        """
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows = [self.of.embed_query(text) for text in texts] if query else self.of.embed_documents(list(texts))
        if len(rows) != len(texts):
            raise ModelError(f"{self.fingerprint} gave {len(rows)} vectors for {len(texts)} texts")
        try:
            return unit_rows(rows)
        except ValueError as error:
            raise ModelError(f"{self.fingerprint} gave no table of numbers: {error}") from error


def as_encoder(embeddings: Embeddings) -> Encoder:
    """The embeddings themselves if they are an encoder, else wrapped into one."""
    return embeddings if isinstance(embeddings, Encoder) else Adapted(of=embeddings)
