"""From files and documents to an index: what is new is cut, derived and stored; what did not change costs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from langchain_core.documents import Document

from rag.errors import LoadError, UsageError, did_you_mean
from rag.index.batch import Prepared, document_hash
from rag.index.context import Contexts
from rag.index.database import connect, guarded
from rag.index.encoding import encoder_of
from rag.index.ledger import FileRow, Known, Ledger
from rag.index.maintain import derive_missing, maintain
from rag.index.planner import Planner, empty
from rag.index.prepare import own_metadata, prepare, source_of
from rag.index.report import Failure, Plan, Progress, Report
from rag.index.sources import Loaded, survey
from rag.index.view import View
from rag.index.writer import Writer
from rag.loaders.discover import spoken

if TYPE_CHECKING:
    from rag.index.index import Index

__all__ = ["Run", "Target", "add", "add_documents", "delete", "plan", "repair"]

Tell = Callable[[Progress], None]

_ENOUGH = 64
"""Passages from which a run's speed says something about the next one's."""


class Target(Protocol):
    """Where a run's documents go: the index itself, or a count of what would go there."""

    ledger: Ledger

    def keep(self, pending: Known) -> None:
        """A document that a broken run stored is still right."""

    def delete(self, published: Known) -> None:
        """A published document is to go."""

    def store(self, documents: Sequence[Prepared]) -> None:
        """Some documents are new."""


class Run:
    """One pass over documents: decides the fate of each, and hands the new ones on in batches."""

    def __init__(self, index: Index, target: Target, contexts: Contexts, tell: Tell) -> None:
        self.index = index
        self.target = target
        self.contexts = contexts
        self.tell = tell
        self.added: list[str] = []
        self.changed: list[str] = []
        self.deleted: list[str] = []
        self.unchanged = 0
        self.failures: dict[str, str] = {}
        self.empty: list[str] = []
        self.files: list[FileRow] = []
        self.gone: list[str] = []
        self.passages = 0
        self.tokens = 0
        self._batch: list[Prepared] = []
        self._waiting = 0
        self._quiet: set[str] = set()

    def paths(self, paths: Sequence[str]) -> None:
        """Everything that files, folders, patterns and URLs name; and what was there before and is no more."""
        found = survey(paths, self.target.ledger, self.index.limits)
        self.failures.update((fault.source, fault.reason) for fault in found.faults)
        self.unchanged += sum(row.documents for row in found.unchanged)
        self.empty += [row.source for row in found.unchanged if not row.documents]
        self._quiet.update(row.uri for row in found.unchanged)
        self.files += found.touched
        for done, loaded in enumerate(found.load(), 1):
            self._file(loaded, found.moved.get(loaded.found.uri))
            self.tell(Progress("reading", done, len(found.todo), self.passages, loaded.found.source))
        for row in found.missing:
            self.remove(self.target.ledger.of_file(row.uri), row.uri)

    def _file(self, loaded: Loaded, moved: FileRow | None) -> None:
        self.failures.update((fault.source, fault.reason) for fault in loaded.faults)
        if loaded.row is None:
            return  # what the index has of it stays
        if not (loaded.documents or loaded.faults):
            self.empty.append(loaded.row.source)
        seen = {source_of(document) for document in loaded.documents}
        for document in loaded.documents:
            self.document(document, loaded.row.uri)
        self.files.append(loaded.row)
        places = [loaded.row.uri] if moved is None else [loaded.row.uri, moved.uri]
        before = [known for place in places for known in self.target.ledger.of_file(place)]
        kept = seen | {fault.source for fault in loaded.faults}
        self.remove([known for known in before if known.source not in kept], moved.uri if moved else None)

    def remove(self, documents: Iterable[Known], file: str | None = None) -> None:
        """Documents that are to go, and the file they came from."""
        for known in documents:
            self.target.delete(known)
            self.deleted.append(known.source)
        if file is not None:
            self.gone.append(file)

    def document(self, document: Document, file: str | None = None) -> None:
        """One document: unchanged, resumed, changed or new."""
        source = source_of(document)
        published, pending = self.target.ledger.known(source)
        try:
            same = document_hash(document.page_content, own_metadata(document)), self.index.shape
            if published and (published.hash, published.shape, published.file) == (*same, file):
                self.unchanged += 1
                return
            (self.changed if published else self.added).append(source)
            if pending and (pending.hash, pending.shape, pending.file) == (*same, file):
                self.target.keep(pending)
                return
            self._cut(document, file)
        except UnicodeEncodeError:
            self.failures[source] = "its text is not valid Unicode (half of a surrogate pair)"
        except LoadError as error:
            self.failures[source] = error.reason

    def recut(self) -> None:
        """Documents that were cut with other settings, wherever they came from, from the text that the index holds."""
        ledger = self.target.ledger
        touched = {*self.added, *self.changed, *self.deleted}
        for known in ledger.of_other_shape(self.index.shape):
            if known.source not in touched:
                text, metadata = ledger.text_of(known.id)
                document = Document(text, metadata={**json.loads(metadata), "source": known.source})
                self.unchanged -= known.file in self._quiet
                self.document(document, known.file)

    def _cut(self, document: Document, file: str | None) -> None:
        count = encoder_of(self.index.encoder).count_tokens
        prepared = replace(prepare(document, self.index.segmenter, self.index.shape, self.contexts, count), file=file)
        for piece in prepared.pieces(self.index.batch_passages):
            self._batch.append(piece)
            self._waiting += len(piece.passages)
            if self._waiting >= self.index.batch_passages:
                self.flush()

    def flush(self) -> None:
        """Hands on what waits."""
        batch, self._batch, self._waiting = self._batch, [], 0
        if batch:
            self.target.store(batch)
            passages = [passage for prepared in batch for passage in prepared.passages]
            self.passages += len(passages)
            self.tokens += sum(passage.metadata["tokens"] for passage in passages)

    @property
    def faults(self) -> tuple[Failure, ...]:
        """What failed, and why."""
        return tuple(Failure(source, reason) for source, reason in self.failures.items())


def add(index: Index, paths: Sequence[str | Path], views: Sequence[View], tell: Tell) -> Report:
    """Adds or refreshes files, folders, patterns and URLs."""
    return _run(index, views, tell, lambda run: run.paths([str(path) for path in paths]), read=bool(paths))


def add_documents(index: Index, documents: Iterable[Document], views: Sequence[View], tell: Tell) -> Report:
    """Adds or refreshes documents that are already text."""

    def work(run: Run) -> None:
        for done, document in enumerate(documents, 1):
            if not isinstance(document, Document):
                form = 'Document(text, metadata={"source": ...})'
                raise UsageError(f"a {type(document).__name__} is no document: wrap it as {form}")
            run.document(document)
            run.tell(Progress("reading", done, None, run.passages, source_of(document)))

    return _run(index, views, tell, work)


def delete(index: Index, sources: Iterable[str], views: Sequence[View]) -> Report:
    """Removes documents by source; a file's source removes all that came from it."""

    def work(run: Run) -> None:
        for source in (spoken(str(source)) for source in sources):
            file = run.target.ledger.file_named(source)
            published, _ = run.target.ledger.known(source)
            found = run.target.ledger.of_file(file.uri) if file else [published] if published else []
            if not found:
                run.failures[source] = f"the index has no such document{_near(source, run.target.ledger.sources())}"
            # The file is forgotten too: it would count as unchanged otherwise when it is indexed again.
            run.remove(found, file.uri if file else published.file if published else None)

    return _run(index, views, lambda _: None, work, read=False)


def _near(source: str, there: Sequence[str]) -> str:
    """A source that was probably meant: one further down a folder, else one of a like name."""
    ends = [repr(other) for other in there if other.endswith(f"/{source}")]
    near = f"did you mean {ends[0]}?" if ends else did_you_mean(source, there)
    return f"; {near}" if near else ""


def repair(index: Index, views: Sequence[View]) -> int:
    """Derives damaged or missing parts again; the number of passages that took."""
    with Writer(index.folder, views) as writer:
        done = derive_missing(writer, lambda _: None)
        with writer.switching():
            writer.note_views()
        maintain(writer, lambda _: None)
        return done


def plan(index: Index, paths: Sequence[str | Path], views: Sequence[View]) -> Plan:
    """What `add` would do."""
    connection = connect(index.folder) if index.exists() else empty()
    try:
        with guarded(index.folder):
            connection.execute("BEGIN")
            meta = dict(connection.execute("SELECT name, value FROM meta"))
            planner = Planner(connection, index.folder, int(meta.get("generation", 0)), views)
            contexts = Contexts(index.contextual, index.llm, connection, ask=False)
            run = Run(index, planner, contexts, lambda _: None)
            run.paths([str(path) for path in paths])
            run.recut()
            run.flush()
            speed = json.loads(meta.get("speed", "{}")).get(_speed_key(views))
            return Plan(
                added=tuple(run.added),
                changed=tuple(run.changed),
                deleted=tuple(run.deleted),
                unchanged=run.unchanged,
                failures=run.faults,
                empty=tuple(run.empty),
                passages=run.passages,
                encoded=planner.encoded,
                tokens=run.tokens,
                seconds=planner.seconds(speed),
            )
    finally:
        connection.close()


def _run(index: Index, views: Sequence[View], tell: Tell, work: Callable[[Run], None], *, read: bool = True) -> Report:
    """`read`: whether sources are read, so that what fails now is all that is known to fail."""
    started = perf_counter()
    with Writer(index.folder, views) as writer:
        run = Run(index, writer, Contexts(index.contextual, index.llm, writer.connection), tell)
        work(run)
        run.recut()
        run.flush()
        encoded = writer.encoded + derive_missing(writer, tell)
        if encoded >= _ENOUGH:
            speeds = json.loads(writer.meta("speed") or "{}")
            speeds[_speed_key(views)] = round(encoded / (perf_counter() - started), 2)
            writer.set_meta("speed", json.dumps(speeds))
        writer.publish(index.full_manifest, run.files, run.gone, run.failures if read else None)
        maintain(writer, tell)
        return Report(
            added=len(run.added),
            changed=len(run.changed),
            unchanged=run.unchanged,
            deleted=len(run.deleted),
            failures=run.faults,
            empty=tuple(run.empty),
            passages=run.passages,
            encoded=encoded,
            tokens=run.tokens,
            seconds=perf_counter() - started,
        )


def _speed_key(views: Sequence[View]) -> str:
    return " ".join(sorted(view.name for view in views))
