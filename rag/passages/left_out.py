"""What a step took out of the passages, told as places in sources."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.documents import Document

from rag.passages.condensed import kept, whole_of
from rag.passages.parts import source_of, start_of

__all__ = ["left_out"]


def left_out(before: Sequence[Document], after: Sequence[Document]) -> list[dict[str, Any]]:
    """The places that some passages have and others lack.

    Told are `id` of the passage, `source`, `start`, `end` and, where known, `title`, `page`. A place is a run of
    characters of a source that is not white space alone. It is told once, of the first of the passages that has it.
    What a summary stands for (`members`) is not left out.
    """
    shown: defaultdict[str, _Runs] = defaultdict(_Runs)
    for passage in after:
        for member in passage.metadata.get("members", ()):
            shown[str(member["source"])].add(member["start"], member["start"] + len(member["text"]))
        for run in _characters(passage):
            shown[source_of(passage)].add(*run)
    gone: list[dict[str, Any]] = []
    for passage in before:
        source, whole, first = source_of(passage), whole_of(passage), start_of(passage)
        told = {key: passage.metadata[key] for key in ("title", "page") if passage.metadata.get(key)}
        for run in _characters(passage):
            for start, end in shown[source].missing(*run):
                if whole[start - first : end - first].strip():
                    gone.append({"id": passage.id, "source": source, "start": start, "end": end, **told})
            shown[source].add(*run)
    return gone


def _characters(passage: Document) -> Iterable[tuple[int, int]]:
    """The runs of characters of its source that a passage shows."""
    first = start_of(passage)
    return [(first + start, first + end) for start, end in kept(passage)]


class _Runs:
    """Runs of characters, apart and in order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def _touched(self, start: int, end: int) -> tuple[int, int]:
        return bisect_left(self._ends, start), bisect_right(self._starts, end)

    def add(self, start: int, end: int) -> None:
        """Joins a run with those that it touches."""
        low, high = self._touched(start, end)
        if low < high:
            start, end = min(start, self._starts[low]), max(end, self._ends[high - 1])
        self._starts[low:high] = [start]
        self._ends[low:high] = [end]

    def missing(self, start: int, end: int) -> list[tuple[int, int]]:
        """What of a run none has."""
        low, high = self._touched(start, end)
        edges = [start, *(edge for at in range(low, high) for edge in (self._starts[at], self._ends[at])), end]
        return [(one, other) for one, other in zip(edges[::2], edges[1::2], strict=True) if one < other]
