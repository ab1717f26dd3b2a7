"""The tables of an index, read once for as long as their documents stay as they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from rag.tabular.naming import Names
from rag.tabular.reading import tables_of
from rag.tabular.table import Table

if TYPE_CHECKING:
    from rag.index.snapshot import Snapshot

__all__ = ["Known", "Reading", "known_tables", "with_columns"]

_MOST_CELLS = 8_000_000
"""Of all tables that stay in memory together."""


@dataclass
class Reading:
    """A table, read by its rows or by its columns, with what of it may be named."""

    source: str
    table: Table
    place: int
    """Which of the document's tables it is."""

    @cached_property
    def names(self) -> Names:
        """Made when it is first asked about."""
        return Names.of(self.table)


@dataclass
class Known:
    """The tables of one document."""

    readings: Sequence[Reading]
    cells: int = field(default=0)


_LOCK = Lock()
_KEPT: OrderedDict[tuple[str, str], Known] = OrderedDict()


def known_tables(snapshot: Snapshot, source: str) -> Known:
    """The tables of a document, which is not read again as long as its content is the same."""
    key = (source, snapshot.content_hash(source))
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    document = snapshot.document(source) if key[1] else None
    tables = tables_of(document.page_content, document.metadata) if document is not None else []
    readings = [Reading(source, way, place) for place, table in enumerate(tables) for way in table.readings]
    made = Known(readings, sum(len(table) * len(table.names) for table in tables))
    with _LOCK:
        _KEPT[key] = made
        while sum(known.cells for known in _KEPT.values()) > _MOST_CELLS and len(_KEPT) > 1:
            _KEPT.popitem(last=False)
    return made


def with_columns(snapshot: Snapshot, names: Sequence[str]) -> list[str]:
    """The sources of all files of rows (CSV, JSON) that have some columns."""
    memo = snapshot.state.memo
    if "columns" not in memo:
        memo["columns"] = snapshot.columns()
    return [source for source, columns in memo["columns"] if columns.issuperset(names)]
