"""How far an answer is believed: what two readers think of the passages, and what the answer's text lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.generators.evidence import Evidence
from rag.generators.quotable import is_table, sentence_around
from rag.index.context import headings_context
from rag.schema import Turn
from rag.skills.lacking import LACKING, MOST, lacking, read, stemmed, tells

if TYPE_CHECKING:
    from rag.skills.reader import Span

__all__ = ["around", "believed", "lacks"]

_SHIFT = 0.8
"""What is added to the log-odds of both where nothing is lacking. Fitted with what is taken off on questions that the
cross-encoder had not learnt from, half of them with an answer: docs/decisions/abstaining.md."""
_LACKS = {"names": 0.9, "numbers": 1.05, "denied": 1.9, "opposite": 2.4, "exchanged": 1.4, "nowhere": 0.3}
"""What each thing that is lacking takes off."""
_SURE = 1e-4
"""Probabilities are taken for no nearer to 0 and 1 than this."""


def believed(reader: float, quotes: float, lacks: Sequence[float]) -> float:
    """The confidence in an answer, 0 to 1.

    Args:
        reader: how likely the passages answer by the cross-encoder, 0 to 1.
        quotes: the same by `extractive`.
        lacks: of the text around the answer, as `rag.skills.lacking.lacking` gives it.
    """
    if not reader + quotes:
        return 0.0
    taken = sum(_LACKS[name] * lack for name, lack in zip(LACKING, lacks, strict=True))
    return 1 / (1 + math.exp(taken - _SHIFT - _odds((reader + quotes) / 2)))


def lacks(turn: Turn, evidence: Evidence, span: Span | None) -> list[float]:
    """What the text around an answer lacks of the question, by `LACKING`; nothing where it cannot be read.

    Args:
        turn: with the question and the passages.
        evidence: the pieces of the passages.
        span: the words that are the answer; None where the likeliest piece is quoted.
    """
    if evidence.known.weight < 1 or not evidence.pieces:
        return [0.0] * len(LACKING)
    texts = [f"{headings_context(one.metadata)}\n{one.page_content}" for one in turn.passages]
    at = span.passage if span else evidence.pieces[0].passage
    title = headings_context(turn.passages[at].metadata)
    near = f"{title}\n{around(turn, evidence, span)}"
    found = lacking(turn.search, near, texts[at], texts[:at] + texts[at + 1 :])
    if is_table(turn.passages[at]) or (span is None and evidence.pieces[0].quote.row):
        found[_NAMES] = max(found[_NAMES], _names_of_no_row(turn.search, texts))
    if _beside_what_is_asked(turn.search, near):
        found[_DENIED] = 1.0
    return found


_NAMES, _DENIED = LACKING.index("names"), LACKING.index("denied")
_NAME = re.compile(r"(?<=\s)[A-Z][^\W\d_]{2,}")
_BESIDE = re.compile(
    r"\b(?:on top of|in addition to|apart from|aside from|except|excluding|not counting|over and above) "
    r"(?:(?:the|a|an|your|their|his|her|its|any|this|that|normal|regular|usual|basic) )*(\w+)",
    re.IGNORECASE,
)
"""What a sentence says that it does not tell of: `250 EUR on top of the salary` is no salary."""


def _names_of_no_row(question: str, texts: Sequence[str]) -> float:
    """Names of a question that stand nowhere in the passages, however like those of a table's rows they are.

    A table that lists countries without Norway says nothing about it, though it tells of Sweden.
    """
    known = frozenset[str]().union(*(read(text).known for text in texts))
    names = {name.lower() for name in _NAME.findall(question) if tells(name.lower())}
    return min(MOST, float(sum(name not in known and stemmed(name) not in known for name in names)))


def _beside_what_is_asked(question: str, text: str) -> bool:
    """Whether the only place where a text speaks of a thing that is asked about says what comes on top of it."""
    asked = {stemmed(word.lower()) for word in read(question).written if tells(word.lower())}
    for match in _BESIDE.finditer(text):
        thing = stemmed(match[1].lower())
        beside = read(_BESIDE.sub(" ", text)).stems
        if thing in asked and thing not in beside and not _BESIDE.search(question):
            return True
    return False


def around(turn: Turn, evidence: Evidence, span: Span | None) -> str:
    """What an answer stands in: the piece, with what it is understood from. Of tables the rows in view."""
    if span is None:
        piece = evidence.pieces[0]
    else:
        passage = turn.passages[span.passage]
        if is_table(passage):
            return passage.page_content
        holding = (one for one in evidence.pieces if one.holds(span.passage, span.start, span.end))
        found = min(holding, key=lambda one: one.quote.end - one.quote.start, default=None)
        if found is None:
            return passage.page_content[slice(*sentence_around(passage, span.start, span.end))]
        piece = found
    return f"{piece.quote.context}\n{piece.quote.text}"


def _odds(chance: float) -> float:
    chance = min(max(chance, _SURE), 1 - _SURE)
    return math.log(chance / (1 - chance))
