"""The kinds of component: one base class each, every one a langchain-core class of its own field.

Third parties subclass these (or hand in any plain langchain-core retriever, embeddings, chat model or compressor).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun
from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import run_in_executor

from rag.component import Component
from rag.encoding import (
    Both,
    Encoder,
    SparseEncoder,
    Term,
    TermFinder,
    TokenEncoder,
    default_encoder,
    default_sparse,
    default_tokens,
)
from rag.errors import UsageError
from rag.schema import Delta, Turn, Usage
from rag.spending.limits import GivesWay

if TYPE_CHECKING:
    from rag.encoders.vocabulary import Vocabulary
    from rag.index.view import View

__all__ = [
    "KINDS",
    "Agent",
    "Both",
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

    version: ClassVar[int] = 1
    """Raised in every release in which the same text is cut elsewhere, or its pieces tell something else: `rag index`
    then cuts again what an earlier release has cut."""

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

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What it reads words with, so that a fusion knows whether it can read a question; None where it reads any."""
        return None

    def invoke(self, input: str, config: RunnableConfig | None = None, **options: Any) -> list[Document]:
        """The passages. The one option is `filter`."""
        return super().invoke(input, config, **self._options(options))

    async def ainvoke(self, input: str, config: RunnableConfig | None = None, **options: Any) -> list[Document]:
        """`invoke` without blocking the event loop."""
        return await super().ainvoke(input, config, **self._options(options))

    def _options(self, given: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments of a search.

        Raises:
            UsageError: one of them is unknown; says whether it is a field.
        """
        for name in given:
            if name != "filter":
                field = f": it is a field, {type(self).__name__}({name}=...)" if name in type(self).model_fields else ""
                raise UsageError(f"beside the question a retriever takes filter, not {name!r}{field}")
        return given

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        """In a thread, with the filter, which langchain-core's own does not take."""
        keywords = {"filter": filter} if filter else {}
        return await run_in_executor(
            None, self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **keywords
        )


class Compressor(BaseDocumentCompressor, Component):
    """Passages to fewer, shorter or better ones. What remains keeps its offsets."""

    gives_way: ClassVar[GivesWay | None] = None
    """When it is left out where a question's time is short; None for never."""

    def detail(self, before: Sequence[Document], after: Sequence[Document]) -> Mapping[str, Any]:
        """What the trace should say of its work, beyond passages and time."""
        return {}


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

    gives_way: ClassVar[GivesWay | None] = None
    """When it is left out where a question's time is short; None for never. One that searches (`retrieve`) is left out
    for a plain search."""

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
