"""Windows: the pieces of documents that questions are asked about, and the order in which they are taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from xxhash import xxh3_64_hexdigest

__all__ = ["Window", "spread", "windows_of"]

_LEAST = 24
"""Tokens under which a window holds nothing to ask about."""


@dataclass(frozen=True, slots=True)
class Window:
    """`text[start:end]` of a document."""

    source: str
    start: int
    end: int
    text: str
    """Its own characters."""
    tokens: int
    title: str = ""
    headings: tuple[str, ...] = ()
    """Titles above it, from the outermost."""

    @property
    def id(self) -> str:
        """The same for the same place of the same text."""
        return xxh3_64_hexdigest(f"{self.source}\x1f{self.start}\x1f{self.text}".encode(errors="replace"))


def windows_of(documents: Iterable[Document], encoder: Embeddings, max_tokens: int) -> list[Window]:
    """Cuts documents as the segmenter `recursive` does: at headings and sentence ends, with exact offsets."""
    from rag.segmenters.recursive import Recursive

    segmenter = Recursive(encoder=encoder, max_tokens=max_tokens)
    return [
        Window(
            str(document.metadata["source"]),
            segment.start,
            segment.end,
            document.page_content[segment.start : segment.end],
            int(segment.metadata["tokens"]),
            str(document.metadata.get("title") or ""),
            tuple(map(str, segment.metadata.get("headings") or ())),
        )
        for document in documents
        for segment in segmenter.segments(document)
        if segment.metadata["tokens"] >= _LEAST
    ]


def spread(windows: Sequence[Window], seed: int) -> list[Window]:
    """Windows so that any first part of them is spread over documents and over places in each.

    A document with four times the windows has twice its share of any first part: long documents matter more, but do not
    crowd out the others. Within a document places are taken by the golden ratio, which never lets two neighbours follow
    each other.
    """
    chance = Random(seed)  # noqa: S311  # an order, not a secret
    of: dict[str, list[Window]] = {}
    for window in windows:
        of.setdefault(window.source, []).append(window)
    keyed: list[tuple[float, str, Window]] = []
    for source, mine in of.items():
        begin, offset, pace = chance.random(), chance.random(), math.sqrt(len(mine))
        turns = sorted(range(len(mine)), key=lambda turn: (begin + turn * _GOLDEN) % 1)  # of each place
        order = sorted(range(len(mine)), key=turns.__getitem__)  # the place of each turn
        keyed += [((turn + offset) / pace, source, mine[place]) for turn, place in enumerate(order)]
    return [window for _, _, window in sorted(keyed, key=lambda entry: entry[:2])]


_GOLDEN = (math.sqrt(5) - 1) / 2
