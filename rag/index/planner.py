"""What a run would cost: the same decisions, nothing written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from rag.index.batch import Prepared
from rag.index.database import SCHEMA
from rag.index.ledger import Known, Ledger
from rag.index.reuse import Reuse, derived
from rag.index.state import parts_of, segments_of
from rag.index.view import Passage, View

__all__ = ["Planner", "empty"]

_SAMPLE = 16
"""Passages encoded to learn the speed, where no run has noted it."""


def empty() -> sqlite3.Connection:
    """An index without anything, in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(SCHEMA)
    return connection


class Planner:
    """Counts what a run hands it."""

    def __init__(self, connection: sqlite3.Connection, folder: Path, generation: int, views: Sequence[View]) -> None:
        self.ledger = Ledger(connection, generation)
        self.encoded = 0
        """Passages that would be derived."""
        self._views = views
        self._sample: list[Passage] = []
        self._reuse = Reuse(connection, folder, generation + 1, [view.name for view in views])
        parts = parts_of(connection, folder)
        for segment in segments_of(connection, folder, generation):
            if any(segment.id not in parts.get(view.name, {}) for view in views):
                self.encoded += len(segment)

    def keep(self, pending: Known) -> None:
        """Costs nothing."""

    def delete(self, published: Known) -> None:
        """Costs nothing."""

    def store(self, documents: Sequence[Prepared]) -> None:
        """Counts the passages that no earlier version of their document has."""
        passages = [passage for document in documents for passage in document.passages]
        fresh = self._reuse.recipe(documents, passages).fresh
        self.encoded += len(fresh)
        self._sample += fresh[: _SAMPLE - len(self._sample)]

    def seconds(self, speed: float | None) -> float:
        """How long it would take, at a speed of so many passages a second; tries a few where none is known."""
        if speed is None and self._sample:
            derived(self._views, self._sample[:1])  # models are loaded once, however many passages follow
            started = perf_counter()
            derived(self._views, self._sample)
            speed = len(self._sample) / max(perf_counter() - started, 1e-6)
        return self.encoded / speed if speed else 0.0
