"""Writing rows: documents, passages, segments. All of it inside the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.batch import Prepared, encoded_hash, passage_key
from rag.index.database import checksum, dump_json, signed

__all__ = [
    "bury",
    "insert_document",
    "insert_passages",
    "insert_segment",
    "next_id",
    "note_passage_keys",
    "update_document",
]


def next_id(connection: sqlite3.Connection, table: str) -> int:
    """The number that a table's next row gets; numbers are never given twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return (int(row[0]) if row else 0) + 1


def insert_document(connection: sqlite3.Connection, document: Prepared, born: int) -> int:
    """A document's row. Its hash stays empty until its last passage is stored, so that nobody takes it for whole."""
    head = _head(document)
    cursor = connection.execute(
        "INSERT INTO documents (source, file, hash, shape, metadata, text, born, checksum) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*head, document.text, born, checksum(*head)),
    )
    return int(cursor.lastrowid or 0)


def update_document(connection: sqlite3.Connection, number: int, document: Prepared) -> None:
    """More of a document's passages are stored, perhaps the last."""
    head = _head(document)
    connection.execute("UPDATE documents SET hash = ?, checksum = ? WHERE id = ?", (head[2], checksum(*head), number))


def _head(document: Prepared) -> tuple[Any, ...]:
    digest = document.hash if document.complete else ""
    return document.source, document.file, digest, document.shape, dump_json(document.metadata)


def insert_passages(
    connection: sqlite3.Connection, documents: Sequence[Prepared], owners: Sequence[int], born: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The passages of some documents; `owners` has the document number of each passage.

    Returns:
        Their numbers and keys, in order.
    """
    pairs = [pair for document in documents for pair in zip(document.passages, document.own, strict=True)]
    first = next_id(connection, "passages")
    keys = [passage_key(passage) for passage, _ in pairs]
    rows = []
    for number, ((passage, own), owner, key) in enumerate(zip(pairs, owners, keys, strict=True), first):
        fields = (owner, signed(key), passage.start, passage.end, passage.text, passage.context, dump_json(own))
        rows.append((number, *fields, signed(encoded_hash(passage)), born, None, checksum(*fields)))
    connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return np.arange(first, first + len(rows), dtype="<i8"), np.array(keys, "<u8")


def insert_segment(
    connection: sqlite3.Connection, number: int, columns: Sequence[NDArray[Any]], parts: Iterable[Any], born: int
) -> None:
    """A segment (numbers, keys and documents of its passages, row by row) and the files of its parts."""
    blobs = [column.tobytes() for column in columns]
    connection.execute("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)", (number, *blobs, born, checksum(*blobs)))
    connection.executemany("INSERT INTO parts VALUES (?, ?, ?, ?, ?)", parts)


def bury(connection: sqlite3.Connection, documents: Iterable[int], died: int) -> None:
    """Marks documents and their passages as gone from a generation on."""
    values = [(died, number) for number in documents]
    connection.executemany("UPDATE documents SET died = ? WHERE id = ? AND died IS NULL", values)
    connection.executemany("UPDATE passages SET died = ? WHERE document = ? AND died IS NULL", values)


def note_passage_keys(connection: sqlite3.Connection, documents: Sequence[Prepared]) -> None:
    """Notes which metadata can differ between passages of one document: filters on others need not look at passages."""
    keys = {key for document in documents for own in document.own for key in own}
    known = set(json.loads(connection.execute("SELECT value FROM meta WHERE name = 'passage_keys'").fetchone()[0]))
    if not keys <= known:
        update = "UPDATE meta SET value = ? WHERE name = 'passage_keys'"
        connection.execute(update, (json.dumps(sorted(keys | known)),))
