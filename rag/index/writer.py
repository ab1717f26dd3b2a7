"""The writing side: batches that become durable at once, and one switch that publishes them all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from rag.index.arrays import write
from rag.index.batch import Prepared
from rag.index.database import FORMAT, SCHEMA, connect, dump_json, guarded
from rag.index.ledger import FileRow, Known, Ledger
from rag.index.lock import writing
from rag.index.reuse import Reuse
from rag.index.rows import (
    bury,
    insert_document,
    insert_passages,
    insert_segment,
    next_id,
    note_passage_keys,
    update_document,
)
from rag.index.state import generation_of
from rag.index.view import View

__all__ = ["Writer"]


class Writer:
    """Holds the lock and one connection. What `store` wrote stays if the process dies; `publish` shows it.

    A run that follows a broken one meets the documents stored by it (`known`) and keeps those that did not change.
    """

    def __init__(self, folder: Path, views: Sequence[View], *, wait: float = 0.0) -> None:
        self.folder = folder
        self.views = {view.name: view for view in views}
        self.encoded = 0
        """Passages derived by this run; those that served again are not among them."""
        self.stored = 0
        """Passages stored by this run."""
        self.derived = 0
        """Parts made for segments that were there already."""
        self._wait = wait
        self._stack = ExitStack()
        self._kept: set[int] = set()
        self._begun: dict[str, int] = {}
        self._gone: set[int] = set()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(writing(self.folder, self._wait))
            stack.enter_context(guarded(self.folder))
            self.connection: sqlite3.Connection = connect(self.folder, write=True)
            stack.callback(self.connection.close)
            self._create()
            self.ledger = Ledger(self.connection, generation_of(self.connection, self.folder))
            self.sweep()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *reason: Any) -> None:
        self._stack.__exit__(*reason)

    @property
    def generation(self) -> int:
        """The published generation."""
        return self.ledger.generation

    @property
    def next(self) -> int:
        """The generation being written."""
        return self.generation + 1

    def _create(self) -> None:
        if self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return
        meta = {"format": str(FORMAT), "id": uuid4().hex, "generation": "0", "manifest": "{}", "passage_keys": "[]"}
        with self.transaction():
            for statement in SCHEMA.split(";\n"):
                self.connection.execute(statement)
            self.connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the body's statements, or none."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # a full disk has ended it already
                self.connection.execute("ROLLBACK")
            raise

    def sweep(self) -> None:
        """Deletes files that no row names: left by a run that was killed, or retired.

        Readers have theirs mapped. Where the system will not delete a mapped file, a later run will.
        """
        named = {row[0] for row in self.connection.execute("SELECT file FROM parts UNION SELECT file FROM overlays")}
        for file in (self.folder / "segments").glob("*/*"):
            if file.relative_to(self.folder).as_posix() not in named:
                try:
                    file.unlink(missing_ok=True)
                except PermissionError:
                    continue
        for folder in (self.folder / "segments").glob("*"):
            if not any(folder.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, pending: Known) -> None:
        """A document that a broken run stored is still right."""
        self._kept.add(pending.id)

    def delete(self, published: Known) -> None:
        """A published document is to go with the next `publish`."""
        self._gone.add(published.id)

    @cached_property
    def _reuse(self) -> Reuse:
        return Reuse(self.connection, self.folder, self.next, tuple(self.views))

    def store(self, documents: Sequence[Prepared]) -> None:
        """Derives the passages of some documents as one segment and makes them durable, all or none."""
        passages = [passage for document in documents for passage in document.passages]
        recipe = self._reuse.recipe(documents, passages)
        segment = next_id(self.connection, "segments")
        made = recipe.derive(tuple(self.views.values())) if passages else {}
        parts = [(segment, name, *self.write(segment, self.views[name], arrays)) for name, arrays in made.items()]
        with self.transaction():
            numbers = [self._document(document) for document in documents]
            owners = np.repeat(np.array(numbers, "<i8"), [len(document.passages) for document in documents])
            ids, keys = insert_passages(self.connection, documents, owners.tolist(), self.next)
            if passages:
                columns = [column[recipe.order] for column in (ids, keys, owners)]
                insert_segment(self.connection, segment, columns, parts, self.next)
            note_passage_keys(self.connection, documents)
        self.encoded += len(recipe.fresh)
        self.stored += len(passages)

    def write(self, segment: int, view: View, arrays: Mapping[str, NDArray[Any]]) -> tuple[str, int, str]:
        """Writes a part and waits for the disk; the columns `file, bytes, checksum`."""
        folder = self.folder / "segments" / f"{segment:06d}"
        # One above the highest there: a name that is in use, or was until a moment ago, is never taken again.
        there = [file.name.removeprefix(view.name).split(".")[1] for file in folder.glob(f"{view.name}.*")]
        again = max((int(number) if number.isdigit() else 0 for number in there), default=-1) + 1
        file = folder / f"{view.name}{f'.{again}' if again else ''}.safetensors"
        return file.relative_to(self.folder).as_posix(), *write(file, arrays)

    def _document(self, document: Prepared) -> int:
        number = self._begun.pop(document.source, None)
        if number is None:
            waiting = "SELECT id FROM documents WHERE source = ? AND born > ? AND died IS NULL"
            older = [row[0] for row in self.connection.execute(waiting, (document.source, self.generation))]
            self._kept.difference_update(older)
            bury(self.connection, older, self.next)
            number = insert_document(self.connection, document, self.next)
        else:
            update_document(self.connection, number, document)
        if document.complete:
            self._kept.add(number)
        else:
            self._begun[document.source] = number
        return number

    def publish(
        self,
        manifest: Mapping[str, Any],
        files: Iterable[FileRow] = (),
        gone: Iterable[str] = (),
        failures: Mapping[str, str] | None = None,
    ) -> None:
        """Shows everything at once: one transaction. What a broken run left and nobody kept is dropped.

        Args:
            manifest: what passages depend on.
            files: files that were read.
            gone: files that are no longer there.
            failures: sources that failed, and why; None where nothing was read, and what an earlier run noted stays.
        """
        said = dump_json(manifest)
        dead = self._gone | self._replaced()
        changed = dead or self._kept or self.derived or self.generation == 0 or said != self.meta("manifest")
        with self.switching() if changed else self.transaction():
            bury(self.connection, dead, self.next)
            self.connection.executemany("DELETE FROM files WHERE uri = ?", [(uri,) for uri in gone])
            self.connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", files)
            if failures is not None:
                self.connection.execute("DELETE FROM failures")
                self.connection.executemany("INSERT INTO failures VALUES (?, ?)", failures.items())
            self.set_meta("manifest", said)
            self.note_views()

    @contextmanager
    def switching(self) -> Iterator[None]:
        """A transaction that makes the generation being written the published one."""
        with self.transaction():
            yield
            self.set_meta("generation", str(self.next))
        self.ledger.generation += 1
        self.derived = 0
        self._kept.clear()
        self._gone.clear()

    def _replaced(self) -> set[int]:
        """Documents that end with this generation: those with a newer version, and what nobody kept."""
        ended: set[int] = set()
        waiting = "SELECT id, source FROM documents WHERE born = ? AND died IS NULL"
        for number, source in self.connection.execute(waiting, (self.next,)).fetchall():
            if number in self._kept:
                published, _ = self.ledger.known(source)
                ended.update([published.id] if published else [])
            else:
                ended.add(number)
        return ended

    def note_views(self) -> None:
        """What each view stands for; inside a transaction."""
        rows = [(name, dump_json(view.manifest)) for name, view in self.views.items()]
        self.connection.executemany("INSERT OR REPLACE INTO views VALUES (?, ?)", rows)

    def meta(self, name: str) -> str:
        """A value of the table `meta`; empty where it was never set."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        """Sets a value of the table `meta`."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
