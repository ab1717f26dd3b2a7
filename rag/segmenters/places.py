"""What a document's own structure says about its passages: headings, pages, the columns of tables."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from langchain_core.documents import Document

from rag.kinds import Segment
from rag.passages.rows import COLUMNS, Table, tables
from rag.segmenters.tokens import Ruler

__all__ = ["Places"]


@dataclass(frozen=True, slots=True)
class Places:
    """The headings, pages and tables of one document.

    Read from its metadata: `headings` is a list of `[start, level, title]`, `pages` of `[start, end]`, both in
    characters of the text and in order. Tables are read from the text.
    """

    headings: Sequence[tuple[int, int, str]] = ()
    pages: Sequence[tuple[int, int]] = ()
    tables: Sequence[Table] = ()

    @classmethod
    def of(cls, document: Document) -> Places:
        """The places that a loader noted, and the tables of what is no source code."""
        return cls(
            sorted(
                (int(start), int(level), str(title)) for start, level, title in document.metadata.get("headings") or ()
            ),
            sorted((int(start), int(end)) for start, end in document.metadata.get("pages") or ()),
            () if document.metadata.get("language") else tables(document.page_content),
        )

    def sections(self, ruler: Ruler, tiny: int) -> list[tuple[int, int]]:
        """Spans from heading to heading, without gaps.

        One of fewer than `tiny` tokens joins the next, else the one before, where both have the same parent or one is
        the other's parent.
        """
        paths = [(), *(tuple(number for number, _ in path) for path in self._paths())]
        starts = [0, *(start for start, _, _ in self.headings), len(ruler.text)]
        groups: list[_Section] = []
        for i, (start, end) in enumerate(pairwise(starts)):
            if start >= min(end, len(ruler.text)):
                continue
            section = _Section(start, min(end, len(ruler.text)), paths[i])
            parent = paths[min(i + 1, len(paths) - 1)][:-1] == paths[i] != ()
            if groups and groups[-1].takes(section, parent) and ruler.count(groups[-1].start, groups[-1].end) < tiny:
                groups[-1] = replace(groups[-1], end=section.end)
            else:
                groups.append(section)
        joined: list[_Section] = []
        for group in groups:
            if joined and joined[-1].takes(group) and ruler.count(group.start, group.end) < tiny:
                joined[-1] = replace(joined[-1], end=group.end)
            else:
                joined.append(group)
        return [(group.start, group.end) for group in joined]

    def segments(self, spans: Iterable[tuple[int, int]]) -> list[Segment]:
        """Spans as segments that know the headings above their start, their pages, and the columns of a table there."""
        starts = [start for start, _, _ in self.headings]
        titles = [[], *([title for _, title in path] for path in self._paths())]
        begins = [begin for begin, _ in self.pages]
        bodies = [table.start for table in self.tables]
        found = []
        for start, end in spans:
            metadata: dict[str, Any] = {}
            if above := titles[bisect_right(starts, start)]:
                metadata["headings"] = above
            if begins:
                metadata["page"] = max(1, bisect_right(begins, start))
                if (last := bisect_left(begins, end)) > metadata["page"]:
                    metadata["page_end"] = last
            table = self.tables[place - 1] if (place := bisect_right(bodies, start)) else None
            if table and start < table.end:
                metadata[COLUMNS] = list(table.columns)
            found.append(Segment(start, end, metadata))
        return found

    def _paths(self) -> list[list[tuple[int, str]]]:
        """For each heading the headings above it and itself: (number, title)."""
        paths = []
        above: list[tuple[int, int, str]] = []
        for number, (_, level, title) in enumerate(self.headings):
            above = [*(other for other in above if other[0] < level), (level, number, title)]
            paths.append([(i, name) for _, i, name in above])
        return paths


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    path: tuple[int, ...]
    """The numbers of the headings above its first character."""

    def takes(self, following: _Section, parent: bool = False) -> bool:
        """Whether the next section may join this one: a child, or a sibling that is not itself a parent."""
        above = following.path[:-1]
        return above == self.path or (above == self.path[:-1] and not parent)
