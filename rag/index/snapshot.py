"""One state of the index, as a reader sees it for as long as it holds it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.errors import UsageError, did_you_mean
from rag.index.database import guarded, signed
from rag.index.filters import mask_of
from rag.index.metadata import STRUCTURE
from rag.index.shelf import PassageRow, Shelf
from rag.index.state import State
from rag.index.view import Hits, Passage, Rows, View

__all__ = ["Snapshot"]

_ALIVE = "born <= ? AND (died IS NULL OR died > ?)"


class Snapshot:
    """A consistent state of the index. Threads may share it."""

    def __init__(self, state: State, connection: sqlite3.Connection, view: Callable[[State, View], Any]) -> None:
        self.state = state
        self.open = True
        """False once the reader that made it has let go of it."""
        self._connection = connection
        self._view = view
        self._lock = RLock()
        self._shelf = Shelf(self.select, state.folder, state.memo.setdefault("heads", {}))

    def close(self) -> sqlite3.Connection:
        """Lets go; gives the connection back."""
        with self._lock:
            self.open = False
            return self._connection

    @property
    def generation(self) -> int:
        """Grows with every published change."""
        return self.state.generation

    @property
    def rows(self) -> Rows:
        """The rows of all segments end to end."""
        return self.state.rows

    @property
    def folder(self) -> Path:
        """Where the index is."""
        return self.state.folder

    def view(self, view: View) -> Any:
        """The search structure that `view.open` gives; opened once a generation.

        Raises:
            ViewMissing: the index was built without it.
            IndexMismatch: it was built with other settings.
            IndexDamaged: its files are damaged and cannot be made again here.
        """
        return self._view(self.state, view)

    def mask(self, filter: Mapping[str, Any] | None = None) -> NDArray[np.bool_] | None:
        """Rows that live and match a filter (`rag.index.filters`), bool `[rows]`; None where that is all of them."""
        if filter:
            return mask_of(self.state, self.select, filter)
        alive = self.state.rows.alive
        if "all alive" not in self.state.memo:
            self.state.memo["all alive"] = bool(alive.all())
        return None if self.state.memo["all alive"] else alive

    def documents(self, hits: Hits, **extra: Sequence[Any]) -> list[Document]:
        """The passages that were hit, in order, each with its `score`.

        Args:
            hits: what a view's search gave.
            **extra: more metadata, a value for each hit.
        """
        rows = self._shelf.rows(self.rows.ids[hits.rows].tolist())
        self._shelf.learn(row.document for row in rows)
        columns = {"score": hits.scores.tolist(), **extra}
        return [
            self._shelf.document(row, **{name: values[place] for name, values in columns.items()})
            for place, row in enumerate(rows)
        ]

    def passages(self, rows: NDArray[np.int64]) -> list[Passage]:
        """Rows as views see them, in the order given."""
        found = self._shelf.rows(self.rows.ids[rows].tolist())
        self._shelf.learn(row.document for row in found)
        return [self._shelf.passage(row) for row in found]

    def passages_of(self, source: str) -> list[Document]:
        """All passages of a source, in the order of its text."""
        return [self._shelf.document(row) for row in self._of_document(self._document_id(source))]

    def neighbours(self, passage_id: str, before: int = 1, after: int = 1) -> list[Document]:
        """A passage with those around it in its document, in order.

        Args:
            passage_id: a passage's `id`.
            before: how many before it.
            after: how many after it.
        """
        try:
            key = signed(int(passage_id, 16))
        except ValueError:
            key = None
        found = next(self._shelf.where(f"key = ? AND {_ALIVE}", (key, *self._now)), None)
        if found is None:
            raise UsageError(f"the index has no passage {passage_id!r}: ids change when a document changes")
        around = self._of_document(found.document)
        place = around.index(found)
        return [self._shelf.document(row) for row in around[max(0, place - before) : place + after + 1]]

    def metadata_keys(self) -> list[str]:
        """What a filter can name: every key that a document or a passage has, sorted."""
        query = f"SELECT DISTINCT key FROM documents, json_each(documents.metadata) WHERE {_ALIVE}"  # noqa: S608
        named = {key for (key,) in self.select(query, self._now)} - {*STRUCTURE}
        (passages,) = self.select("SELECT value FROM meta WHERE name = 'passage_keys'", ())[0]
        return sorted({*named, *json.loads(passages), "source", "start", "end"})

    def document_text(self, source: str) -> str:
        """The whole text that offsets refer to."""
        return str(self.select("SELECT text FROM documents WHERE id = ?", (self._document_id(source),))[0][0])

    def document(self, source: str) -> Document | None:
        """A whole document with its metadata; None where the index has none of that source."""
        found = self.select(f"SELECT text, metadata FROM documents WHERE source = ? AND {_ALIVE}", (source, *self._now))  # noqa: S608
        return Document(found[0][0], metadata={**json.loads(found[0][1]), "source": source}) if found else None

    def content_hash(self, source: str) -> str:
        """Of a document's text and metadata; empty where the index has none of that source."""
        found = self.select(f"SELECT hash FROM documents WHERE source = ? AND {_ALIVE}", (source, *self._now))  # noqa: S608
        return str(found[0][0]) if found else ""

    def columns(self) -> list[tuple[str, frozenset[str]]]:
        """Every source whose rows have named columns, with their names."""
        query = f"SELECT source, metadata FROM documents WHERE metadata LIKE '%\"columns\":[%' AND {_ALIVE}"  # noqa: S608
        found = ((source, json.loads(metadata).get("columns")) for source, metadata in self.select(query, self._now))
        return [(source, frozenset(map(str, names))) for source, names in found if isinstance(names, list)]

    def passages_at(self, source: str, places: Sequence[int]) -> list[Document]:
        """Of each place in a source's text the passage that it lies in, the first where passages overlap.

        Raises:
            UsageError: there is no such source, or none of its passages has that character.
        """
        document = self._document_id(source)
        condition = f'document = ? AND start <= ? AND "end" > ? AND {_ALIVE}'
        found: list[Document] = []
        for place in places:
            rows = sorted(self._shelf.where(condition, (document, place, place, *self._now)), key=lambda row: row.start)
            if not rows:
                raise UsageError(f"no passage of {source!r} has character {place}")
            found.append(self._shelf.document(rows[0]))
        return found

    def sources(self) -> list[str]:
        """Every source, sorted."""
        return [row[0] for row in self.select(f"SELECT source FROM documents WHERE {_ALIVE} ORDER BY 1", self._now)]  # noqa: S608

    def select(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of SQLite, as this state has them."""
        with self._lock, guarded(self.folder):
            return self._connection.execute(query, values).fetchall()

    @property
    def _now(self) -> tuple[int, int]:
        return self.generation, self.generation

    def _document_id(self, source: str) -> int:
        rows = self.select(f"SELECT id FROM documents WHERE source = ? AND {_ALIVE}", (source, *self._now))  # noqa: S608
        if not rows:
            raise UsageError(f"the index has no document {source!r}. {did_you_mean(source, self.sources())}".rstrip())
        return int(rows[0][0])

    def _of_document(self, document: int) -> list[PassageRow]:
        return sorted(
            self._shelf.where(f"document = ? AND {_ALIVE}", (document, *self._now)),
            key=lambda row: (row.start, row.end),
        )
