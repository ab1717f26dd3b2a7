"""Answers in as few words as the passages allow: a trained reader finds them, their sentence is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag import skills
from rag.comparison.question import Comparison, comparison
from rag.encoders.vocabulary import ALL, ASIDE, embedded
from rag.encoders.vocabulary import said as told
from rag.generators.belief import believed, lacks
from rag.generators.cells import better_a_row, cell_is_named, of_named_column, within
from rag.generators.comparing import Compared, Comparing
from rag.generators.evidence import Evidence
from rag.generators.extractive import Extractive
from rag.generators.meant import meant
from rag.generators.plain import said, whole
from rag.generators.quotable import sentence_around
from rag.index.context import headings_context
from rag.passages.parts import cite, context_tokens
from rag.passages.reading import READING, read_in_time, worth_reading
from rag.schema import Answer, Delta, Turn, Usage
from rag.spending.allowance import current
from rag.spending.pace import portions

if TYPE_CHECKING:
    from rag.skills.reader import Candidate, Span
    from rag.skills.reader import Reader as Skill

__all__ = ["Reader", "wants_sentences"]

_AGREED = 1.5
"""Power of `brief_from` where reader and `extractive` agree: .03 for .1."""
_MARGIN = 0.2
"""What the margin of the likeliest words in a piece adds to its log-odds where sentences are quoted. Chosen on held-out
questions: docs/decisions/extraction.md."""
_CELL = 2.0
"""What is added to those of a row of which the question names a cell: all other rows read alike."""
_GUESSED = 0.5
"""Confidence at most in one of two names that was taken without comparing: guessing is right half of the time."""


class Reader(Extractive):
    """The likeliest words of the passages, with the sentence that they stand in as their citation.

    All passages are read in one pass by the embedded cross-encoder, each alone. Where a question is found to need
    several, the best passage is read together with each of the next ones as well: what one of them says tells where
    in the other the answer stands. It answers what can be answered in the words of one passage. Of several of a kind
    (prices in a list) it takes those that the question's words stand beside. Where it is not
    sure of the words, and where a question wants more than a few (a yes or a no with its reason, how, why), it
    quotes whole sentences as `extractive` does, which also reads tables and lists; so it does where its words
    are no cell of the row of a table that the question's words point at. Its confidence begins from the mean of
    two: that the passages answer, by the cross-encoder, and that of `extractive`. What the text around the answer lacks
    of the question (a name, a number, another word in the place of the one asked for, an opposite, a negation) is
    taken off; where little is left it says that it found nothing. Passages that it cannot read (their words are not in
    its vocabulary: another language) it quotes by the words that they share with the question. Under a limit of time it
    reads as many of the best passages as there is time for, and quotes sentences where there is time for none.

    A question that compares named things (which came first, is one heavier than the other, do both come from one
    country, which of both is a film) becomes one question about each; the dates, numbers, countries or claims found are
    compared, and the answer is one of the names, a yes or a no, with the sentences about each cited. Where one of them
    is not found, or what is found does not tell, it is answered like any other. Beyond that it does not count, compare
    or conclude.
    """

    paced: ClassVar[tuple[str, ...]] = (READING, "quotes")

    together: Literal["auto", "always", "never"] = "auto"
    """Whether passages are read together, too: `auto` where a router chose `multi`, and where none chose anything but
    the skill `complexity` takes the question for one over several passages."""
    beside: PositiveInt = 4
    """Passages that the best one is read together with."""
    compare: Literal["auto", "never"] = "auto"
    """Whether questions that compare two named things are asked of each."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""
    brief_from: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Probability that some words are the answer, from which they stand alone; below it sentences are quoted. In the
    sentence that `extractive` takes for the likeliest, its power of 1.5 is enough."""
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Confidence under which it says that it found nothing. What a value costs: docs/decisions/extraction.md."""

    def stream(self, input: Turn, config: RunnableConfig | None = None, **more: Any) -> Iterator[Delta | Turn]:
        """The answer, then the turn with it, last."""
        known = embedded().known(input.search, input.passages) if self.by_language else ALL
        if not known.weight:
            evidence = self._weighed(input)
            noted = input.with_(notes={ASIDE: told({"reader": known.share})})
            yield from self._quoted(noted, evidence, evidence.confidence)
            return
        asked = comparison(input.search) if self.compare == "auto" else None
        if asked and (found := self._compared(input, asked)) and found.confidence >= self.abstain_below:
            yield from _said(input, _both(input, found))
            return
        input, spans, answerable, alone = self._read(input)
        evidence = self._weighed(input)
        if answerable is None:
            yield from self._quoted(_unread(input, evidence), evidence, evidence.confidence)
            return
        if spans and alone:
            spans = [meant(self._skill, input, evidence, spans[0])]
        spans = [of_named_column(input.search, input.passages[span.passage], span) for span in spans]
        choosing = asked if asked and asked.one_of_two else None
        words = _said_by(spans[0], input.passages) if spans else ""
        words = choosing.chosen(words) if choosing else words
        unfit = wants_sentences(input.search) or (spans and better_a_row(input, spans[0], evidence))
        brief = spans and self._sure(spans[0], evidence) and any(map(str.isalnum, words)) and not unfit
        evidence = evidence if brief else self._judged(input, evidence)
        confidence = believed(answerable, evidence.confidence, lacks(input, evidence, spans[0] if brief else None))
        if not brief or confidence < self.abstain_below:
            yield from self._quoted(input, evidence, confidence)
            return
        confidence = min(confidence, _GUESSED) if choosing else confidence
        yield from _said(input, _brief(input, spans[0], words, confidence))

    def _sure(self, span: Span, evidence: Evidence) -> bool:
        """Whether some words can stand alone; less is asked of them in the piece that `extractive` likes best."""
        agreed = evidence.pieces and within(span, evidence.pieces[0])
        return span.score >= (self.brief_from**_AGREED if agreed else self.brief_from)

    def _compared(self, turn: Turn, asked: Comparison) -> Compared | None:
        """What a comparison comes to over the passages, where they tell."""
        return Comparing(asked, turn.passages, self._skill).compared(skills.load("support", self.weights))

    def _read(self, turn: Turn) -> tuple[Turn, list[Span], float | None, bool]:
        """The turn with the passages that were read, the likeliest words, whether they answer, and are one passage's.

        They are where no other passage told where to look: read alone, or read together with the same words found.
        Where there was time for no passage it keeps them all, and nobody knows whether they answer.
        """
        texts = [passage.page_content for passage in turn.passages]
        titles = [headings_context(passage.metadata) for passage in turn.passages]
        found, read = read_in_time(self._skill, turn.search, turn.passages, first=True)
        if texts and not read:
            return turn, [], None, True
        if read < len(texts):
            turn = turn.with_passages(turn.passages[:read])
        together = self._together(turn.search, texts, titles) if read == len(texts) and self._over_several(turn) else []
        spans, answerable = self._skill.weighed(found, texts, most=1)
        if not together:
            return turn, spans, answerable, True
        better, answerable = self._skill.weighed(together, texts, most=1)
        same = [span.place for span in better] == [span.place for span in spans]
        return turn, spans if same else better, answerable, same

    def _judged(self, turn: Turn, evidence: Evidence) -> Evidence:
        """The pieces, weighed also by what the cross-encoder took from them when it read the passages."""
        pieces = evidence.pieces
        if len(pieces) < 2:
            return evidence
        place = {old: new for new, old in enumerate(worth_reading(turn.passages))}
        read = [turn.passages[old] for old in place]
        places = [(place.get(piece.passage, -1), piece.quote.start, piece.quote.end) for piece in pieces]
        texts, titles = [passage.page_content for passage in read], [headings_context(p.metadata) for p in read]
        margins = self._skill.margins(turn.search, texts, titles, places)
        if np.isnan(margins).all():
            return evidence
        margins = np.where(np.isnan(margins), np.nanmin(margins), margins)
        named = np.array([piece.quote.row and cell_is_named(turn, piece) for piece in pieces], np.float32)
        return evidence.weighted(_MARGIN * evidence.known.weight * margins + np.float32(_CELL) * named)

    def _over_several(self, turn: Turn) -> bool:
        if self.together != "auto":
            return self.together == "always"
        if turn.premises:  # what it took several passages for was asked before
            return False
        if turn.route is not None:
            return turn.route == "multi"
        return bool(skills.load("complexity").over_several(turn.search))

    def _together(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[Candidate]:
        """The likeliest words of the best passage and each of the next, as far as there is time for them."""
        groups = [(0, place) for place in range(1, min(len(texts), self.beside + 1))]
        sizes = self._skill.unread_together(question, texts, titles, groups) if current() else [0] * len(groups)
        return [
            one
            for start, end in portions(READING, sizes, needed=False)
            for one in self._skill.together(question, texts, titles, groups[start:end])
        ]

    @cached_property
    def _skill(self) -> Skill:
        loaded: Skill = skills.load("reader", self.weights)
        return loaded


def _unread(turn: Turn, evidence: Evidence) -> Turn:
    """The turn, which tells that there was no time to read."""
    how = ", by their words alone" if evidence.late else ""
    return turn.with_(notes={"skipped": f"latency_ms: no passage was read, sentences are chosen{how}"})


def _said_by(span: Span, passages: Sequence[Document]) -> str:
    """The words of a span, the last one whole and without marks of Markdown.

    Of source code those of its first line: the next says another thing.
    """
    passage = passages[span.passage]
    text, form = passage.page_content, passage.metadata.get("format")
    if form == "code":
        return span.text.strip().partition("\n")[0]
    start, end = whole(text, span.start, span.end)
    if span.text[-1:].isalnum() and (rest := _COMPOUND.match(text, end)):
        end = rest.end()
    return said(text, start, end) if form == "markdown" else text[start:end]


_COMPOUND = re.compile(r"(?:-[A-Z]\w*)+")
"""What belongs to a name with hyphens: `Retry-After`, not `Lyon-based`."""


def _said(turn: Turn, answer: Answer) -> Iterator[Delta | Turn]:
    """An answer in one piece, and the turn with it."""
    yield Delta(answer.text)
    usage = Usage(context_tokens=context_tokens(turn.passages))
    yield turn.with_(answer=answer, usage=turn.usage + usage)


def _both(turn: Turn, found: Compared) -> Answer:
    """What a comparison comes to, and the sentences that its facts stand in."""
    places = [
        (span.passage, *sentence_around(turn.passages[span.passage], span.start, span.end)) for span in found.spans
    ]
    citations = tuple(cite(turn.passages, place + 1, start, end) for place, start, end in dict.fromkeys(places))
    marks = dict.fromkeys(f"[{citation.number}]" for citation in citations)
    return Answer(f"{found.text} {' '.join(marks)}", citations, confidence=found.confidence)


def _brief(turn: Turn, span: Span, words: str, confidence: float) -> Answer:
    """The words alone, and the sentence that they were found in."""
    start, end = sentence_around(turn.passages[span.passage], span.start, span.end)
    citation = cite(turn.passages, span.passage + 1, start, end)
    return Answer(f"{' '.join(words.split())} [{citation.number}]", (citation,), confidence=confidence)


_OPEN = re.compile(
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n't)?\b(?!.*\bor\b)"
    r"|why\b|explain\b|describe\b|tell\b|list\b|summari[sz]e\b|compare\b"
    r"|how\s+(?:do|does|did|is|are|was|were|can|could|should|would|to|come)\b"
    r"|what\s+(?:happens?|happened|does\s.*\bdo|is\s+the\s+difference|should|can|if)\b"
    r"|which\s.*\bare\s+there\b|what\s+(?:is|are)\s+the\s+(?:steps?|procedure)\b",
    re.IGNORECASE,
)


_TWO = re.compile(
    r"(?:when|where|who|what|which|how|why|in (?:what|which))\b(?P<first>.*?),? and "
    r"(?:(?:when|where|why|how|what)|(?P<relative>who(?:m|se)?|which))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:who|which|that|whose|whom)\b", re.IGNORECASE)
"""What makes a later `and who` go on with a clause: `the actor who was born in Bonn and who drew`."""


def wants_sentences(question: str) -> bool:
    """Whether an English question wants more than a few words: a yes or a no, how, why, two things at once."""
    asked = question.strip()
    two = _TWO.match(asked)
    return bool(_OPEN.match(asked) or (two and not (two["relative"] and _RELATIVE.search(two["first"]))))
