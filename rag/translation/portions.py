"""A long text in portions that end where sentences do; blocks of code are portions that nobody translates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from rag.segmenters.sentences import sentences
from rag.translation.kept import fences

__all__ = ["Portion", "portions"]


@dataclass(frozen=True, slots=True)
class Portion:
    """`text[start:end]`; all portions together are the text."""

    start: int
    end: int
    copied: bool = False
    """Whether it is taken over as it is."""


def portions(text: str, most: int) -> list[Portion]:
    """A text cut where sentences or lines end.

    Args:
        text: all of it.
        most: characters of a portion; a single sentence may have more.
    """
    found: list[Portion] = []
    at = 0
    for start, end in [*fences(text), (len(text), len(text))]:
        found += _of_prose(text, at, start, most)
        if start < end:
            found.append(Portion(start, end, copied=True))
        at = end
    return found


def _of_prose(text: str, start: int, end: int, most: int) -> list[Portion]:
    """Neighbouring sentences together, as many as fit; a portion begins where a paragraph does, where that is near."""
    if not text[start:end].strip():
        return [Portion(start, end, copied=True)] if start < end else []
    spans = [(start + first, start + last) for first, last in sentences(text[start:end])]
    cuts: list[int] = []
    begun, paragraph = start, 0
    for (_, last), (following, behind) in pairwise(spans):
        if text.count("\n", last, following) > 1:
            paragraph = following
        if behind - begun > most:
            cut = paragraph if paragraph - begun > most / 2 else following
            cuts.append(cut)
            begun = cut
    edges = [start, *cuts, end]
    return [Portion(one, other) for one, other in pairwise(edges)]
