"""What comes back from a chat model, turned into an answer while it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from rag.errors import ModelError
from rag.generators.grounding import citations
from rag.generators.markers import Markers
from rag.generators.usage import usage_of
from rag.generators.verdict import Judge
from rag.safety.links import Links
from rag.schema import Answer, Delta, Span, Turn
from rag.spending.calls import LATE, spent

__all__ = ["Reply", "without_markers"]


@dataclass
class Reply:
    """One call of a chat model."""

    turn: Turn
    shown: tuple[Document, ...]
    """The passages that the model sees."""
    messages: tuple[BaseMessage, ...]
    """What it is told; nothing where it is not called, and the answer is then the abstention."""
    abstention: str
    """The sentence by which it says that it has no answer."""
    cite: bool
    """Whether markers become citations; they are removed otherwise."""
    confidence: float | None
    """Of the passages, where it is known."""
    judge: Judge | None = None
    """Checks the citations, where they are to be checked."""
    links: Links | None = None
    """Takes links and pictures out that the passages do not have, where they are to go."""
    refused: str = ""
    """Why limits forbid to call the model."""
    late: bool = False
    """Whether the time was spent before the model had said everything."""
    chunks: list[AIMessageChunk] = field(default_factory=list)

    @cached_property
    def markers(self) -> Markers:
        """The text so far."""
        return Markers(len(self.shown) if self.cite else 0)

    def add(self, chunk: BaseMessage) -> str:
        """What can be shown after a further chunk."""
        if not isinstance(chunk, AIMessageChunk):  # a model that cannot stream
            chunk = AIMessageChunk(**chunk.model_dump(exclude={"type"}))
        self.chunks.append(chunk)
        text = str(chunk.text)
        return self.markers.add(self.links.add(text) if self.links else text)

    def end(self) -> Iterator[Delta | Turn]:
        """What was held back, then the turn with its answer.

        Raises:
            ModelError: the model said nothing.
        """
        if not self.messages:
            yield Delta(self.abstention)
            answer = Answer(self.abstention, confidence=self.confidence, abstained=True)
            yield self.turn.with_(answer=answer)
            return
        held = self.markers.add(self.links.end()) if self.links else ""
        if rest := held + self.markers.end():
            yield Delta(rest)
        message = self.chunks[0] + self.chunks[1:] if self.chunks else AIMessageChunk(content="")
        reason = message.response_metadata.get("finish_reason")
        text = self.markers.text
        if not text and not self.late:
            raise ModelError(_silence(message, reason))
        if not text:
            yield Delta(self.abstention)
            text = self.abstention
        abstained = _says(text, self.abstention)
        answer = Answer(
            _MARKER.sub("", text) if abstained else text,
            () if abstained or not self.cite else citations(text, self.markers.marks, self.shown, self.judge),
            self.shown,
            confidence=self.confidence,
            abstained=abstained,
        )
        usage = spent(usage_of(message, self.messages, self.shown))
        noted = self._noted(reason, message.response_metadata.get("decoding"))
        yield self.turn.with_(answer=answer, usage=self.turn.usage + usage, trace=(*self.turn.trace, *noted))

    def _noted(self, reason: str | None, decoding: Mapping[str, Any] | None) -> Iterator[Span]:
        """A span without time of its own for what a reader of the trace should know, where there is something."""
        left_out = len(self.turn.passages) - len(self.shown)
        noted: dict[str, Any] = {
            "unknown_citations": self.markers.removed if self.cite else [],
            "links_removed": list(dict.fromkeys(self.links.removed)) if self.links else [],
            "passages_left_out": left_out,
            "skipped": LATE if self.late else None,
            "decoding": decoding,
            "finish_reason": reason if reason not in (None, "stop", "tool_calls") else None,
        }
        if detail := {key: value for key, value in noted.items() if value}:
            yield Span("reply", 0.0, self.turn.passages, self.shown, detail=detail)


_MARKER = re.compile(r"\s*\[\d{1,3}\]")


def without_markers(message: BaseMessage) -> BaseMessage:
    """An earlier message without markers: they count passages that are no longer shown."""
    return AIMessage(_MARKER.sub("", str(message.text))) if isinstance(message, AIMessage) else message


def _says(text: str, sentence: str) -> bool:
    """Whether a text begins with a sentence, marks and case aside."""

    def plain(words: str) -> str:
        return " ".join(re.sub(r"[^\w\s]", "", _MARKER.sub("", words)).casefold().split())

    return plain(text).startswith(plain(sentence))


def _silence(message: AIMessage, reason: str | None) -> str:
    if reason == "length":
        return "the model reached max_tokens before it said anything: raise max_tokens, or let it think less"
    if reason == "content_filter":
        return "the model's provider filtered its answer (finish reason content_filter)"
    tools = " but asked for tools" if message.tool_calls else ""
    return f"the model gave an empty answer{tools} (finish reason {reason}): ask again, or use another model"
