"""Uploads on their way into the index, and out of it: one thread, beside the answers."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from rag.errors import IndexLocked, IndexMissing, LoadError, RagError
from rag.loaders.discover import Found
from rag.loaders.load import load
from rag.server.access import COLLECTION, FILE
from rag.server.models import Models
from rag.server.problems import is_full
from rag.server.uploads import File, Uploads

if TYPE_CHECKING:
    from rag.index import Failure, Index, Progress

__all__ = ["Indexing"]

logger = logging.getLogger("rag.server")

_BATCH = 16
"""Files that become findable at once: every switch to a new state costs the readers something."""
_PAUSE_S = 2.0
"""Seconds until the next attempt, where another process holds the index or the disk is full."""


class _Stopped(Exception):
    """The server ends; what was begun goes on at the next start."""


class Indexing:
    """Takes uploads in order of their coming. Killed at any moment, the next start goes on."""

    def __init__(self, uploads: Uploads, models: Models) -> None:
        self.uploads = uploads
        self.models = models
        self._wake, self._stop = Event(), Event()
        self._thread = Thread(target=self._run, name="rag-indexing", daemon=True)

    def start(self) -> None:
        """Begins with what an earlier server left."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the document at hand."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                busy = self._remove() or self._insert()
            except _Stopped:
                return
            except IndexLocked:
                self._stop.wait(_PAUSE_S)
                continue
            except Exception as error:
                unforeseen = not (isinstance(error, RagError) or is_full(error))
                logger.error("indexing uploads failed; it is tried again: %s", error, exc_info=unforeseen)
                self._stop.wait(_PAUSE_S)
                continue
            if not busy:
                self._wake.wait()

    def _remove(self) -> bool:
        """Deleted uploads, out of every index."""
        files = self.uploads.with_status("deleted")
        if not files:
            return False
        sources = {file.source for file in files}
        for store, views in self.models.stores():
            if store.exists():
                found = [source for source in _sources(store) if source.partition("#")[0] in sources]
                if found:
                    store.delete(found, views)
        for file in files:
            self.uploads.forget(file)
        return True

    def _insert(self) -> bool:
        """The next uploads, into every index."""
        files = self.uploads.with_status("uploaded", "processing")[:_BATCH]
        if not files:
            return False
        reading = _Reading(self.uploads, files)
        stores = self.models.stores()
        try:
            for file in files:
                self.uploads.mark(file, "processing")
                self.uploads.progress[file.id] = 0.0
            for number, (store, views) in enumerate(stores):
                documents = reading.documents(number / len(stores), 1 / len(stores))
                reading.note(store.add_documents(documents, views, self._check).failures)
        except (OSError, sqlite3.Error, RagError) as error:
            self._put_off(files, error)
            raise
        for file in files:
            reason = reading.failures.get(file.id, "")
            self.uploads.mark(file, "error" if reason else "processed", reason=reason)
            self.uploads.progress.pop(file.id, None)
            self.uploads.waiting.pop(file.id, None)
            if file.replaces and not reason:
                for old in self.uploads.older(file):
                    self.uploads.delete(old)
        return True

    def _check(self, _: Progress) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _put_off(self, files: Sequence[File], error: Exception) -> None:
        reason = "another process is writing to the index" if isinstance(error, IndexLocked) else "waiting"
        if is_full(error):
            reason = "the server's disk is full: it is tried again until there is room"
        for file in files:
            self.uploads.put_off(file, reason)


class _Reading:
    """Some uploads while they are read."""

    def __init__(self, uploads: Uploads, files: Sequence[File]) -> None:
        self.uploads = uploads
        self.files = files
        self.failures: dict[str, str] = {}
        """Reason by file: nothing of it could be read."""
        self.counts: dict[str, int] = {}
        """Documents by file."""

    def documents(self, begin: float, width: float) -> Iterator[Document]:
        """Every document of every file, marked with its upload and collection, whatever its own metadata say.

        Args:
            begin: how far the files are, 0 to 1.
            width: how much further they are afterwards.
        """
        for file in self.files:
            documents = self._load(file)
            self.counts[file.id] = len(documents)
            marks = {FILE: file.id, **({COLLECTION: file.collection} if file.collection else {})}
            for done, document in enumerate(documents):
                self.uploads.progress[file.id] = begin + width * done / len(documents)
                kept = {key: value for key, value in document.metadata.items() if key != COLLECTION}
                yield Document(document.page_content, metadata={**kept, **marks})
            self.uploads.progress[file.id] = begin + width

    def note(self, failures: Iterable[Failure]) -> None:
        """Documents that could not be stored; a file has failed where none of its documents was."""
        for failure in failures:
            file = failure.source.partition("/")[0]
            self.counts[file] = self.counts.get(file, 1) - 1
            if self.counts[file] <= 0:
                self.failures[file] = failure.reason

    def _load(self, file: File) -> list[Document]:
        path = self.uploads.path(file)
        try:
            size = path.stat().st_size
            found = Found(str(path), file.source, size, 0, str(path))
            documents = load(found, report=lambda fault: logger.warning("left out of an upload: %s", fault.reason))
        except LoadError as error:
            self.failures[file.id] = error.reason
            return []
        except FileNotFoundError:  # deleted a moment ago
            self.failures[file.id] = "its bytes are gone"
            return []
        if not documents:
            self.failures[file.id] = "there is no text in it"
        return documents


def _sources(store: Index) -> list[str]:
    try:
        return store.sources()
    except IndexMissing:
        return []
