"""Damage: finding all of it, and making again what can be derived."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import IndexDamaged, IndexFault, IndexLocked
from rag.index.batch import document_hash
from rag.index.database import FILE, connect, guarded, verified
from rag.index.maintain import make_part
from rag.index.shelf import Shelf
from rag.index.state import Segment, State
from rag.index.view import Arrays, View
from rag.index.writer import Writer

__all__ = ["mend", "verify"]

AT_ONCE = 20_000
"""Passages of a damaged part that a reader derives again by itself; more would keep it busy for too long."""


def mend(folder: Path, segment: Segment, view: View) -> Arrays:
    """Makes a damaged part again, where nobody else is writing.

    Raises:
        IndexDamaged: it is too large, or the folder cannot be written to now.
    """
    told = f"the {view.name} part of segment {segment.id} in {str(folder)!r} is damaged"
    if len(segment) > AT_ONCE:
        raise IndexDamaged(f"{told}: ", ("--index", str(folder)), " makes it again")
    try:
        with Writer(folder, [view]) as writer:
            return make_part(writer, segment, view)
    except (IndexLocked, IndexFault) as error:
        if isinstance(error, IndexDamaged):
            raise
        raise IndexDamaged(f"{told} and cannot be made again now ({error}): run ", ("--index", str(folder))) from error


def verify(folder: Path) -> Iterator[str]:
    """Everything that is wrong with an index, one sentence each; nothing where it is sound.

    Reads every byte: SQLite's own check, the checksum of every row, the hash of every text, every file of arrays.

    Raises:
        IndexMissing: there is no index.
    """
    connection = connect(folder)
    try:
        connection.execute("BEGIN")
        with guarded(folder):
            yield from _database(connection)
            yield from _rows(connection, folder)
            yield from _files(State.load(connection, folder))
    except IndexDamaged as error:
        yield str(error)
    finally:
        connection.close()


def _database(connection: sqlite3.Connection) -> Iterator[str]:
    for (said,) in connection.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield f"{FILE}: {said}"


def _rows(connection: sqlite3.Connection, folder: Path) -> Iterator[str]:
    def select(query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        return connection.execute(query, values).fetchall()

    columns = "SELECT source, file, hash, shape, metadata, checksum, text FROM documents WHERE hash != ''"
    for *head, stored, text in connection.execute(columns):
        try:
            verified(stored, *head, folder=folder, what=f"document {head[0]!r}")
        except IndexDamaged as error:
            yield str(error)
            continue
        if document_hash(text, json.loads(head[4])) != head[2]:
            yield f"{FILE}: the text of {head[0]!r} is not what was written"
    shelf = Shelf(select, folder)
    for (number,) in connection.execute("SELECT id FROM passages").fetchall():
        try:
            shelf.rows([number])
        except IndexDamaged as error:
            yield str(error)


def _files(state: State) -> Iterator[str]:
    for part in [part for parts in state.parts.values() for part in parts.values()] + list(state.overlays.values()):
        try:
            part.arrays()
        except IndexDamaged as error:
            yield str(error)
