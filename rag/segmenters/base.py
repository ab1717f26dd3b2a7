"""What the segmenters of prose share: sections, then units, then passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

from langchain_core.documents import Document
from pydantic import NonNegativeInt, PositiveInt, model_validator

from rag.kinds import Segment, Segmenter
from rag.segmenters.packing import COSTS
from rag.segmenters.places import Places
from rag.segmenters.tokens import Ruler
from rag.segmenters.units import Unit, packed, units

__all__ = ["Prose"]

_SLACK = 3  # tokens by which a text read alone may differ from the same text in its place
_TINY = 5  # a section of less than a fifth of a passage may share one


class Prose(Segmenter):
    """Sections into units, units into passages of like size. A subclass says what a cut costs and what a unit is.

    A section (from one heading to the next) ends a passage unless it is tiny. A cut never falls inside a grapheme
    cluster that fits a passage.
    """

    version: ClassVar[int] = 2  # since then passages of a table know its columns

    max_tokens: PositiveInt = 200
    """Tokens a passage may have."""
    overlap: NonNegativeInt = 0
    """Tokens at most that a passage repeats from the one before it, in whole sentences where they fit."""

    costs: ClassVar[Sequence[float]] = COSTS
    """Of a cut at each `Level`, in units of an empty passage."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.overlap * 2 > self.max_tokens:
            raise ValueError(f"overlap {self.overlap} is over half of max_tokens {self.max_tokens}: make it smaller")
        return self

    def segments(self, document: Document) -> list[Segment]:
        """Pieces of at most `max_tokens`; their `tokens` in the metadata, and `headings` and `page` where known."""
        ruler = Ruler.of(self.encoder, document.page_content)
        places = self._places(document)
        spans: list[tuple[int, int]] = []
        for start, end in places.sections(ruler, self.max_tokens // _TINY):
            if ruler.count(start, end) <= self._whole - _SLACK:
                spans += _stripped(ruler.text, start, end)
                continue
            room = self.max_tokens - self.overlap
            pieces = self._units(ruler, start, end, room)
            spans += packed(ruler, pieces, self._costs(ruler, pieces), self.max_tokens, self.overlap, self._empty(room))
        return [
            replace(segment, metadata={**segment.metadata, "tokens": ruler.count(segment.start, segment.end)})
            for segment in places.segments(spans)
        ]

    @property
    def _whole(self) -> int:
        """Tokens up to which a section stays in one piece."""
        return self.max_tokens

    def _costs(self, ruler: Ruler, pieces: Sequence[Unit]) -> Sequence[float]:
        """Of a cut in front of each piece."""
        return [self.costs[unit.level] for unit in pieces]

    def _empty(self, room: int) -> Sequence[float] | None:
        """Of a passage of so many tokens, `[room + 1]`; None for what `pack` says."""
        return None

    def _places(self, document: Document) -> Places:
        """The headings and pages of a document."""
        return Places.of(document)

    def _units(self, ruler: Ruler, start: int, end: int, limit: int) -> list[Unit]:
        """A section as pieces of at most `limit` tokens."""
        return units(ruler, start, end, limit)


def _stripped(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A span without white space at its ends; none where it is nothing else."""
    stop = start + len(text[start:end].rstrip())
    return [(stop - len(text[start:stop].lstrip()), stop)] if stop > start and text[start:stop].strip() else []
