"""How large an index is, and what it was built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.index.database import FILE
from rag.index.snapshot import Snapshot

__all__ = ["Stats", "stats_of"]


@dataclass(frozen=True, slots=True)
class Stats:
    """Sizes and settings of an index."""

    generation: int
    documents: int
    files: int
    passages: int
    """Living ones."""
    dead: int
    """Passages that were deleted or replaced and wait to be purged."""
    segments: int
    bytes: int
    """Of SQLite and of every view."""
    views: Mapping[str, Mapping[str, Any]]
    """By name: what it was built with, `bytes`, and `segments` that have it."""
    manifest: Mapping[str, Any]
    failures: Mapping[str, str]
    """Sources that could not be read when sources were last read, and why."""


def stats_of(snapshot: Snapshot) -> Stats:
    """The sizes of a state."""
    state = snapshot.state
    files = [file for file in state.folder.glob(f"{FILE}*") if file.exists()]
    views = {
        name: {
            **state.views.get(name, {}),
            "segments": len(parts),
            "bytes": sum(part.written.bytes for part in parts.values())
            + (state.overlays[name].written.bytes if name in state.overlays else 0),
        }
        for name, parts in state.parts.items()
    }
    now = (state.generation, state.generation)
    alive = int(state.rows.alive.sum())
    return Stats(
        generation=state.generation,
        documents=snapshot.select("SELECT count(*) FROM documents WHERE born <= ? AND (died IS NULL OR died > ?)", now)[
            0
        ][0],
        files=snapshot.select("SELECT count(*) FROM files")[0][0],
        passages=alive,
        dead=len(state.rows.alive) - alive,
        segments=len(state.segments),
        bytes=sum(file.stat().st_size for file in files) + sum(int(view["bytes"]) for view in views.values()),
        views=views,
        manifest=state.manifest,
        failures=dict(snapshot.select("SELECT source, reason FROM failures")),
    )
