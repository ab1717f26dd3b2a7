"""What flows through a pipeline.

A passage is a langchain-core `Document` with a stable `id` and, in its metadata, at least `source`, `start` and `end`:
`source_text[start:end] == page_content`, in characters of the extracted text. Offsets survive every step; where one
shortens a passage inside, `rag.passages.condensed` keeps the text of its place and the way back to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

__all__ = ["KNOWLEDGE", "SIMILARITY", "Answer", "Citation", "Delta", "Document", "Span", "Turn", "Usage"]

KNOWLEDGE = "knowledge_source"
"""Metadata of a passage: the name of the knowledge source that it was asked of, where there are several."""
SIMILARITY = "evidence_similarity"
"""Metadata of a passage: how well it fits the question, one of 0.0, 0.1 ... 1.0, where that was judged."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn cost. Tokens are counted by the model that spent them."""

    llm_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    context_tokens: int = 0
    """Tokens of the passages shown to the generator."""
    cost: float | None = None
    """US dollars, where the model has prices."""

    def __add__(self, other: Usage) -> Usage:
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            self.llm_calls + other.llm_calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.context_tokens + other.context_tokens,
            sum(costs) if costs else None,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a turn, as it was."""

    name: str
    ms: float
    passages_in: tuple[Document, ...] = field(default=(), repr=False)
    passages_out: tuple[Document, ...] = field(default=(), repr=False)
    context_tokens_in: int | None = None
    context_tokens_out: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; passages as their ids."""
        return {
            "name": self.name,
            "ms": round(self.ms, 3),
            "passages_in": [passage.id for passage in self.passages_in],
            "passages_out": [passage.id for passage in self.passages_out],
            "context_tokens_in": self.context_tokens_in,
            "context_tokens_out": self.context_tokens_out,
            **({"detail": dict(self.detail)} if self.detail else {}),
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source that an answer rests on: `source_text[start:end] == quote`."""

    source: str
    start: int
    end: int
    quote: str
    page: int | None = None
    """1-based page of a paged document."""
    title: str | None = None
    passage_id: str | None = None
    number: int | None = None
    """The `[n]` in the answer's text."""
    supported: bool | None = None
    """Whether the quote bears the claim, where it was checked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pipeline gives back."""

    text: str
    citations: tuple[Citation, ...] = ()
    passages: tuple[Document, ...] = field(default=(), repr=False)
    route: str | None = None
    usage: Usage = Usage()
    trace: tuple[Span, ...] = field(default=(), repr=False)
    history: tuple[BaseMessage, ...] = field(default=(), repr=False)
    """The conversation up to and including this answer: hand it to the next call."""
    confidence: float | None = None
    """0 to 1, where the generator knows it."""
    abstained: bool = False

    def __str__(self) -> str:
        return self.text

    def to_dict(self, *, trace: bool = True) -> dict[str, Any]:
        """The JSON contract of `rag ask --json`."""
        return {
            "text": self.text,
            "citations": [asdict(citation) for citation in self.citations],
            "passages": [
                {
                    "id": passage.id,
                    "text": passage.page_content,
                    **{key: passage.metadata.get(key) for key in ("score", "source", "start", "end", "page", "title")},
                }
                for passage in self.passages
            ],
            "route": self.route,
            "abstained": self.abstained,
            "confidence": self.confidence,
            "usage": asdict(self.usage),
            **({"trace": [span.to_dict() for span in self.trace]} if trace else {}),
        }


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer while it streams. The last one carries the whole `answer`.

    Deltas add up, so any langchain-core consumer can aggregate them.
    """

    text: str = ""
    answer: Answer | None = None

    def __str__(self) -> str:
        return self.text

    def __add__(self, other: Delta) -> Delta:
        return Delta(self.text + other.text, other.answer or self.answer)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way. Immutable: a step returns a new one."""

    question: str
    history: tuple[BaseMessage, ...] = ()
    query: str = ""
    """What is searched for: the question made stand-alone; the question itself where empty."""
    filter: Mapping[str, Any] | None = None
    passages: tuple[Document, ...] = ()
    premises: tuple[Citation, ...] = ()
    """What the query rests on where an agent asked for something first: cited behind the answer's own sentences."""
    answer: Answer | None = None
    settled: bool = False
    """Whether the answer is final: the steps that would follow are left out."""
    route: str | None = None
    usage: Usage = Usage()
    trace: tuple[Span, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the last agent says of its work: its step puts it into the trace."""

    @property
    def search(self) -> str:
        """The text to search with."""
        return self.query or self.question

    def with_(self, **changes: Any) -> Turn:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def with_passages(self, passages: Sequence[Document]) -> Turn:
        """A copy that carries these passages."""
        return replace(self, passages=tuple(passages))

    def finish(self) -> Answer:
        """The answer, with everything the turn gathered on the way."""
        answer = self.answer or Answer("", abstained=True)
        said = (*self.history, HumanMessage(self.question), AIMessage(answer.text))
        passages = answer.passages or self.passages
        return replace(
            answer,
            citations=(*answer.citations, *self._premises(answer, passages)),
            passages=passages,
            route=self.route,
            usage=self.usage,
            trace=self.trace,
            history=said,
        )

    def _premises(self, answer: Answer, passages: Sequence[Document]) -> list[Citation]:
        """The premises that the answer does not cite itself, numbered as its passages; none where it says nothing."""
        numbers = {passage.id: number for number, passage in enumerate(passages, 1)}
        cited = {(citation.source, citation.start, citation.end) for citation in answer.citations}
        return [
            replace(premise, number=numbers.get(premise.passage_id))
            for premise in (() if answer.abstained else self.premises)
            if (premise.source, premise.start, premise.end) not in cited
        ]
