"""Answers without a language model: the sentences of the passages that answer best, quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag.encoders.vocabulary import ASIDE, said
from rag.generators.evidence import Evidence, Piece, weigh
from rag.generators.quotable import names_a_cell
from rag.kinds import Generator, default_encoder
from rag.passages.parts import cite, context_tokens, source_of, start_of
from rag.schema import Answer, Citation, Delta, Turn, Usage

__all__ = ["Extractive"]

_ENOUGH = 0.6
"""Belief after which no further sentence is added."""
_FAINT = 0.25
"""Share of the best sentence's belief that a further one must have."""
_RIVAL = 0.7
"""Share of an item's belief that another item of its list must have for the whole list to be the answer."""
_STEPS = re.compile(r"\bhow (?:do|does|can|could|should|shall|must|to)\b|\b(?:steps|procedure)\b", re.IGNORECASE)
"""Questions for what is done one after the other."""
_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.)]\s", re.MULTILINE)
_BY_WORDS = "latency_ms: sentences were compared with the question by their words alone"
"""What a trace says where there was no time for more."""
_SAME = 0.9
"""Cosine from which two sentences say the same."""


class Extractive(Generator):
    """One to three sentences of the passages, word for word, each with its place.

    Every sentence is weighed by its cosine to the question and by the share of the question's words that it holds.
    Sentences are added, likeliest first, until their shares of the belief reach 0.6. A heading or a question is never
    an answer by itself; a table's row is given with the names of its columns. No model is called and nothing is
    rephrased, so the answer cannot say what the documents do not. Under a limit of time only as many sentences are
    weighed as there is time for, those with most of the question's words. Where there is time for none, or the encoder
    cannot read them (another language than its own), the words alone count.
    """

    paced: ClassVar[tuple[str, ...]] = ("quotes",)

    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares sentences with the question."""
    by_language: bool = True
    """Whether passages in a language that it cannot read are quoted by their words alone."""
    max_sentences: PositiveInt = 3
    """Sentences at most."""
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Confidence under which it says that it found nothing. What a value costs: docs/decisions/extraction.md."""
    abstention: str = "I found nothing about this in the indexed documents."
    """What it says then."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Iterator[Delta | Turn]:
        """The sentences one by one, then the turn with its answer, last."""
        evidence = self._weighed(input)
        yield from self._quoted(_noted(input, evidence), evidence, evidence.confidence)

    def _weighed(self, turn: Turn) -> Evidence:
        return weigh(turn.search, turn.passages, self.encoder, by_language=self.by_language)

    def _quoted(self, input: Turn, evidence: Evidence, confidence: float) -> Iterator[Delta | Turn]:
        """The answer in sentences, or that there is none."""
        usage = Usage(context_tokens=context_tokens(input.passages))
        if confidence < self.abstain_below or not evidence.pieces:
            yield Delta(self.abstention)
            answer = Answer(self.abstention, confidence=confidence, abstained=True)
            yield input.with_(answer=answer, usage=input.usage + usage)
            return
        text = ""
        citations: list[Citation] = []
        steps = bool(_STEPS.search(input.search))
        evidence = _without_other_rows(_with_steps_first(evidence) if steps else evidence, input)
        for piece in self._chosen(evidence, input.passages):
            citation = cite(input.passages, piece.passage + 1, piece.quote.start, piece.quote.end)
            said = _sentence(text, piece.quote.text, f"[{citation.number}]")
            text += said
            citations.append(citation)
            yield Delta(said)
        answer = Answer(text, tuple(citations), confidence=confidence)
        yield input.with_(answer=answer, usage=input.usage + usage)

    def _chosen(self, evidence: Evidence, passages: Sequence[Document]) -> list[Piece]:
        """The sentences of the answer, in the order of their documents; sources in the order of their best sentence."""
        chosen: list[Piece] = []
        for piece in evidence.pieces:
            belief = sum(other.share for other in chosen)
            if (
                len(chosen) == self.max_sentences
                or belief >= _ENOUGH
                or piece.share < _FAINT * evidence.pieces[0].share
            ):
                break
            whole = _list_of(piece, evidence)
            if not any(_same(whole, other, passages) for other in chosen):
                chosen.append(whole)
        sources = [source_of(passages[piece.passage]) for piece in chosen]

        def place(piece: Piece) -> tuple[int, int]:
            passage = passages[piece.passage]
            return sources.index(source_of(passage)), start_of(passage) + piece.quote.start

        return sorted(chosen, key=place)


def _noted(turn: Turn, evidence: Evidence) -> Turn:
    """The turn, with why words alone counted where they did."""
    if evidence.known.weight < 1:
        return turn.with_(notes={ASIDE: said({"encoder": evidence.known.share})})
    return turn.with_(notes={"skipped": _BY_WORDS}) if evidence.late else turn


def _sentence(before: str, quoted: str, marker: str) -> str:
    """A quote with its marker as it follows the text before it; lists and code stand in lines of their own."""
    block = "\n" in quoted
    gap = "" if not before else "\n\n" if block or "\n" in before.rsplit("\n\n", 1)[-1] else " "
    return f"{gap}{quoted}{chr(10) if block else ' '}{marker}"


def _with_steps_first(evidence: Evidence) -> Evidence:
    """The likeliest numbered list, with the belief of all its steps, before what is less likely than twice as much."""
    best = evidence.pieces[0].share if evidence.pieces else 0.0
    believed = [
        (sum(other.share for other in evidence.pieces if other is whole or _inside(other, whole)), whole)
        for whole in evidence.pieces
        if len(_NUMBERED.findall(whole.quote.text)) > 1
    ]
    share, steps = max(believed, key=lambda one: one[0], default=(0.0, None))
    if steps is None or share < best / 2:
        return evidence
    rest = [piece for piece in evidence.pieces if piece is not steps and not _inside(piece, steps)]
    return replace(evidence, pieces=(replace(steps, share=share), *rest))


def _without_other_rows(evidence: Evidence, turn: Turn) -> Evidence:
    """Where the question names a cell of the likeliest row, without the rows of its source that it names no cell of."""

    def named(piece: Piece) -> bool:
        text = turn.passages[piece.passage].page_content
        return names_a_cell(turn.search, text[piece.quote.start : piece.quote.end])

    best = evidence.pieces[0]
    if not (best.quote.row and named(best)):
        return evidence
    source = source_of(turn.passages[best.passage])
    rows = (piece for piece in evidence.pieces if piece.quote.row and source_of(turn.passages[piece.passage]) == source)
    others = {id(piece) for piece in rows if not named(piece)}
    return replace(evidence, pieces=tuple(piece for piece in evidence.pieces if id(piece) not in others))


def _inside(one: Piece, whole: Piece) -> bool:
    """Whether a piece is a part of another one."""
    return (
        one.passage == whole.passage
        and one is not whole
        and whole.quote.start <= one.quote.start
        and one.quote.end <= whole.quote.end
    )


def _list_of(piece: Piece, evidence: Evidence) -> Piece:
    """The whole list that an item stands in, where another of its items answers nearly as well; else the piece."""
    for whole in evidence.pieces:
        if _inside(piece, whole):
            rivals = (other.share for other in evidence.pieces if other is not piece and _inside(other, whole))
            return whole if max(rivals, default=0.0) >= _RIVAL * piece.share else piece
    return piece


def _same(one: Piece, other: Piece, passages: Sequence[Document]) -> bool:
    """Whether they say the same or share characters of a source."""
    if float(one.vector @ other.vector) >= _SAME:
        return True
    first, second = passages[one.passage], passages[other.passage]
    if source_of(first) != source_of(second):
        return False
    return (
        start_of(first) + one.quote.start < start_of(second) + other.quote.end
        and start_of(second) + other.quote.start < start_of(first) + one.quote.end
    )
