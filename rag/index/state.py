"""One generation of an index in memory: which rows there are, and the search structures over them.

Loaded once a generation and shared by every reader of it. All files are mapped while the SQLite snapshot that names
them is held, so a writer may delete them at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexMismatch
from rag.index.arrays import Mapped, Written
from rag.index.database import FORMAT, missing, verified
from rag.index.view import Arrays, Rows, View

__all__ = ["Part", "Segment", "State", "generation_of", "parts_of", "segments_of"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Passages that were derived together: row i of every part belongs to `passages[i]`."""

    id: int
    passages: NDArray[np.int64]
    keys: NDArray[np.uint64]
    documents: NDArray[np.int64]
    born: int

    def __len__(self) -> int:
        return len(self.passages)


@dataclass(slots=True)
class Part:
    """A file of arrays: of one segment and view, or an overlay (segment 0)."""

    segment: int
    view: str
    file: Path
    written: Written
    mapped: Mapped | None = None
    """None where the file is not there."""

    def arrays(self) -> Arrays:
        """The arrays, verified.

        Raises:
            IndexDamaged: they are not what was written.
        """
        try:
            if self.mapped is None:
                raise ValueError("it is gone")
            return self.mapped.arrays(self.written)
        except (ValueError, TypeError, KeyError) as error:
            raise IndexDamaged(f"{self.file} is damaged: {error}. `rag index` makes it again") from error


@dataclass
class State:
    """What one generation holds."""

    folder: Path
    generation: int
    manifest: Mapping[str, Any]
    segments: Sequence[Segment]
    parts: Mapping[str, Mapping[int, Part]]
    """By view and segment."""
    overlays: Mapping[str, Part]
    views: Mapping[str, Mapping[str, Any]]
    """What each view that was ever made stands for."""
    rows: Rows
    documents: NDArray[np.int64]
    """Document numbers, `[rows]`."""
    opened: dict[str, Any] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    """Whatever else is worked out once a generation: masks of filters."""
    lock: RLock = field(default_factory=RLock)

    @classmethod
    def load(cls, connection: sqlite3.Connection, folder: Path) -> State:
        """The generation that a connection's transaction sees."""
        generation = generation_of(connection, folder)
        segments = segments_of(connection, folder, generation)
        parts = parts_of(connection, folder, {segment.id for segment in segments})
        overlays = {
            view: _part(0, view, folder / file, Written(size, digest))
            for view, file, size, digest in connection.execute("SELECT * FROM overlays")
        }
        dead = [row[0] for row in connection.execute("SELECT id FROM passages WHERE died <= ?", (generation,))]
        ids = _join([segment.passages for segment in segments], np.int64)
        keys = _join([segment.keys for segment in segments], np.uint64)
        meta = dict(connection.execute("SELECT name, value FROM meta WHERE name = 'manifest'"))
        views = dict(connection.execute("SELECT name, manifest FROM views"))
        return cls(
            folder=folder,
            generation=generation,
            manifest=json.loads(meta.get("manifest", "{}")),
            segments=segments,
            parts=parts,
            overlays=overlays,
            views={name: json.loads(manifest) for name, manifest in views.items()},
            rows=Rows(ids, keys, ~np.isin(ids, np.array(dead, np.int64))),
            documents=_join([segment.documents for segment in segments], np.int64),
        )

    @property
    def complete(self) -> bool:
        """Whether every file was there: if not, a writer was quicker, or the folder is damaged."""
        found = [part.mapped for parts in self.parts.values() for part in parts.values()]
        return None not in found and None not in [part.mapped for part in self.overlays.values()]

    def lacking(self, view: str) -> list[Segment]:
        """The segments that a view has not been derived for."""
        have = self.parts.get(view, {})
        return [segment for segment in self.segments if segment.id not in have]

    def view(self, view: View, mend: Callable[[Segment, View], Arrays]) -> Any:
        """The opened search structure; its parts are verified when it is opened first.

        Args:
            view: which. Every segment must have a part of it.
            mend: makes a damaged part again.
        """
        name = view.name
        if name in self.opened:
            return self.opened[name]
        with self.lock:
            if name not in self.opened:
                arrays = []
                for segment in self.segments:
                    try:
                        arrays.append(self.parts[name][segment.id].arrays())
                    except IndexDamaged:
                        arrays.append(mend(segment, view))
                self.opened[name] = view.open(arrays, self.overlay(name), self.rows)
            return self.opened[name]

    def overlay(self, name: str) -> Arrays | None:
        """An overlay only makes search faster: without one, or with a damaged one, the parts are searched directly."""
        try:
            return self.overlays[name].arrays() if name in self.overlays else None
        except IndexDamaged:
            return None


def generation_of(connection: sqlite3.Connection, folder: Path) -> int:
    """The published generation.

    Raises:
        IndexMissing: nothing was ever published here.
        IndexMismatch: newer code wrote the index.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        raise missing(folder)
    meta = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('format', 'generation')"))
    if int(meta["format"]) > FORMAT:
        raise IndexMismatch(
            f"{str(folder)!r} has format {meta['format']}, this version reads up to {FORMAT}: "
            "upgrade composable-rag, or index into another folder"
        )
    return int(meta["generation"])


def segments_of(connection: sqlite3.Connection, folder: Path, generation: int) -> list[Segment]:
    """The segments visible at a generation, oldest first."""
    segments = []
    query = "SELECT id, passages, keys, documents, born, checksum FROM segments WHERE born <= ? ORDER BY id"
    for number, passages, keys, documents, born, stored in connection.execute(query, (generation,)):
        verified(stored, passages, keys, documents, folder=folder, what=f"segment {number}")
        segments.append(
            Segment(
                number,
                np.frombuffer(passages, "<i8"),
                np.frombuffer(keys, "<u8"),
                np.frombuffer(documents, "<i8"),
                born,
            )
        )
    return segments


def parts_of(
    connection: sqlite3.Connection, folder: Path, segments: Collection[int] | None = None
) -> dict[str, dict[int, Part]]:
    """The parts by view and segment: those of some segments, or all."""
    parts: dict[str, dict[int, Part]] = {}
    for segment, view, file, size, digest in connection.execute("SELECT * FROM parts"):
        if segments is None or segment in segments:
            parts.setdefault(view, {})[segment] = _part(segment, view, folder / file, Written(size, digest))
    return parts


def _part(segment: int, view: str, file: Path, written: Written) -> Part:
    try:
        return Part(segment, view, file, written, Mapped(file))
    except FileNotFoundError:
        return Part(segment, view, file, written)


def _join(arrays: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
