"""Knowledge sources that nobody listed: the folders of what was indexed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from rag.index import Index
from rag.index.snapshot import Snapshot
from rag.knowledge.source import NO_SOURCE, Source

__all__ = ["folders", "sources_of"]

_MOST = 12
"""Folders up to which each is a source; more say how files are kept, not what they are about."""
_NAMED = 5
"""Documents that a description names."""
_REST = "other documents"
_ALL = "documents"


def sources_of(index: Index | None, filter: Mapping[str, Any] | None, top_k: int) -> tuple[Source, ...]:
    """The folders of an index, as far as a turn may see them; one source of everything where there is no index."""
    if index is None or not index.exists():
        return (Source(name=_ALL, top_k=top_k),)
    with index.reading() as snapshot:
        if filter:
            return folders(_seen(snapshot, filter), top_k)
        memo = snapshot.state.memo
        key = f"knowledge sources {top_k}"
        if key not in memo:
            memo[key] = folders(snapshot.sources(), top_k)
        found: tuple[Source, ...] = memo[key]
        return found


def folders(files: Sequence[str], top_k: int = 4) -> tuple[Source, ...]:
    """A source for each folder in which paths first part, and one for what lies beside them.

    Args:
        files: what documents are called by: paths or URLs.
        top_k: of each source.
    """
    parted = [PurePosixPath(file.replace("\\", "/")).parts for file in files]
    depth = _shared(parted)
    inside: dict[str, list[str]] = {}
    beside: list[str] = []
    for file, parts in zip(files, parted, strict=True):
        if len(parts) > depth + 1:
            inside.setdefault(parts[depth], []).append(file)
        else:
            beside.append(file)
    if not 0 < len(inside) <= _MOST or (len(inside) == 1 and not beside):
        return (Source(name=_ALL, description=_described(list(files)), top_k=top_k),)
    made = []
    globs = []
    for name, members in sorted(inside.items()):
        end = _start(members[0], depth) + len(name) + 1
        globs.append({"source": {"glob": f"{members[0][:end]}*"}})
        made.append(Source(name=_called(name), description=_described(members), filter=globs[-1], top_k=top_k))
    if beside:
        rest = {"not": {"or": globs}}
        made.append(Source(name=_REST, description=_described(beside), filter=rest, top_k=top_k))
    names = [source.name.casefold() for source in made]
    return tuple(made) if len(set(names)) == len(names) else (Source(name=_ALL, top_k=top_k),)


def _shared(parted: Sequence[tuple[str, ...]]) -> int:
    """How many first parts all paths have in common, their last parts left out."""
    if not parted:
        return 0
    depth = 0
    least = min(len(parts) - 1 for parts in parted)
    while depth < least and len({parts[depth] for parts in parted}) == 1:
        depth += 1
    return depth


def _start(file: str, depth: int) -> int:
    """Where the part behind so many parts begins in a path."""
    at = 0
    *before, part = PurePosixPath(file.replace("\\", "/")).parts[: depth + 1]
    for one in before:
        at = file.find(one, at) + len(one)
    return file.find(part, at)


def _called(name: str) -> str:
    """A folder's name as a source's."""
    name = " ".join(name.translate(str.maketrans(",;:", "   ")).split()) or _ALL
    return f"{name} folder" if name.casefold() in (NO_SOURCE.casefold(), "none") else name


def _described(files: Sequence[str]) -> str:
    """What some of them are called, from all over the folder."""
    if not files:
        return ""
    places = np.unique(np.linspace(0, len(files) - 1, min(_NAMED, len(files))).astype(int)).tolist()
    stems = [
        PurePosixPath(files[place].replace("\\", "/")).stem.replace("-", " ").replace("_", " ") for place in places
    ]
    return f"{len(files)} documents, such as: {'; '.join(stems)}"


def _seen(snapshot: Snapshot, filter: Mapping[str, Any]) -> list[str]:
    """The sources of the documents that a filter lets through."""
    mask = snapshot.mask(filter)
    if mask is None:
        return snapshot.sources()
    documents = np.unique(snapshot.state.documents[mask]).tolist()
    names = dict(snapshot.select("SELECT id, source FROM documents"))
    return sorted({str(names[number]) for number in documents})
