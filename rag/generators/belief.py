"""How far an answer is believed: what two readers think of the passages, and what the answer's text lacks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.generators.evidence import Evidence
from rag.generators.quotable import is_table, sentence_around
from rag.index.context import headings_context
from rag.schema import Turn
from rag.skills.lacking import LACKING, lacking

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
    return lacking(turn.search, near, texts[at], texts[:at] + texts[at + 1 :])


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
