"""Passages that were derived before: a changed document costs only the passages that changed."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.batch import Prepared, encoded_hash
from rag.index.database import signed
from rag.index.state import parts_of, segments_of
from rag.index.view import Arrays, Passage, View

__all__ = ["Kept", "Recipe", "Reuse", "derived"]


class Kept(NamedTuple):
    """Rows of an older segment that serve again."""

    parts: Mapping[str, Arrays]
    """By view."""
    mask: NDArray[np.bool_]


class Recipe(NamedTuple):
    """How a new segment is put together."""

    kept: Sequence[Kept]
    fresh: Sequence[Passage]
    order: NDArray[np.int64]
    """The place among the given passages of each row of the new segment."""

    def derive(self, views: Sequence[View]) -> dict[str, dict[str, NDArray[Any]]]:
        """The new segment's arrays for each view: the rows that serve again, then the fresh ones."""
        fresh = derived(views, self.fresh) if self.fresh or not self.kept else {}
        if not self.kept:
            return fresh
        found = {}
        for view in views:
            parts = [(old.parts[view.name], old.mask) for old in self.kept]
            if view.name in fresh:
                parts.append((fresh[view.name], np.ones(len(self.fresh), np.bool_)))
            found[view.name] = view.merge(parts)
        return found


def derived(views: Sequence[View], passages: Sequence[Passage]) -> dict[str, dict[str, NDArray[Any]]]:
    """The arrays of each view; those of two that read the same model come from one pass."""
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for one, other in permutations(views if passages else (), 2):
        if one.name in found or other.name in found or (both := one.together(other)) is None:
            continue
        found[one.name], found[other.name] = both(passages)
    return {view.name: found.get(view.name) or view.derive(passages) for view in views}


class Reuse:
    """Where every stored passage lies, published or waiting, when a run begins."""

    def __init__(self, connection: sqlite3.Connection, folder: Path, generation: int, views: Sequence[str]) -> None:
        self._connection = connection
        self._views = views
        parts = parts_of(connection, folder)
        self._parts = parts
        self._segments = [
            segment
            for segment in segments_of(connection, folder, generation)
            if all(segment.id in parts.get(view, {}) for view in views)
        ]
        sizes = [len(segment) for segment in self._segments]
        self._ids = np.concatenate([segment.passages for segment in self._segments] or [np.empty(0, np.int64)])
        self._segment = np.repeat(np.arange(len(sizes)), sizes)
        self._row = np.concatenate([np.arange(size) for size in sizes] or [np.empty(0, np.int64)])
        self._order = np.argsort(self._ids)

    def recipe(self, documents: Sequence[Prepared], passages: Sequence[Passage]) -> Recipe:
        """Which rows serve again: those of an older version of the same document with the same encoded text."""
        before = {document.source: self._older(document.source) for document in documents} if len(self._ids) else {}
        wanted: list[tuple[int, int]] = []
        for place, passage in enumerate(passages):
            older = before.get(passage.source)
            if older and (ids := older.get(signed(encoded_hash(passage)))):
                wanted.append((ids.pop(), place))
        used = self._located(wanted)
        kept = []
        for number in sorted({segment for segment, _, _ in used}):
            arrays = self._arrays(number)
            if arrays is None:
                used = [row for row in used if row[0] != number]
                continue
            mask = np.zeros(len(self._segments[number]), np.bool_)
            mask[[row for segment, row, _ in used if segment == number]] = True
            kept.append(Kept(arrays, mask))
        again = [place for _, _, place in used]
        new = sorted(set(range(len(passages))) - set(again))
        return Recipe(kept, [passages[place] for place in new], np.array(again + new, np.int64))

    def _older(self, source: str) -> dict[int, list[int]]:
        query = "SELECT p.encoded, p.id FROM documents d JOIN passages p ON p.document = d.id WHERE d.source = ?"
        found: defaultdict[int, list[int]] = defaultdict(list)
        for encoded, number in self._connection.execute(query, (source,)):
            found[encoded].append(number)
        return found

    def _located(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
        """Segment, row and place of those that lie in a usable segment, in the order of segments and rows."""
        if not wanted:
            return []
        ids = np.array([number for number, _ in wanted], np.int64)
        at = self._order[np.minimum(np.searchsorted(self._ids, ids, sorter=self._order), len(self._ids) - 1)]
        there = self._ids[at] == ids
        return sorted(
            (int(self._segment[spot]), int(self._row[spot]), place)
            for spot, found, (_, place) in zip(at, there, wanted, strict=True)
            if found
        )

    def _arrays(self, number: int) -> Mapping[str, Arrays] | None:
        """A segment's parts by view; None where one is damaged: its passages are derived anew."""
        segment = self._segments[number].id
        try:
            return {view: self._parts[view][segment].arrays() for view in self._views}
        except IndexDamaged:
            return None
