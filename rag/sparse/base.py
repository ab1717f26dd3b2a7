"""What every sparse encoder is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from rag.component import Component

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SparseEncoder", "default_sparse"]


class SparseEncoder(Component, ABC):
    """Text to weights over a vocabulary, most of them zero: what an inverted index holds."""

    @property
    def fingerprint(self) -> str:
        """Identifies the weights: equal fingerprints mean interchangeable vectors. Names the model, not a path."""
        return repr(self)

    @abstractmethod
    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights float32 `[len(texts), vocabulary]`, none below 0. `query` reads the texts as questions."""


def default_sparse() -> SparseEncoder:
    """The embedded sparse encoder: what a component uses that was given none."""
    sparse: SparseEncoder = import_module("rag.sparse.pieces").Pieces()
    return sparse
