"""Answers in as few words as the passages allow: a trained reader finds the span, its sentence is cited."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.runnables import RunnableConfig
from pydantic import Field

from rag import skills
from rag.index.context import headings_context
from rag.kinds import Generator
from rag.passages import cite, context_tokens
from rag.schema import Answer, Delta, Turn, Usage
from rag.segmenters.sentences import sentences

if TYPE_CHECKING:
    from rag.skills.reader import Reader as Skill
    from rag.skills.reader import Span

__all__ = ["Reader"]


class Reader(Generator):
    """The likeliest span of the passages, with the sentence that it stands in as its citation.

    All passages are read in one pass by the embedded cross-encoder. It answers what can be answered in the words of
    one passage; it does not count, compare, or say yes or no. `extractive` quotes whole sentences instead.
    """

    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; none ship."""
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Probability that the passages answer at all, under which it says that it found nothing."""
    abstention: str = "I found nothing about this in the indexed documents."
    """What it says then."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        """The answer, then the turn with it, last."""
        passages = input.passages
        texts = [passage.page_content for passage in passages]
        titles = [headings_context(passage.metadata) for passage in passages]
        spans, answerable = self._skill.read(input.search, texts, titles, most=1)
        if spans and answerable >= self.abstain_below:
            start, end = _sentence(texts[spans[0].passage], spans[0])
            citation = cite(passages, spans[0].passage + 1, start, end)
            text = f"{' '.join(spans[0].text.split())} [{citation.number}]"
            answer = Answer(text, (citation,), confidence=answerable)
        else:
            answer = Answer(self.abstention, confidence=answerable, abstained=True)
        yield Delta(answer.text)
        usage = Usage(context_tokens=context_tokens(passages))
        yield input.with_(answer=answer, usage=input.usage + usage)

    @cached_property
    def _skill(self) -> Skill:
        loaded: Skill = skills.load("reader", self.weights)
        return loaded


def _sentence(text: str, span: Span) -> tuple[int, int]:
    """The sentences that a span stands in: mostly one."""
    inside = [(start, end) for start, end in sentences(text) if start < span.end and span.start < end]
    return min(start for start, _ in inside), max(end for _, end in inside)
