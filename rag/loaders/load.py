"""One found source to documents."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from langchain_core.documents import Document

from rag.errors import LoadError
from rag.loaders import PLAIN
from rag.loaders.detect import bare_name, format_of
from rag.loaders.discover import STDIN, Found
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part, Unreadable
from rag.loaders.read import read

__all__ = ["load"]

logger = logging.getLogger(__name__)
SLICE = 1 << 20


def load(
    found: Found, limits: Limits | None = None, *, report: Callable[[LoadError], None] | None = None
) -> list[Document]:
    """The documents of one source: usually one; one a record of `.jsonl`, one more an attachment of a mail.

    `page_content` is the extracted text that offsets refer to. Metadata: `source` (`corpus.jsonl#ID` for a part),
    `format`, `title`, and where they apply `part` (the part's key), `language` (of source code), `pages`
    (`[[start, end), ...]`), `headings` (`[[start, level, title], ...]`), `columns`, `sheets`, `author` and a
    record's own fields. A text file without a character in it gives an empty list.

    Args:
        found: from `discover`.
        limits: bounds; the defaults where None.
        report: gets a `LoadError` for each part of the source that could not be read although others could; they are
            logged as warnings where None.

    Raises:
        LoadError: nothing of the source could be read.
    """
    limits = limits or Limits()
    results = _read(_fetch(found, limits), limits)
    parts = [item for item in results if isinstance(item, Part)]
    faults = [item for item in results if isinstance(item, LoadError)]
    if faults and not parts:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise LoadError(found.source, faults[0].reason + more)
    for fault in faults:
        (report or _warn)(fault)
    return [_document(found, part) for part in parts if part.text.strip()]


def _read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    if not limits.isolate:
        return read(blob, limits)
    try:
        plain = format_of(blob) in PLAIN
    except Unreadable as error:
        return [LoadError(blob.source, str(error))]
    if plain:
        return read(blob, limits)
    from rag.loaders.isolate import read_isolated

    return read_isolated(blob, limits)


def _document(found: Found, part: Part) -> Document:
    source = f"{found.source}#{part.key}" if part.key else found.source
    metadata = {**part.metadata, "source": source, **({"part": part.key} if part.key else {})}
    if not metadata.get("title") and not part.key:
        metadata["title"] = bare_name(_name(found))
    return Document(page_content=part.text, metadata=metadata)


def _fetch(found: Found, limits: Limits) -> Blob:
    if found.is_url:
        from rag.loaders.fetch import fetch

        return fetch(found, limits)
    try:
        if found.uri == STDIN:
            data = _bounded(sys.stdin.fileno(), limits)
        else:
            descriptor = os.open(found.uri, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            try:
                data = _bounded(descriptor, limits)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise LoadError(found.source, (error.strerror or str(error)).lower()) from None
    except Unreadable as error:
        raise LoadError(found.source, str(error)) from None
    return Blob(data, _name(found), found.source)


def _bounded(descriptor: int, limits: Limits) -> bytes:
    size = os.fstat(descriptor).st_size
    if size > limits.max_bytes:
        raise Unreadable(f"{size:,} bytes, more than {limits.max_bytes:,} (max_bytes)")
    with os.fdopen(os.dup(descriptor), "rb") as file:
        data = file.read(limits.max_bytes + 1)
    if len(data) > limits.max_bytes:  # it grew meanwhile, or is a pipe
        raise Unreadable(f"more than {limits.max_bytes:,} bytes (max_bytes)")
    return data


def _name(found: Found) -> str:
    if found.is_url:
        parts = urlsplit(found.uri)
        return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc
    return "" if found.uri == STDIN else Path(found.source).name  # of a link, not of its target: that may be a hash


def _warn(fault: LoadError) -> None:
    logger.warning("left out: %s", fault)
