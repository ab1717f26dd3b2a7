"""The kinds of component that stand for texts: encoders of three forms, and finders of terms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.component import Component

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from rag.encoders.vocabulary import Vocabulary

__all__ = [
    "Both",
    "Encoder",
    "SparseEncoder",
    "Term",
    "TermFinder",
    "TokenEncoder",
    "default_encoder",
    "default_sparse",
    "default_tokens",
]


def default_encoder() -> Embeddings:
    """The embedded encoder: what a component uses that was given none. Loaded when it is asked for."""
    encoder: Embeddings = import_module("rag.encoders.minilm").MiniLM()
    return encoder


class Encoder(Embeddings, Component):
    """Text to unit vectors, and text to the tokens the encoder sees.

    A subclass implements `encode`, `dimensions` and, where it has its own tokenizer, `tokens`.
    """

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Identifies the vectors: equal fingerprints mean interchangeable vectors. Names the weights, not a path."""
        return repr(self)

    @property
    def max_tokens(self) -> int:
        """Tokens after which a text is cut."""
        return 512

    @abstractmethod
    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), dimensions]`. `query` picks the model's query prefix, if any."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What it reads words with: tells whether it can read a text at all. None where that is not known."""
        return None

    def tokens(self, text: str) -> NDArray[np.int64]:
        """Character offsets `[n, 2]` (start, end) of the tokens of a text, special tokens left out."""
        from rag.encoders.tokenizer import default_tokenizer

        return default_tokenizer().offsets(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens left out."""
        return [len(self.tokens(text)) for text in texts]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """langchain-core's call for passages."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """langchain-core's call for a question."""
        vector: list[float] = self.encode([text], query=True)[0].tolist()
        return vector


Both: TypeAlias = "Callable[[Sequence[str]], tuple[list[NDArray[np.float32]], NDArray[np.float32]]]"
"""Texts to the token vectors of each, and to the vectors `[len(texts), dimensions]` of them all."""


def default_tokens() -> TokenEncoder:
    """The embedded encoder's token vectors: what a component uses that was given none."""
    tokens: TokenEncoder = import_module("rag.tokens.minilm").MiniLMTokens()
    return tokens


class TokenEncoder(Component, ABC):
    """Text to a unit vector for every token, each in its context: what late interaction compares."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Identifies the vectors: equal fingerprints mean interchangeable vectors. Names the weights, not a path."""
        return repr(self)

    @abstractmethod
    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        """Unit vectors of each text, float32 `[tokens, dimensions]`, at least one. `query` reads it as a question."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What it reads words with; None where that is not known."""
        return None

    def beside(self, encoder: Embeddings) -> Both | None:
        """What gives a text's token vectors and an encoder's vector of it in one pass; None where that takes two."""
        return None

    @abstractmethod
    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        """Character offsets `[tokens, 2]` of what each vector of a text stands for; empty for special tokens."""


def default_sparse() -> SparseEncoder:
    """The embedded weights of word pieces: what a component uses that was given none."""
    sparse: SparseEncoder = import_module("rag.sparse.lexical").LexicalWeights()
    return sparse


class SparseEncoder(Component, ABC):
    """Text to weights over a vocabulary, most of them zero: what an inverted index holds."""

    @property
    def fingerprint(self) -> str:
        """Identifies the weights: equal fingerprints mean interchangeable ones. Names the model, not a path."""
        return repr(self)

    @abstractmethod
    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        """Weights above 0, float32 CSR `[len(texts), vocabulary]`. `query` reads texts as questions."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that some documents are about."""

    text: str
    score: float
    base: float
    """By counting alone, in [0, 1]."""
    importance: float
    """Of its words to the collection, in [0, 1]."""
    frequency: int
    documents: int


class TermFinder(Component, ABC):
    """Texts to the terms they are about."""

    @abstractmethod
    def find(self, texts: Sequence[str]) -> list[Term]:
        """The terms of some documents, best first."""
