"""From small to big: a passage that was found grows to what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from pydantic import NonNegativeInt, PositiveInt

from rag.index import Index
from rag.kinds import Compressor
from rag.passages.parts import context_tokens, end_of, spanning, start_of
from rag.passages.surroundings import Surroundings
from rag.spending.limits import GivesWay


class Expand(Compressor):
    """Each passage with its neighbours, its section or its whole document, as far as `max_tokens` reach.

    It grows on both sides in turn by whole passages, so that the hit stays in the middle. Passages of one source that
    then overlap or touch become one, at the rank of the best; its text is that of the source, white space included.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    index: Index
    """Where the surroundings are read."""
    to: Literal["neighbours", "section", "document"] = "neighbours"
    """`section`: what stands under the same heading, its sub-sections included."""
    before: NonNegativeInt = 1
    """Neighbours in front, where `to` is `neighbours`."""
    after: NonNegativeInt = 1
    """Neighbours behind, where `to` is `neighbours`."""
    max_tokens: PositiveInt = 600
    """Tokens to which one hit may grow; a hit that has more stays as it is."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages, grown and united, best rank first. Those of no known source stay as they are."""
        grown: list[_Grown] = []
        with self.index.reading() as snapshot:
            sources = Surroundings.read(snapshot, documents)
        for hit, source in zip(documents, sources, strict=True):
            if source is None:
                grown.append(_Grown(None, start_of(hit), end_of(hit), [hit]))
            else:
                _unite(grown, self._grow(hit, source))
        return [piece.document() for piece in grown]

    def _grow(self, hit: Document, source: Surroundings) -> _Grown:
        around = source.passages
        first, last = source.at(hit)
        low, high = self._limits(around, first, last)
        room = self.max_tokens - context_tokens([hit])
        piece = _Grown(source, start_of(hit), end_of(hit), [hit])
        behind = True
        while room > 0 and (first > low or last < high):
            behind = last < high and (behind or first <= low)
            next_one = around[last + 1] if behind else around[first - 1]
            room -= context_tokens([next_one])
            if room < 0:
                break
            piece.take(next_one)
            first, last = (first, last + 1) if behind else (first - 1, last)
            behind = not behind
        return piece

    def _limits(self, around: Sequence[Document], first: int, last: int) -> tuple[int, int]:
        """The first and the last passage that a hit may grow to."""
        if self.to == "document":
            return 0, len(around) - 1
        if self.to == "neighbours":
            return max(0, first - self.before), min(len(around) - 1, last + self.after)
        path = _path(around[first])
        low, high = first, last
        while low > 0 and _inside(around[low - 1], path):
            low -= 1
        while high < len(around) - 1 and _inside(around[high + 1], path):
            high += 1
        return low, high


@dataclass
class _Grown:
    """A stretch of a source with the passages that it is made of, the best first."""

    source: Surroundings | None
    start: int
    end: int
    members: list[Document] = field(default_factory=list)

    def take(self, passage: Document) -> None:
        """Grow over a passage."""
        self.members.append(passage)
        self.start = min(self.start, start_of(passage))
        self.end = max(self.end, end_of(passage))

    def touches(self, other: _Grown) -> bool:
        """Whether nothing but white space lies between two stretches of one source."""
        if self.source is None or self.source is not other.source:
            return False
        gap = self.source.text[min(self.end, other.end) : max(self.start, other.start)]
        return not gap.strip()

    def document(self) -> Document:
        """The stretch as a passage."""
        if self.source is None:
            return self.members[0]
        return spanning(self.members, self.source.text[self.start : self.end], self.start)


def _unite(grown: list[_Grown], piece: _Grown) -> None:
    """Adds a stretch; with those it touches it becomes one, in the place of the best."""
    near = [other for other in grown if other.touches(piece)]
    if not near:
        grown.append(piece)
        return
    for other in [piece, *near[1:]]:
        for passage in other.members:
            near[0].take(passage)
        if other is not piece:
            grown.remove(other)


def _path(passage: Document) -> tuple[str, ...]:
    return tuple(passage.metadata.get("headings") or ())


def _inside(passage: Document, path: tuple[str, ...]) -> bool:
    """Whether a passage stands under a heading; what stands under none is only with its like."""
    return _path(passage)[: len(path)] == path if path else not _path(passage)
