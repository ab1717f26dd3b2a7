"""Where an excerpt that a model copied stands in the text it was copied from.

Three attempts, each less strict: character by character; with what copying changes folded away; and by the least number
of insertions and deletions. Whatever is found is a span of the original text: the model's own words are never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from rag.evaluation.synthesis.fold import Folded, fold
from rag.segmenters.graphemes import cluster_start
from rag.skills.agreement import NEGATION

__all__ = ["SIMILARITY", "Located", "locate", "locate_all", "merged"]

SIMILARITY = 0.9
"""Indel similarity, 0 to 1, from which a passage of the text counts as the excerpt; measured in
docs/decisions/evaluation.md."""
_SHORTEST = 20
"""Characters of an excerpt that is looked for inexactly: a shorter one is like too many things."""
_REACH, _FAR = 0.2, 80
"""By what share of an excerpt's length, and by how many characters at most, ends are moved to find the best span."""
_WORD = re.compile(r"(?:(?<=\\[nrt])|(?<![\w\\]))(?P<word>\w+)[^\w\s\\]*")
"""A word and the marks behind it; `\\n` may stand in front of it as two characters."""
_NUMBER = re.compile(r"\d+")
_GAP = re.compile(r"\s*(?:\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3,}|…)\s*")
_EDGES, _STOPS = " \t\r\n\"'“”‘’«»„", ".,;:!?…"


@dataclass(frozen=True, slots=True, order=True)
class Located:
    """A span of a text, `text[start:end]`."""

    start: int
    end: int
    how: Literal["exact", "folded", "fuzzy"]
    similarity: float = 1.0
    """Of the excerpt and the span, both folded; 1 where they are the same."""


def locate_all(excerpt: str, text: str, folded: Folded | None = None) -> list[Located]:
    """The spans of an excerpt: one, or several where it leaves something out (`...`); none where any is not there.

    Args:
        excerpt: what a model says it copied.
        text: what it was shown.
        folded: `fold(text)`, where there are several excerpts.
    """
    folded = folded or fold(text)
    if whole := locate(excerpt, text, folded):
        return [whole]
    parts = [part for part in _GAP.split(excerpt) if len(part.split()) >= 2]
    if len(parts) < 2 and (not parts or parts[0].strip() == excerpt.strip()):
        return []
    found = [locate(part, text, folded) for part in parts]
    return [] if None in found else [span for span in found if span is not None]


def locate(excerpt: str, text: str, folded: Folded | None = None, *, similarity: float = SIMILARITY) -> Located | None:
    """The span of `text` that an excerpt was copied from; the first where there are several; None where there is none.

    A fuzzy span has the excerpt's numbers, and a negation where it has one: what differs in these says something else.

    Args:
        excerpt: what a model says it copied.
        text: what it was shown.
        folded: `fold(text)`, where there are several excerpts.
        similarity: least Indel similarity of a fuzzy span.
    """
    if not any(map(str.isalnum, excerpt)):
        return None
    folded = folded or fold(text)
    excerpts = list(dict.fromkeys((excerpt.strip(_EDGES), excerpt.strip(_EDGES + _STOPS))))  # a stop may be the model's
    for wanted in excerpts:
        start = _find(wanted, text)
        if start is not None and _whole(text, start) and _whole(text, start + len(wanted)):
            return Located(start, start + len(wanted), "exact")
    plain = [fold(wanted).text.strip() for wanted in excerpts]
    for wanted in filter(None, plain):
        if (start := _find(wanted, folded.text)) is not None:
            return Located(*folded.span(start, start + len(wanted)), "folded")
    return _fuzzy(plain[0], folded, similarity)


def _whole(text: str, place: int) -> bool:
    """Whether no character as its readers see it goes over a place."""
    return place >= len(text) or cluster_start(text, place) == place


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _find(wanted: str, text: str) -> int | None:
    """The first place of some words; where they begin or end inside another word only if the script has no spaces."""
    inside = None
    for start in _places(wanted, text):
        end = start + len(wanted)
        before = "" if text[max(start - 2, 0) : start - 1] == "\\" else text[max(start - 1, 0) : start + 1]  # `\\nThe`
        cut = [pair for pair in (before, text[end - 1 : end + 1]) if _one_word(pair)]
        if not cut:
            return start
        if inside is None and not any(map(str.isascii, cut)):
            inside = start
    return inside


def _places(wanted: str, text: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def _one_word(pair: str) -> bool:
    return len(pair) == 2 and pair.isalnum()


def _fuzzy(wanted: str, folded: Folded, least: float) -> Located | None:
    if len(wanted) < _SHORTEST or len(wanted) > len(folded.text) * 1.1:
        return None
    near = fuzz.partial_ratio_alignment(wanted, folded.text, score_cutoff=least * 100 * 0.9)
    if near is None:
        return None
    best = max(
        (Indel.normalized_similarity(wanted, folded.text[start:end]), -start, end)
        for start, end in _spans(
            folded.text, near.dest_start, near.dest_end, min(_FAR, 8 + round(len(wanted) * _REACH))
        )
    )
    similarity, start, end = best[0], -best[1], best[2]
    there = folded.text[start:end]
    if similarity < least or _NUMBER.findall(there) != _NUMBER.findall(wanted):
        return None
    if bool(NEGATION.search(there)) != bool(NEGATION.search(wanted)):
        return None
    return Located(*folded.span(start, end), "fuzzy", round(similarity, 4))


def _spans(text: str, start: int, end: int, reach: int) -> Iterator[tuple[int, int]]:
    """Spans of whole words whose ends lie within reach of a span's; the span itself where there are none."""
    low, high = max(0, start - reach), min(len(text), end + reach)
    words = list(_WORD.finditer(text, low, high))
    starts = [word.start() for word in words if abs(word.start() - start) <= reach]
    ends = {place for word in words for place in (word.end("word"), word.end()) if abs(place - end) <= reach}
    whole = [
        (first, last) for first in starts for last in ends if first < last and not _one_word(text[last - 1 : last + 1])
    ]
    yield from whole or [(start, end)]
