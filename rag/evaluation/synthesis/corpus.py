"""The documents that questions are made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.documents import Document
from xxhash import xxh3_128

from rag.errors import LoadError, UsageError
from rag.index import Failure, Progress
from rag.index.database import dump_json
from rag.loaders.limits import Limits

if TYPE_CHECKING:
    from rag.loaders.discover import Found

__all__ = ["Corpus", "read_corpus"]

Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Corpus:
    """Documents as the loaders give them. Offsets count in their `page_content`."""

    documents: tuple[Document, ...]
    """In order of their source; no source twice."""
    failures: tuple[Failure, ...] = ()
    """What could not be read."""

    @cached_property
    def texts(self) -> dict[str, str]:
        """Source to text."""
        return {document.metadata["source"]: document.page_content for document in self.documents}

    @cached_property
    def fingerprint(self) -> str:
        """Of every source and text."""
        digest = xxh3_128()
        for source, text in self.texts.items():
            digest.update(f"{source}\x1f{text}\x1f".encode(errors="replace"))
        return digest.hexdigest()

    def lines(self) -> str:
        """The documents as BEIR's `corpus.jsonl`; their structure (headings, pages, format) in `metadata`."""
        rows = []
        for document in self.documents:
            told = {key: value for key, value in document.metadata.items() if key not in ("source", "title")}
            rows.append(
                {
                    "_id": document.metadata["source"],
                    "title": str(document.metadata.get("title") or ""),
                    "text": document.page_content,
                    **({"metadata": json.loads(dump_json(told))} if told else {}),
                }
            )
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_corpus(
    paths: Sequence[str | Path],
    limits: Limits | None = None,
    tell: Tell | None = None,
    *,
    leave_out: str | Path | None = None,
) -> Corpus:
    """Reads files, folders, patterns and URLs as `rag index` does. What cannot be read is left out and told.

    Args:
        paths: what to read.
        limits: how large a file may be.
        tell: called with progress.
        leave_out: a folder whose files are no documents: that of the questions may lie among these.

    Raises:
        UsageError: nothing can be read; says why.
    """
    from rag.loaders.discover import discover
    from rag.loaders.load import load

    faults: list[LoadError] = []
    documents: dict[str, Document] = {}
    out = None if leave_out is None else Path(leave_out).resolve()
    found = [item for item in discover(paths, limits=limits) if not (out and _lies_in(item, out))]
    for done, item in enumerate(found, 1):
        if isinstance(item, LoadError):
            faults.append(item)
            continue
        try:
            for document in load(item, limits, report=faults.append):
                documents[document.metadata["source"]] = document
        except LoadError as error:
            faults.append(error)
        if tell is not None:
            tell(Progress("reading", done, len(found), 0, item.source))
    if not documents:
        why = f": {faults[0]}" if faults else ""
        raise UsageError(f"no document in {', '.join(map(str, paths)) or 'nothing'}{why}")
    ordered = tuple(documents[source] for source in sorted(documents))
    return Corpus(ordered, tuple(Failure(fault.source, fault.reason) for fault in faults))


def _lies_in(item: Found | LoadError, folder: Path) -> bool:
    return not isinstance(item, LoadError) and not item.is_url and Path(item.uri).is_relative_to(folder)
