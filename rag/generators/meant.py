"""The words that a question means, of several that might answer it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.generators.belief import around
from rag.generators.evidence import Evidence
from rag.index.context import headings_context
from rag.passages.reading import worth_reading
from rag.schema import Turn
from rag.segmenters.sentences import sentences
from rag.skills.rivals import Rival, alike, spoken_for

if TYPE_CHECKING:
    from rag.skills.reader import Reader, Span

__all__ = ["meant"]

_WITHIN = 1.0
"""By how much the log-odds of others may be less: docs/decisions/extraction.md."""
_BEHIND = 20
"""Characters behind an answer that may say what it counts."""


def meant(reader: Reader, turn: Turn, evidence: Evidence, best: Span) -> Span:
    """The likeliest words, or others of their kind that the question's words stand nearer to.

    Args:
        reader: that read the passages, each alone.
        turn: with the question and the passages.
        evidence: the pieces of the passages.
        best: the likeliest words.
    """
    if evidence.known.weight < 1:
        return best
    places = worth_reading(turn.passages)
    texts = [passage.page_content for passage in turn.passages]
    titles = [headings_context(passage.metadata) for passage in turn.passages]
    given = [texts[place] for place in places], [titles[place] for place in places]
    own = replace(best, passage=places.index(best.passage))
    found = [replace(one, passage=places[one.passage]) for one in reader.rivals(turn.search, *given, own, _WITHIN)]
    behind = texts[best.passage][best.end : best.end + _BEHIND]
    spans = [
        one
        for one in found
        if one == best or alike(best.text, one.text, (behind, texts[one.passage][one.end : one.end + _BEHIND]))
    ]
    if len(spans) < 2:
        return best
    rivals = [
        Rival(texts[one.passage], one.start, one.end, f"{titles[one.passage]}\n{around(turn, evidence, one)}")
        for one in spans
    ]
    read = [text[start:end] for text in given[0] for start, end in sentences(text)]
    added = spoken_for(turn.search, rivals, read)
    odds = [one.log_odds + more for one, more in zip(spans, added, strict=True)]
    return spans[odds.index(max(odds))]
