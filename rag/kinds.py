"""The kinds of component: one base class each, every one a langchain-core class of its own field.

Third parties subclass these (or hand in any plain langchain-core retriever, embeddings, chat model or compressor).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import run_in_executor

from rag.component import Component
from rag.schema import Delta, Turn, Usage
from rag.sparse.base import SparseEncoder, default_sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.index.view import View

__all__ = [
    "KINDS",
    "Agent",
    "Compressor",
    "Decision",
    "Encoder",
    "Generator",
    "Kind",
    "Llm",
    "Retriever",
    "Router",
    "Segment",
    "Segmenter",
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

    @abstractmethod
    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        """Character offsets `[tokens, 2]` of what each vector of a text stands for; empty for special tokens."""


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


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text that becomes a passage: `text[start:end]`."""

    start: int
    end: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """For example `headings` (the path of titles above it) or `symbol` (a function's name)."""


class Segmenter(BaseDocumentTransformer, Component):
    """A text to the pieces that become passages.

    The pieces are in order, none exceeds `max_tokens`, and together they hold every character that is not white space.
    """

    encoder: Embeddings
    """Its tokenizer counts."""

    @abstractmethod
    def segments(self, document: Document) -> list[Segment]:
        """The pieces of one document's text; its metadata (`headings`, `pages`, `language`) may guide where to cut."""

    def transform_documents(self, documents: Sequence[Document], **_: Any) -> Sequence[Document]:
        """Passages as documents: langchain-core's call."""
        return [
            Document(
                document.page_content[segment.start : segment.end],
                metadata={**document.metadata, **segment.metadata, "start": segment.start, "end": segment.end},
            )
            for document in documents
            for segment in self.segments(document)
        ]


class Retriever(BaseRetriever, Component):
    """A question to passages, best first, each with its `score` in the metadata.

    `invoke(question, filter=...)` narrows by metadata; see `rag.index.filters` for the forms.
    """

    def views(self) -> Sequence[View]:
        """The search structures the index must hold for this retriever and for those inside it."""
        return ()


class Compressor(BaseDocumentCompressor, Component):
    """Passages to fewer, shorter or better ones. What remains keeps its offsets."""


class Generator(RunnableSerializable[Turn, Delta | Turn], Component):
    """A turn with passages to a turn with an answer, piece by piece."""

    @abstractmethod
    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        """Pieces of text while they come, then the turn with its answer, last."""

    async def astream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> AsyncIterator[Delta | Turn]:
        """The same without blocking the event loop: by default in a thread, all pieces at the end."""
        for piece in await run_in_executor(config, lambda: list(self.stream(input, config))):
            yield piece

    def invoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """The turn with its answer."""
        return [piece for piece in self.stream(input, config) if isinstance(piece, Turn)][-1]

    async def ainvoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """The turn with its answer."""
        return [piece async for piece in self.astream(input, config) if isinstance(piece, Turn)][-1]


@dataclass(frozen=True, slots=True)
class Decision:
    """Which branch a turn takes, and why."""

    route: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    """What deciding cost."""


class Router(RunnableSerializable[Turn, Decision], Component):
    """Chooses the branch of a pipeline a turn takes. Its fields of type `Steps` are the branches."""

    @abstractmethod
    def choose(self, turn: Turn, config: RunnableConfig | None = None) -> Decision:
        """The name of one of its branches."""

    @abstractmethod
    def branches(self) -> Mapping[str, Any]:
        """Every branch by name, each a `Steps`."""

    def invoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Decision:
        """The choice alone."""
        return self.choose(input, config)


class Agent(RunnableSerializable[Turn, Turn], Component):
    """A loop or dialogue over stages: a turn in, a turn out."""

    @abstractmethod
    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn after the agent's work."""

    async def aact(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The same without blocking the event loop: by default in a thread."""
        return await run_in_executor(config, self.act, turn, config)

    def invoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """The turn after the agent's work."""
        return self.act(input, config)

    async def ainvoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """The turn after the agent's work."""
        return await self.aact(input, config)


Llm = BaseChatModel
"""Chat models are langchain-core's own class."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of component: its name in messages, its base class, and the package whose table names its members."""

    name: str
    base: type
    table: str


KINDS = (
    Kind("encoder", Embeddings, "rag.encoders"),
    Kind("llm", BaseChatModel, "rag.llms"),
    Kind("segmenter", BaseDocumentTransformer, "rag.segmenters"),
    Kind("retriever", BaseRetriever, "rag.retrievers"),
    Kind("compressor", BaseDocumentCompressor, "rag.compressors"),
    Kind("router", Router, "rag.agents"),
    Kind("agent", Agent, "rag.agents"),
    Kind("generator", Generator, "rag.generators"),
    Kind("tokens", TokenEncoder, "rag.tokens"),
    Kind("sparse", SparseEncoder, "rag.sparse"),
    Kind("terms", TermFinder, "rag.terms"),
)
"""A field typed with a `base` holds a component of that kind; in YAML it is `{use: NAME, ...}`."""
