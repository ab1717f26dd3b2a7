"""The index: one folder, one SQLite file that is the truth, and search structures derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.documents import BaseDocumentTransformer, Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from pydantic import Field, PositiveInt
from xxhash import xxh3_64_hexdigest

from rag.component import Component
from rag.errors import UsageError
from rag.index.database import FILE, dump_json
from rag.index.manifest import VERSIONS, check_manifest, check_views, fingerprint, tokenizer_of, versions_of
from rag.index.readers import Readers
from rag.index.report import Plan, Progress, Report
from rag.index.snapshot import Snapshot
from rag.index.state import Segment, State
from rag.index.view import Arrays, View
from rag.kinds import default_encoder
from rag.loaders.limits import Limits

if TYPE_CHECKING:
    from rag.index.stats import Stats

Tell = Callable[[Progress], None]

__all__ = ["Index"]

_PINNED: ContextVar[Mapping[str, Snapshot]] = ContextVar("rag_index_pinned", default={})  # noqa: B039


class Index(Component):
    """Documents with their passages, and the views that retrievers search.

    Many readers, in threads and processes, beside one writer; a reader sees the state before a change or after it,
    never a mixture. What was reported as indexed survives the death of the process at any moment.
    """

    path: str = ".rag/index"
    """The folder."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Its tokenizer counts the tokens of passages."""
    llm: BaseChatModel | None = None
    """Writes contexts, where `contextual` is `llm`."""
    segment: BaseDocumentTransformer | None = None
    """How documents are cut; `recursive` where not given."""
    contextual: Literal["none", "headings", "llm"] = "headings"
    """What is put in front of a passage when it is encoded: nothing, its title and headings, or a model's sentence."""
    limits: Limits = Limits()
    """How large and how nested a file may be, and how long reading it may take."""
    batch_passages: PositiveInt = 512
    """Passages that become durable at once while indexing."""

    @property
    def folder(self) -> Path:
        """Where the index is."""
        return Path(self.path).expanduser()

    @cached_property
    def segmenter(self) -> BaseDocumentTransformer:
        """How documents are cut."""
        if self.segment is not None:
            return self.segment
        made: BaseDocumentTransformer = import_module("rag.segmenters.recursive").Recursive(encoder=self.encoder)
        return made

    @cached_property
    def manifest(self) -> Mapping[str, str]:
        """What passages depend on beside the documents."""
        return {
            "segmenter": fingerprint(self.segmenter),
            "contextual": f"llm {fingerprint(self.llm)}" if self.contextual == "llm" else self.contextual,
            "counted by": fingerprint(self.encoder),
            **({VERSIONS: versions} if (versions := versions_of(self.segmenter)) else {}),
        }

    @cached_property
    def full_manifest(self) -> Mapping[str, str]:
        """`manifest` and the tokenizer, which takes loading it."""
        return {**self.manifest, "tokenizer": tokenizer_of(self.encoder)}

    @cached_property
    def shape(self) -> str:
        """`full_manifest`, short, without the encoder's name: encoders that count alike cut alike."""
        parts = {key: value for key, value in self.full_manifest.items() if key != "counted by"}
        return xxh3_64_hexdigest(dump_json(parts).encode())

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self.folder, lambda state: check_manifest(self, state), self._view)

    def exists(self) -> bool:
        """Whether there is an index in the folder."""
        return (self.folder / FILE).exists()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """The newest state, held for as long as the body runs; inside another `reading`, the same one.

        Raises:
            IndexMissing: nothing was indexed yet.
            IndexMismatch: it was built with other settings.
        """
        pinned = _PINNED.get()
        if (held := pinned.get(self.path)) is not None and held.open:
            yield held
            return
        snapshot = self._readers.take()
        _PINNED.set({**pinned, self.path: snapshot})
        try:
            yield snapshot
        finally:
            _PINNED.set(pinned)
            self._readers.give(snapshot)

    def _view(self, state: State, view: View) -> Any:
        check_views(self, state, [view])
        return state.view(view, self._mend)

    def _mend(self, segment: Segment, view: View) -> Arrays:
        from rag.index.repair import mend

        return mend(self.folder, segment, view)

    def check(self, views: Sequence[View]) -> None:
        """Whether the index can serve retrievers with these views.

        Raises:
            IndexMissing: there is none.
            ViewMissing: it lacks one of them.
            IndexMismatch: it was built with other settings; says which.
        """
        with self.reading() as snapshot:
            check_views(self, snapshot.state, views)

    def add(
        self, paths: str | Path | Iterable[str | Path], views: Sequence[View], progress: Tell | None = None
    ) -> Report:
        """Adds or refreshes files, folders, patterns and URLs; what is gone from a folder is removed.

        Without paths it only brings the index in line with its settings and these views.

        Args:
            paths: what to read: one of them, or several.
            views: search structures to derive, from `Retriever.views()`.
            progress: called with a `Progress` after every source and batch.

        Raises:
            IndexLocked: another process is writing.
        """
        from rag.ingest import add

        return add(self, _paths(paths), views, progress or _silent)

    def add_documents(
        self, documents: Document | Iterable[Document], views: Sequence[View], progress: Tell | None = None
    ) -> Report:
        """Adds or refreshes documents that are already text; `metadata["source"]`, else `id`, identifies each.

        Raises:
            UsageError: something else than documents.
            IndexLocked: another process is writing.
        """
        from rag.ingest import add_documents

        several = _several(documents, "what is added is a Document", Document)
        return add_documents(self, several, views, progress or _silent)

    def delete(self, sources: str | Iterable[str], views: Sequence[View] = ()) -> Report:
        """Removes documents by source; the source of a file with many documents removes them all."""
        from rag.ingest import delete

        return delete(self, _several(sources, "what is deleted is a source", str), views)

    def plan(self, paths: str | Path | Iterable[str | Path], views: Sequence[View]) -> Plan:
        """What `add` would do, and how long it would take; nothing is written."""
        from rag.ingest import plan

        return plan(self, _paths(paths), views)

    def text(self, source: str) -> str:
        """The whole text that a source's offsets refer to."""
        with self.reading() as snapshot:
            return snapshot.document_text(source)

    def sources(self) -> list[str]:
        """Every source, sorted."""
        with self.reading() as snapshot:
            return snapshot.sources()

    def stats(self) -> Stats:
        """Sizes and settings, as they are on disk."""
        from rag.index.stats import stats_of

        with self.reading() as snapshot:
            return stats_of(snapshot)

    def verify(self) -> list[str]:
        """Everything that is wrong with the index, a sentence each. Reads every byte."""
        from rag.index.repair import verify

        return list(verify(self.folder))

    def repair(self, views: Sequence[View]) -> int:
        """Derives damaged or missing parts again; the number of passages that took."""
        from rag.ingest import repair

        return repair(self, views)

    def close(self) -> None:
        """Closes idle connections. The index can be used again afterwards."""
        self._readers.close()


def _silent(progress: Progress) -> None:
    """For callers who do not want to know."""


def _paths(paths: str | Path | Iterable[str | Path]) -> list[str | Path]:
    found = list(_several(paths, "what is indexed is a path, a pattern or a URL", PathLike))
    if wrong := [path for path in found if not isinstance(path, str | PathLike)]:
        raise UsageError(f"what is indexed is a path, a pattern or a URL, not {wrong[0]!r:.80}")
    return found


def _several(given: Any, what: str, alone: type) -> Iterable[Any]:
    """What may stand alone as a list of one: a text's letters would be taken for paths, `/` among them is everything.

    Raises:
        UsageError: it is neither that nor several.
    """
    if isinstance(given, (str, alone)):
        return [given]
    if isinstance(given, bytes | Mapping | Document) or not isinstance(given, Iterable):
        raise UsageError(f"{what}, or a list of them, not {given!r:.80}")
    return given
