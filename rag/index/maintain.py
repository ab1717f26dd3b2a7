"""What keeps an index whole and quick: missing views, merging of small segments, structures over the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.manifest import kind_of
from rag.index.report import Progress
from rag.index.rows import insert_segment, next_id
from rag.index.shelf import Shelf
from rag.index.state import Part, Segment, State, parts_of, segments_of
from rag.index.view import Arrays, View
from rag.index.writer import Writer

__all__ = ["FANOUT", "LARGEST", "compact", "derive_missing", "maintain"]

FANOUT = 8
"""Segments of one size class that may stand side by side; one more and they become one of the next class."""
LARGEST = 1 << 16
"""Passages of a merged segment at most: damage costs one segment."""
DEAD = 0.25
"""Share of dead rows from which a segment is rewritten without them."""

Tell = Callable[[Progress], None]


def maintain(writer: Writer, tell: Tell) -> None:
    """Merges and overlays, after a run has published. Each is a generation of its own: readers see it whole or not."""
    compact(writer, tell)
    overlay(writer)
    writer.sweep()


def derive_missing(writer: Writer, tell: Tell) -> int:
    """Makes the parts that a pipeline asks for and segments lack, or that are damaged; each durable by itself.

    Returns:
        Passages derived.
    """
    segments = segments_of(writer.connection, writer.folder, writer.next)
    parts = parts_of(writer.connection, writer.folder)
    todo = [
        (segment, view)
        for segment in segments
        for name, view in writer.views.items()
        if not _sound(parts.get(name, {}).get(segment.id))
    ]
    total, done = sum(len(segment) for segment, _ in todo), 0
    for segment, view in todo:
        make_part(writer, segment, view)
        done += len(segment)
        tell(Progress("deriving", done, total))
    writer.derived += len(todo)
    return done


def make_part(writer: Writer, segment: Segment, view: View) -> Arrays:
    """Derives a part from the passages in SQLite and makes it durable in place of what was there."""
    select = lambda query, values: writer.connection.execute(query, values).fetchall()  # noqa: E731
    shelf = Shelf(select, writer.folder)
    passages = [shelf.passage(row) for row in shelf.rows(segment.passages.tolist())]
    arrays = view.derive(passages)
    row = (segment.id, view.name, *writer.write(segment.id, view, arrays))
    with writer.transaction():
        writer.connection.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)", row)
        writer.note_views()
    return arrays


def _sound(part: Part | None) -> bool:
    try:
        return part is not None and bool(part.arrays())
    except IndexDamaged:
        return False


def compact(writer: Writer, tell: Tell) -> None:
    """Merges segments until no size class has more than `FANOUT`, and rewrites those with many dead rows.

    Nothing is derived again. A segment with a part of a view that this run does not know stays as it is, unless the
    view has been superseded by another of its kind.
    """
    while groups := _groups(writer):
        for done, group in enumerate(groups, 1):
            _merge(writer, group)
            tell(Progress("merging", done, len(groups)))


def _groups(writer: Writer) -> list[list[tuple[Segment, NDArray[np.bool_]]]]:
    """What to merge now: segments with their living rows."""
    parts = parts_of(writer.connection, writer.folder)
    kinds = {kind_of(name) for name in writer.views}
    foreign = {name for name in parts if name not in writer.views and kind_of(name) not in kinds}
    dead = [
        row[0] for row in writer.connection.execute("SELECT id FROM passages WHERE died <= ?", (writer.generation,))
    ]
    classes: defaultdict[int, list[tuple[Segment, NDArray[np.bool_]]]] = defaultdict(list)
    groups = []
    for segment in segments_of(writer.connection, writer.folder, writer.generation):
        if any(segment.id in parts[name] for name in foreign):
            continue
        if any(segment.id not in parts.get(name, {}) for name in writer.views):
            continue
        alive = ~np.isin(segment.passages, np.array(dead, np.int64))
        if alive.mean() < 1 - DEAD:
            groups.append([(segment, alive)])
        elif alive.sum() <= LARGEST // 2:
            classes[int(alive.sum()).bit_length() // 3].append((segment, alive))  # powers of eight
    for members in classes.values():
        if len(members) > FANOUT:
            groups += [group for group in _filled(members) if len(group) > 1]
    return groups


def _filled(members: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> list[list[tuple[Segment, NDArray[np.bool_]]]]:
    """Members in groups of at most `LARGEST` living rows."""
    groups: list[list[tuple[Segment, NDArray[np.bool_]]]] = [[]]
    size = 0
    for segment, alive in members:
        if size + alive.sum() > LARGEST and groups[-1]:
            groups.append([])
            size = 0
        groups[-1].append((segment, alive))
        size += int(alive.sum())
    return groups


def _merge(writer: Writer, group: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> None:
    """Several segments become one, in one transaction that is a generation of its own; the dead are forgotten."""
    parts = parts_of(writer.connection, writer.folder, {segment.id for segment, _ in group})
    number = next_id(writer.connection, "segments")
    columns = [
        np.concatenate([getattr(segment, name)[alive] for segment, alive in group])
        for name in ("passages", "keys", "documents")
    ]
    rows = []
    for name, view in writer.views.items() if len(columns[0]) else ():
        merged = view.merge([(parts[name][segment.id].arrays(), alive) for segment, alive in group])
        rows.append((number, name, *writer.write(number, view, merged)))
    old = [(segment.id,) for segment, _ in group]
    with writer.switching():
        if len(columns[0]):
            insert_segment(writer.connection, number, columns, rows, writer.next)
        writer.connection.executemany("DELETE FROM parts WHERE segment = ?", old)
        writer.connection.executemany("DELETE FROM segments WHERE id = ?", old)
        forget(writer, (segment.passages[~alive] for segment, alive in group))


def forget(writer: Writer, passages: Iterable[NDArray[np.int64]]) -> None:
    """Deletes the rows of dead passages that no segment has any more, and of dead documents without passages."""
    gone = [(number,) for some in passages for number in some.tolist()]
    writer.connection.executemany("DELETE FROM passages WHERE id = ?", gone)
    writer.connection.execute(
        "DELETE FROM documents WHERE died <= ? AND NOT EXISTS (SELECT 1 FROM passages WHERE document = documents.id)",
        (writer.generation,),
    )


def overlay(writer: Writer) -> None:
    """Makes the structures over the whole collection that views want, where the old ones no longer serve."""
    state = State.load(writer.connection, writer.folder)
    rows = []
    for name, view in writer.views.items():
        if state.lacking(name):
            continue
        old = state.overlay(name)
        new = view.overlay([state.parts[name][segment.id].arrays() for segment in state.segments], state.rows, old)
        if new is not old:
            rows.append((name, *writer.write(0, view, new)) if new is not None else (name,))
    if not rows:
        return
    with writer.switching():
        for row in rows:
            writer.connection.execute("DELETE FROM overlays WHERE view = ?", row[:1])
            if len(row) > 1:
                writer.connection.execute("INSERT INTO overlays VALUES (?, ?, ?, ?)", row)
