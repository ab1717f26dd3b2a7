"""Answers in as few words as the passages allow: a trained reader finds them, their sentence is cited."""

from __future__ import annotations

import re
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

__all__ = ["Reader", "asks_yes_or_no"]


class Reader(Generator):
    """The likeliest words of the passages, with the sentence that they stand in as their citation.

    All passages are read in one pass by the embedded cross-encoder. It answers what can be answered in the words of
    one passage. Where it is not sure of the words, and where a yes or a no is wanted, it quotes the sentence that is
    needed most and leaves the verdict to who reads it. It does not count or compare. `extractive` always quotes whole
    sentences.
    """

    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Probability that the passages answer at all, under which it says that it found nothing."""
    brief_from: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Probability that some words are the answer, from which they stand alone; below it their sentence is quoted."""
    abstention: str = "I found nothing about this in the indexed documents."
    """What it says then."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        """The answer, then the turn with it, last."""
        passages = input.passages
        texts = [passage.page_content for passage in passages]
        titles = [headings_context(passage.metadata) for passage in passages]
        spans, answerable = self._skill.read(input.search, texts, titles, most=1)
        if spans and answerable >= self.abstain_below:
            best = spans[0]
            number, (start, end) = best.passage, _sentence(texts[best.passage], best)
            said = best.text
            if best.score < self.brief_from or asks_yes_or_no(input.search):
                number, (start, end) = self._telling(input.search, texts, titles)
                said = texts[number][start:end]
            citation = cite(passages, number + 1, start, end)
            answer = Answer(f"{' '.join(said.split())} [{citation.number}]", (citation,), confidence=answerable)
        else:
            answer = Answer(self.abstention, confidence=answerable, abstained=True)
        yield Delta(answer.text)
        usage = Usage(context_tokens=context_tokens(passages))
        yield input.with_(answer=answer, usage=input.usage + usage)

    def _telling(self, question: str, texts: list[str], titles: list[str]) -> tuple[int, tuple[int, int]]:
        """The passage and the sentence that are needed most to answer; read already, so it costs no further pass."""
        spans = [sentences(text) for text in texts]
        asked = [
            (question, [text[start:end] for start, end in found]) for text, found in zip(texts, spans, strict=True)
        ]
        needed, _ = skills.load("keep", self.weights).judge(asked, titles)
        number = max(range(len(texts)), key=lambda place: float(needed[place].max(initial=-1)))
        return number, spans[number][int(needed[number].argmax())]

    @cached_property
    def _skill(self) -> Skill:
        loaded: Skill = skills.load("reader", self.weights)
        return loaded


_YES_OR_NO = re.compile(
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n't)?\b",
    re.IGNORECASE,
)


def asks_yes_or_no(question: str) -> bool:
    """Whether an English question wants a yes or a no: it begins with its verb and offers no choice."""
    return bool(_YES_OR_NO.match(question.strip())) and " or " not in question


def _sentence(text: str, span: Span) -> tuple[int, int]:
    """The sentences that a span stands in: mostly one."""
    inside = [(start, end) for start, end in sentences(text) if start < span.end and span.start < end]
    return min(start for start, _ in inside), max(end for _, end in inside)
