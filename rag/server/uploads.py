"""Uploaded files: their bytes in a folder, and a ledger in SQLite of what was promised for each.

A file counts as uploaded once its bytes and its row are on the disk; only then is the client told so. Whatever
becomes of the process afterwards, the next one finds the row and goes on.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, BinaryIO
from uuid import uuid4

from rag.errors import UsageError
from rag.loaders import IGNORED, NAMES, SUFFIXES, UNSUPPORTED
from rag.loaders.detect import suffix_of

__all__ = ["File", "Uploads", "clean_name"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL, created INTEGER NOT NULL, purpose TEXT NOT NULL,
  collection TEXT, status TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', place INTEGER NOT NULL,
  replaces INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_status ON files (status);
"""
_LONGEST = 150
"""Bytes of a name that are kept."""
_COLUMNS = "id, name, bytes, created, purpose, collection, status, reason, place, replaces"


@dataclass(frozen=True, slots=True)
class File:
    """One upload."""

    id: str
    name: str
    bytes: int
    created: int
    """Unix seconds."""
    purpose: str
    collection: str | None
    status: str
    """`uploaded`, `processing`, `processed`, `error`, or `deleted` where it is not yet out of the index."""
    reason: str
    """Why it failed, or what it waits for."""
    place: int
    """Order of upload."""
    replaces: int = 0
    """1 where earlier uploads of its name and collection end once it is processed."""

    @property
    def source(self) -> str:
        """What its passages are cited by: unique, and readable."""
        return f"{self.id}/{self.name}"


def clean_name(given: str | None) -> str:
    """A file's name without folders, control characters and length.

    Raises:
        UsageError: no reader knows files of this name; says what to do.
    """
    name = unicodedata.normalize("NFC", (given or "").replace("\\", "/").rpartition("/")[2])
    name = "".join(char for char in name if char.isprintable()).encode("utf-8", "ignore").decode().strip(" .")
    suffix = suffix_of(name)
    stem = name[: len(name) - len(suffix)] if suffix else name
    while len((stem + suffix).encode()) > _LONGEST:
        stem = stem[:-1]
    name = stem + suffix
    if suffix not in SUFFIXES and name.lower() not in NAMES:
        hint = UNSUPPORTED.get(suffix, "it holds no text" if suffix in IGNORED else "give it the suffix of its format")
        shown = name or "a file without a name"
        raise UsageError(f"{shown!r}: no reader for {suffix or 'a name without a suffix'}: {hint}")
    return name


class Uploads:
    """The folder and its ledger. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._db = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._db.execute("UPDATE files SET status = 'uploaded' WHERE status = 'processing'")
        self.gone: frozenset[str] = frozenset(file.id for file in self.with_status("deleted"))
        """Deleted uploads that may still be in the index."""
        self.progress: dict[str, float] = {}
        """How far those under way are, 0 to 1."""
        self.waiting: dict[str, str] = {}
        """What those that were put off wait for."""
        self._sweep()

    def _sweep(self) -> None:
        """Bytes without a row: an upload that was never acknowledged."""
        known = {row[0] for row in self._db.execute("SELECT id FROM files")}
        for path in self.folder.glob("file-*"):
            if path.name not in known:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes the ledger."""
        with self._lock:
            self._db.close()

    def path(self, file: File) -> Path:
        """Where its bytes are."""
        return self.folder / file.id

    def add(  # noqa: PLR0913  # what a client may say of a file
        self, source: BinaryIO, name: str, *, purpose: str, collection: str | None, most: int, replaces: bool = False
    ) -> File:
        """Stores a file; when this returns, it survives the death of the process and of the machine.

        Raises:
            UsageError: it is empty, larger than `most` bytes, or of no known kind.
        """
        name = clean_name(name)
        made = f"file-{uuid4().hex}"
        path = self.folder / made
        try:
            with path.open("xb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
                size = out.tell()
                out.flush()
                os.fsync(out.fileno())
            if size == 0:
                raise UsageError(f"{name!r} is empty")
            if size > most:
                raise UsageError(f"{name!r} has {size:,} bytes, more than {most:,}")
            _sync_folder(self.folder)
            with self._lock:
                (place,) = self._db.execute("SELECT coalesce(max(place), 0) + 1 FROM files").fetchone()
                file = File(
                    made, name, size, int(time.time()), purpose, collection, "uploaded", "", place, int(replaces)
                )
                row = (made, name, size, file.created, purpose, collection, "uploaded", place, int(replaces))
                self._db.execute(
                    "INSERT INTO files (id, name, bytes, created, purpose, collection, status, place, replaces) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return file

    def get(self, name: str) -> File | None:
        """The file of that id, unless it was deleted."""
        found = self._select("WHERE id = ? AND status != 'deleted'", (name,))
        return found[0] if found else None

    def page(
        self, *, after: str | None, limit: int, newest_first: bool, purpose: str | None, seen: tuple[str, ...] | None
    ) -> tuple[list[File], bool]:
        """Some files in order of upload, and whether there are more.

        Args:
            after: the id before the first.
            limit: files at most.
            newest_first: the order.
            purpose: only those uploaded for it.
            seen: only those of these collections.
        """
        terms, values = ["status != 'deleted'"], dict[str, Any]()
        if purpose is not None:
            terms.append("purpose = :purpose")
            values["purpose"] = purpose
        if seen is not None:
            names = {f"c{place}": name for place, name in enumerate(seen)}
            terms.append(f"collection IN ({', '.join(':' + name for name in names)})")
            values.update(names)
        if after is not None:
            sign = "<" if newest_first else ">"
            terms.append(f"place {sign} coalesce((SELECT place FROM files WHERE id = :after), 0)")  # noqa: S608
            values["after"] = after
        order = "DESC" if newest_first else "ASC"
        found = self._select(f"WHERE {' AND '.join(terms)} ORDER BY place {order} LIMIT {limit + 1:d}", values)
        return found[:limit], len(found) > limit

    def with_status(self, *status: str) -> list[File]:
        """The files of that status, oldest first."""
        marks = ", ".join("?" * len(status))
        return self._select(f"WHERE status IN ({marks}) ORDER BY place", status)

    def counts(self) -> dict[str, int]:
        """Files by status."""
        with self._lock:
            return dict(self._db.execute("SELECT status, count(*) FROM files GROUP BY status").fetchall())

    def mark(self, file: File, status: str, *, reason: str = "") -> None:
        """A new status; one that was deleted meanwhile stays so."""
        with self._lock:
            self._db.execute(
                "UPDATE files SET status = ?, reason = ? WHERE id = ? AND status != 'deleted'",
                (status, reason, file.id),
            )

    def put_off(self, file: File, reason: str) -> None:
        """It waits, and why. Where the ledger cannot be written, this process still tells."""
        self.waiting[file.id] = reason
        self.mark(file, "uploaded", reason=reason)

    def delete(self, file: File) -> None:
        """From here on no answer rests on it; the index follows."""
        with self._lock:
            self._db.execute("UPDATE files SET status = 'deleted' WHERE id = ?", (file.id,))
            self.gone |= {file.id}

    def older(self, file: File) -> list[File]:
        """Earlier uploads of the same name in the same collection."""
        same = "WHERE name = ? AND collection IS ? AND place < ? AND status != 'deleted'"
        return self._select(same, (file.name, file.collection, file.place))

    def forget(self, file: File) -> None:
        """It is out of every index: nothing of it is left."""
        self.path(file).unlink(missing_ok=True)
        with self._lock:
            self._db.execute("DELETE FROM files WHERE id = ?", (file.id,))
            self.gone -= {file.id}
        self.progress.pop(file.id, None)
        self.waiting.pop(file.id, None)

    def _select(self, rest: str, values: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[File]:
        with self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM files {rest}", values).fetchall()  # noqa: S608
        return [File(*row) for row in rows]


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only once the folder is."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
