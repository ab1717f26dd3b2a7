"""Fetching passages: rows of SQLite, verified, as views or as callers see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.documents import Document

from rag.index.database import verified
from rag.index.metadata import public_id, small
from rag.index.view import Passage

__all__ = ["PassageRow", "Select", "Shelf"]

Head = tuple[str, dict[str, Any]]
"""A document's source, and the small part of its metadata."""
Select = Callable[[str, Sequence[Any]], Sequence[tuple[Any, ...]]]

_COLUMNS = 'id, document, key, start, "end", text, context, metadata, checksum'
_AT_ONCE = 500
"""Passages asked for in one statement."""
_KEPT = 10_000
"""Documents whose metadata stay in memory."""


class PassageRow(NamedTuple):
    """A passage as stored."""

    id: int
    document: int
    key: int
    start: int
    end: int
    text: str
    context: str
    metadata: str
    checksum: int


class Shelf:
    """Passages by number or by a condition. Every row is checked against its checksum."""

    def __init__(self, select: Select, folder: Path, heads: dict[int, Head] | None = None) -> None:
        self._select = select
        self._folder = folder
        self._heads = {} if heads is None else heads

    def rows(self, ids: Sequence[int]) -> list[PassageRow]:
        """Passages by number, in the order asked for."""
        found: dict[int, PassageRow] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            found.update((row.id, row) for row in self.where(f"id IN ({','.join('?' * len(some))})", some))
        return [found[number] for number in ids]

    def where(self, condition: str, values: Sequence[Any]) -> Iterator[PassageRow]:
        """Passages by an SQL condition."""
        for found in self._select(f"SELECT {_COLUMNS} FROM passages WHERE {condition}", values):  # noqa: S608
            row = PassageRow(*found)
            verified(row.checksum, *row[1:-1], folder=self._folder, what=f"passage {row.id}")
            yield row

    def head(self, document: int) -> Head:
        """A document's source and the small part of its metadata."""
        return self._heads.get(document) or self.learn([document])[document]

    def learn(self, documents: Iterable[int]) -> dict[int, Head]:
        """Reads the heads of documents that are not known yet, in one statement: 20 of them cost what one does."""
        new = list({document for document in documents if document not in self._heads})
        learnt: dict[int, Head] = {}
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            columns = "id, source, file, hash, shape, metadata, checksum"
            query = f"SELECT {columns} FROM documents WHERE id IN ({','.join('?' * len(some))})"  # noqa: S608
            for number, *fields, stored in self._select(query, some):
                verified(stored, *fields, folder=self._folder, what=f"document {fields[0]!r}")
                learnt[number] = (fields[0], small(json.loads(fields[4])))
        if len(self._heads) + len(learnt) > _KEPT:
            self._heads.clear()
        self._heads.update(learnt)
        return learnt

    def document(self, row: PassageRow, **extra: Any) -> Document:
        """A passage as callers see it."""
        source, metadata = self.head(row.document)
        place = {"source": source, "start": row.start, "end": row.end}
        return Document(
            row.text, id=public_id(row.key), metadata={**metadata, **json.loads(row.metadata), **place, **extra}
        )

    def passage(self, row: PassageRow) -> Passage:
        """A passage as views see it."""
        source, metadata = self.head(row.document)
        return Passage(row.text, row.context, source, row.start, row.end, {**metadata, **json.loads(row.metadata)})
