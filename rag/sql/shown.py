"""The rows of a result as an answer: a value, or a small table, and where they come from."""

from __future__ import annotations

import re
from typing import Any

from rag.sql.database import Database, Rows, StatementError

__all__ = ["answer_text", "as_table", "row_numbers"]

_CELL = 120
"""Characters of a cell that are shown."""
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|\w+|[^\w\s]", re.DOTALL)
_CALL = re.compile(r"\b(?:count|sum|avg|min|max|total|group_concat)\s*\(|\bdistinct\b|\bover\b", re.IGNORECASE)
_JOINING = {"JOIN", "GROUP", "HAVING", "UNION", "INTERSECT", "EXCEPT", ","}


def answer_text(found: Rows, most: int) -> str:
    """What is said: the value where there is one only, else a table of at most so many rows."""
    if not found.rows:
        return "No row matches."
    if len(found.rows) == 1 and len(found.columns) == 1:
        return _cell(found.rows[0][0])
    told = as_table(found, most)
    count = f"more than {len(found.rows)}" if found.cut else str(len(found.rows))
    return told if len(found.rows) <= most and not found.cut else f"{told}\n\nThe first {most} of {count} rows."


def as_table(found: Rows, most: int) -> str:
    """A Markdown table."""
    lines = [found.columns, ("---",) * len(found.columns), *found.rows[:most]]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def row_numbers(database: Database, statement: str, most: int, seconds: float) -> tuple[int, ...]:
    """The rowids of the rows that a plain query of one SQLite table shows; none where they cannot be told."""
    if database.dialect != "SQLite":
        return ()
    depth, words, places = 0, [], []
    for match in _TOKEN.finditer(statement):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            words.append(match[0].upper())
            places.append(match.start())
    if words[:1] != ["SELECT"] or words.count("SELECT") != 1 or "FROM" not in words:
        return ()
    at = words.index("FROM")
    if _JOINING & set(words[at:]) or _CALL.search(statement[: places[at]]):
        return ()
    try:
        found = database.run(f"SELECT rowid {statement[places[at] :]}", rows=most, seconds=seconds)
    except StatementError:  # a view, a table without rowids
        return ()
    return tuple(row[0] for row in found.rows if isinstance(row[0], int))


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
