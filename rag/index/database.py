"""The SQLite file of an index: its tables, its connections, and its failures in words.

It is the only truth about what exists. A row is visible at generation G if `born <= G < died`; a run writes rows of
generation G + 1, and raising `generation` by one publishes them all at once.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from xxhash import xxh3_64_intdigest

from rag.errors import IndexDamaged, IndexFault, IndexLocked, IndexMissing

__all__ = [
    "FILE",
    "FORMAT",
    "SCHEMA",
    "checksum",
    "connect",
    "dump_json",
    "guarded",
    "missing",
    "no_file",
    "signed",
    "verified",
]

FILE = "index.sqlite"
FORMAT = 1
"""Raised when older code could not read what newer code writes."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
  uri TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, hash TEXT NOT NULL,
  loader TEXT NOT NULL, documents INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_source ON files (source);
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, file TEXT, hash TEXT NOT NULL, shape TEXT NOT NULL,
  metadata TEXT NOT NULL, text TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER, checksum INTEGER NOT NULL
);
CREATE INDEX documents_source ON documents (source);
CREATE INDEX documents_file ON documents (file) WHERE file IS NOT NULL;
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (id), key INTEGER NOT NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL, metadata TEXT NOT NULL,
  encoded INTEGER NOT NULL, born INTEGER NOT NULL, died INTEGER, checksum INTEGER NOT NULL
);
CREATE INDEX passages_document ON passages (document, start);
CREATE INDEX passages_key ON passages (key);
CREATE INDEX passages_dead ON passages (died) WHERE died IS NOT NULL;
CREATE TABLE segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, passages BLOB NOT NULL, keys BLOB NOT NULL, documents BLOB NOT NULL,
  born INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE parts (
  segment INTEGER NOT NULL REFERENCES segments (id), view TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL,
  checksum TEXT NOT NULL, PRIMARY KEY (segment, view)
) WITHOUT ROWID;
CREATE TABLE overlays (
  view TEXT PRIMARY KEY, file TEXT NOT NULL, bytes INTEGER NOT NULL, checksum TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE views (name TEXT PRIMARY KEY, manifest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE failures (source TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contexts (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""

_BUSY_MS = 10_000
_MAPPED_BYTES = 1 << 28


def connect(folder: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode that any thread may use, one at a time.

    A folder that cannot be written to (a read-only image) is read as it stands.

    Raises:
        IndexMissing: there is no index, and it is not opened for writing.
    """
    file = folder / FILE
    if not write and not file.exists():
        raise missing(folder)
    mode = "rwc" if write else "rw" if os.access(folder, os.W_OK) else "ro&immutable=1"
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1e3)
    connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def missing(folder: Path) -> IndexMissing:
    """What to say where no index is."""
    return IndexMissing(f"no index in {str(folder)!r}: make one with ", ("PATH...", "--index", str(folder)))


def no_file(folder: Path) -> None:
    """Refuses a file where the folder of an index should be.

    Raises:
        IndexFault: it is one.
    """
    if folder.is_file():
        raise IndexFault(f"{str(folder)!r} is a file, and an index is a folder: choose another one with --index")


@contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """SQLite's failures as ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _fault(folder, error) from error


def _fault(folder: Path, error: sqlite3.DatabaseError) -> IndexFault:
    place, said = folder / FILE, str(error)
    if "locked" in said or "busy" in said:
        return IndexLocked(f"{place} is held by another process ({said}): try again when it has finished")
    if isinstance(error, sqlite3.OperationalError) and "no such" not in said and "malformed" not in said:
        return IndexFault(f"{place} cannot be used: {said}. Check the disk's space and the folder's permissions")
    return IndexDamaged(
        f"{place} is damaged ({said}): restore it from a backup, or delete {str(folder)!r} and run ",
        ("PATH...", "--index", str(folder)),
        " again",
    )


def verified(stored: int, *fields: Any, folder: Path, what: str) -> None:
    """Checks a row against its checksum.

    Raises:
        IndexDamaged: the row is not what was written.
    """
    if checksum(*fields) != stored:
        raise IndexDamaged(
            f"{folder / FILE}: {what} is not what was written (checksum mismatch): a disk is failing, or the file was "
            f"edited. `rag doctor --index {folder}` shows all damage. Restore a backup, or delete the folder and run ",
            ("PATH...", "--index", str(folder)),
            " again",
        )


def checksum(*fields: Any) -> int:
    """A row's 64-bit checksum, as SQLite's signed integer."""
    return signed(
        xxh3_64_intdigest(b"\x1f".join(item if isinstance(item, bytes) else str(item).encode() for item in fields))
    )


def signed(number: int) -> int:
    """An unsigned 64-bit number as SQLite stores it."""
    return number - (1 << 64) if number >= 1 << 63 else number


def dump_json(value: Mapping[str, Any]) -> str:
    """Metadata as JSON; equal content gives equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    """Dates as ISO text, numpy's numbers as Python's, whatever else as its text."""
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)
