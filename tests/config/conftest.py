"""A small house of components, one of each kind, registered under short names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import BaseDocumentCompressor, BaseDocumentTransformer, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, SecretStr, model_validator

from rag import config, registry
from rag.component import Component
from rag.config.root import ROOT, Root, root_field
from rag.kinds import Agent, Compressor, Decision, Encoder, Generator, Retriever, Router, Segment, Segmenter
from rag.schema import Answer, Delta, Turn
from rag.steps import Steps


class Letters(Encoder):
    """A vector of letter counts.

    Second paragraph.
    """

    alphabet: str = "abcdefghijklmnopqrstuvwxyz"
    half: bool = False

    @property
    def dimensions(self) -> int:
        return len(self.alphabet)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return np.array([[text.count(letter) for letter in self.alphabet] for text in texts], np.float32)


class Remembered(Encoder):
    """Another encoder's vectors, kept."""

    encoder: Embeddings
    path: Path = Path(".rag/cache")

    @property
    def dimensions(self) -> int:
        return 1

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return np.array(self.encoder.embed_documents(list(texts)), np.float32)


class Parrot(FakeListChatModel, Component):
    """A chat model that repeats itself."""

    model_config = ConfigDict(frozen=False)  # langchain-core's chat models write to themselves when they are made

    responses: list[str] = Field(default_factory=lambda: ["hello"])
    model: str = "parrot-1"
    api_key: SecretStr | None = None
    base_url: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0


class Lines(Segmenter):
    """A passage a line."""

    max_tokens: PositiveInt = 200

    def segments(self, document: Document) -> list[Segment]:
        return [Segment(0, len(document.page_content))]


class Shelf(Component):
    """An index that holds nothing."""

    path: str = ".rag/index"
    encoder: Embeddings
    segment: BaseDocumentTransformer | None = None
    llm: BaseChatModel | None = None


class Words(Retriever):
    """Passages that share words with the question."""

    index: Shelf
    top_k: PositiveInt = 20
    """Passages returned."""
    language: Literal["english", "german"] = "english"
    filter: dict[str, str | int] | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return []


class Vectors(Words):
    """Passages whose vectors lie near."""

    encoder: Embeddings


class Both(Retriever):
    """Several retrievers as one."""

    of: Annotated[tuple[BaseRetriever, ...], Field(min_length=1)]
    weights: tuple[float, ...] | None = None
    top_k: PositiveInt = 20

    @model_validator(mode="after")
    def _one_weight_each(self) -> Both:
        if self.weights is not None and len(self.weights) != len(self.of):
            raise ValueError(f"{len(self.weights)} weights for {len(self.of)} retrievers")
        return self

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return []


class Limits(Component):
    """How much is too much."""

    seconds: float = 1.5
    passages: NonNegativeInt = 100


class Cut(Compressor):
    """A share of each passage."""

    keep: Annotated[float, Field(gt=0, le=1)] = 0.5
    limits: Limits = Limits()
    judge: str | Embeddings = "length"

    def compress_documents(self, documents: Sequence[Document], query: str, callbacks: Any = None) -> list[Document]:
        return list(documents)


class Length(Router):
    """Short questions one way, long ones another."""

    none: Steps = Steps()
    long: Steps
    named: dict[str, Steps] = Field(default_factory=dict)

    def choose(self, turn: Turn, config: RunnableConfig | None = None) -> Decision:
        return Decision("long")

    def branches(self) -> Mapping[str, Steps]:
        return {"none": self.none, "long": self.long, **self.named}


class Loop(Agent):
    """Searches again and again."""

    retrieve: BaseRetriever
    fallback: BaseRetriever | None = None
    compress: BaseDocumentCompressor = Cut(keep=0.25)
    max_hops: PositiveInt = 4

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        return turn


class Quote(Generator):
    """The first passage."""

    llm: BaseChatModel | None = None

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        yield input.with_(answer=Answer("so it is"))


class Chat(Generator):
    """What a chat model says."""

    llm: BaseChatModel
    cite: bool = True
    stop: tuple[str, ...] = ()

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        yield input.with_(answer=Answer("so I say"))


HOUSE: dict[str, dict[str, type]] = {
    "rag.encoders": {"minilm": Letters, "letters": Letters, "remembered": Remembered},
    "rag.llms": {"parrot": Parrot},
    "rag.segmenters": {"lines": Lines},
    "rag.retrievers": {"words": Words, "vectors": Vectors, "both": Both},
    "rag.compressors": {"cut": Cut},
    "rag.agents": {"length": Length, "loop": Loop},
    "rag.generators": {"quote": Quote, "chat": Chat},
}


@pytest.fixture(autouse=True, scope="module")
def house() -> Iterator[dict[str, type]]:
    """The only registered components, and the index, for every test here."""
    caches = (registry.table, registry.name_of, registry._plugins, root_field)
    with pytest.MonkeyPatch.context() as patch:
        for folder, classes in HOUSE.items():
            rows = {name: f"{__name__}:{cls.__name__}" for name, cls in classes.items()}
            patch.setattr(f"{folder}.COMPONENTS", rows)
        patch.setitem(ROOT, "index", Root(f"{__name__}:Shelf", {}))
        for cached in caches:
            cached.cache_clear()
        yield {name: cls for classes in HOUSE.values() for name, cls in classes.items()}
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into the test's folder; returns the first one's path."""

    def write(text: str, name: str = "rag.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def problems(write: Callable[..., Path]) -> Callable[..., list[Any]]:
    """Everything wrong with a text."""

    def problems(text: str, **options: Any) -> list[Any]:
        return list(config.check(write(text), **{"environment": {}} | options))

    return problems
