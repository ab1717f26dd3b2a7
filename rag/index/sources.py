"""Which files have to be read again, and reading them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.documents import Document
from xxhash import xxh3_128

from rag import __version__
from rag.errors import LoadError
from rag.index.ledger import FileRow, Ledger

if TYPE_CHECKING:
    from rag.loaders.discover import Found
    from rag.loaders.limits import Limits

__all__ = ["Loaded", "Survey", "survey"]

_YOUNG_NS = 2_000_000_000
"""A file changed this recently can change again within the resolution of its time stamp."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that was read."""

    found: Found
    documents: list[Document]
    faults: list[LoadError]
    row: FileRow | None
    """What to remember; None where nothing could be read."""


@dataclass
class Survey:
    """What the arguments name, against what the index knows."""

    limits: Limits
    faults: list[LoadError] = field(default_factory=list)
    unchanged: list[FileRow] = field(default_factory=list)
    touched: list[FileRow] = field(default_factory=list)
    """Files with a new time stamp and the old content."""
    todo: list[Found] = field(default_factory=list)
    missing: list[FileRow] = field(default_factory=list)
    """Files that were under one of the folders and are no more."""
    moved: dict[str, FileRow] = field(default_factory=dict)
    """By the place of a file to be read: the file of its name, at a place where there is none any more."""

    def load(self) -> Iterator[Loaded]:
        """Reads what has to be read, in order."""
        for found in self.todo:
            yield _load(found, self.limits)


def survey(paths: Sequence[str], ledger: Ledger, limits: Limits) -> Survey:
    """Compares files with the ledger: by size and time, then by content."""
    from rag.loaders.discover import discover

    result = Survey(limits)
    roots, there, refused = dict[str, None](), set[str](), set[str]()
    for item in discover(paths, limits=result.limits):
        if isinstance(item, LoadError):
            result.faults.append(item)
            refused.add(item.source)
            continue
        roots[item.root] = None
        there.add(item.uri)
        row = ledger.file(item.uri)
        named = _named(item, row, ledger, result.moved)
        if row is None or row.loader != _loader(result.limits) or not row.hash:
            result.todo.append(named)
        elif (row.size, row.mtime_ns) == (item.size, item.mtime_ns):
            result.unchanged.append(row)
        elif row.hash == _hash(item):
            result.unchanged.append(row)
            result.touched.append(row._replace(size=item.size, mtime_ns=_settled(item)))
        else:
            result.todo.append(named)
    bases = {_base(row) for row in result.moved.values()}
    behind = [row for root in roots for row in _left_behind(root, ledger) if _base(row) in bases]
    before = {row.uri: row for row in (*(row for root in roots for row in ledger.under(root)), *behind)}
    there.update(row.uri for row in result.moved.values())
    result.missing = [row for uri, row in before.items() if uri not in there and row.source not in refused]
    return result


def _named(found: Found, row: FileRow | None, ledger: Ledger, moved: dict[str, FileRow]) -> Found:
    """A file keeps the name its documents have; two files of one name are told apart by where they are.

    A file that is where the other was moved, with the folder it lies in, takes its name over.
    """
    if row is not None:
        return replace(found, source=row.source)
    other = ledger.file_named(found.source)
    if other is None or other.uri == found.uri:
        return found
    if _is_gone(other):
        moved[found.uri] = other
        return found
    return replace(found, source=found.uri)


def _left_behind(root: str, ledger: Ledger) -> Iterator[FileRow]:
    """Files that are named as what lies under a folder is, were elsewhere when they were read, and are gone there."""
    from rag.loaders.discover import shown

    name = shown(Path(root))
    if Path(root).is_dir() and not Path(name).is_absolute():
        yield from filter(_is_gone, ledger.named_under("" if name == "." else f"{name}/"))


def _base(row: FileRow) -> str:
    """The folder that a file's name begins in."""
    return row.uri.removesuffix(row.source)


def _is_gone(row: FileRow) -> bool:
    return Path(row.uri).is_absolute() and not os.path.lexists(row.uri)


def _load(found: Found, limits: Limits) -> Loaded:
    from rag.loaders.load import load

    faults: list[LoadError] = []
    digest = _hash(found)
    try:
        documents = load(found, limits, report=faults.append)
    except LoadError as error:
        return Loaded(found, [], [*faults, error], None)
    row = FileRow(found.uri, found.source, found.size, _settled(found), digest, _loader(limits), len(documents))
    return Loaded(found, documents, faults, row)


def _hash(found: Found) -> str:
    """Of a file's bytes; empty for what is no file, or cannot be read: it is loaded every time."""
    digest = xxh3_128()
    try:
        if not Path(found.uri).is_file():
            return ""
        with Path(found.uri).open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def _settled(found: Found) -> int:
    return found.mtime_ns if time.time_ns() - found.mtime_ns > _YOUNG_NS else -1


def _loader(limits: Limits) -> str:
    return f"{__version__} {limits}"
