"""What the index knows of documents and files: the questions a run asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["FileRow", "Known", "Ledger"]


class Known(NamedTuple):
    """A stored version of a document."""

    id: int
    source: str
    hash: str
    shape: str
    file: str | None
    born: int


class FileRow(NamedTuple):
    """A file as it was when its documents were read."""

    uri: str
    source: str
    """What its documents are called by; stays, from whichever folder later runs are started."""
    size: int
    mtime_ns: int
    """-1 where it was so young that another change could have the same."""
    hash: str
    """Of its bytes."""
    loader: str
    """What read it."""
    documents: int


_KNOWN = "SELECT id, source, hash, shape, file, born FROM documents"
_FILE = "SELECT uri, source, size, mtime_ns, hash, loader, documents FROM files"


class Ledger:
    """Lookups at a generation. Rows of a later generation wait to be published."""

    def __init__(self, connection: sqlite3.Connection, generation: int) -> None:
        self._connection = connection
        self.generation = generation

    def known(self, source: str) -> tuple[Known | None, Known | None]:
        """The published version of a document, and the one that waits."""
        found = self._connection.execute(f"{_KNOWN} WHERE source = ? AND died IS NULL ORDER BY id DESC", (source,))
        rows = [Known(*row) for row in found]
        published = next((row for row in rows if row.born <= self.generation), None)
        return published, next((row for row in rows if row.born > self.generation), None)

    def of_file(self, uri: str) -> list[Known]:
        """The published documents of a file."""
        found = self._connection.execute(
            f"{_KNOWN} WHERE file = ? AND died IS NULL AND born <= ?", (uri, self.generation)
        )
        return [Known(*row) for row in found]

    def of_other_shape(self, shape: str) -> Iterator[Known]:
        """The published documents that were cut differently."""
        query = f"{_KNOWN} WHERE shape != ? AND died IS NULL AND born <= ? ORDER BY id"
        yield from [Known(*row) for row in self._connection.execute(query, (shape, self.generation))]

    def text_of(self, document: int) -> tuple[str, str]:
        """A document's text and its metadata as JSON."""
        row = self._connection.execute("SELECT text, metadata FROM documents WHERE id = ?", (document,)).fetchone()
        return str(row[0]), str(row[1])

    def file(self, uri: str) -> FileRow | None:
        """A file by where it is."""
        row = self._connection.execute(f"{_FILE} WHERE uri = ?", (uri,)).fetchone()
        return FileRow(*row) if row else None

    def file_named(self, source: str) -> FileRow | None:
        """A file by what its documents are called by."""
        row = self._connection.execute(f"{_FILE} WHERE source = ?", (source,)).fetchone()
        return FileRow(*row) if row else None

    def named_under(self, folder: str) -> list[FileRow]:
        """The files whose name begins with a folder's and its `/`; where that is empty, all with a relative name."""
        found = self._connection.execute(f"{_FILE} WHERE substr(source, 1, ?) = ?", (len(folder), folder))
        return [row for row in map(FileRow._make, found) if not Path(row.source).is_absolute()]

    def sources(self) -> list[str]:
        """What published documents, and files of several, are called by."""
        query = "SELECT source FROM documents WHERE died IS NULL AND born <= ? UNION SELECT source FROM files"
        return [row[0] for row in self._connection.execute(query, (self.generation,))]

    def under(self, root: str) -> list[FileRow]:
        """A file, or the files in a folder at any depth."""
        folder = root.rstrip("/\\")
        found = self._connection.execute(
            f"{_FILE} WHERE uri = ? OR substr(uri, 1, ?) IN (?, ?)",
            (root, len(folder) + 1, f"{folder}/", f"{folder}\\"),
        )
        return [FileRow(*row) for row in found]
