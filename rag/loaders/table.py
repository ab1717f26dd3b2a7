"""Rows as text. Each line names its columns, so that a passage cut from the middle of a table can still be understood.

`Country: France; Daily limit: 55` is found by "daily limit in France" whatever passage it falls into; under a header
1,000 rows above, `France | 55` is not. docs/decisions/loaders.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rag.loaders.part import Draft

__all__ = ["write_rows"]

NUMBER = re.compile(r"[-+(]?[$€£¥]?\s*[\d.,'\s]*\d[\d.,'\s]*\s*[%€$£)]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
LOOK_AHEAD = 20


def write_rows(draft: Draft, rows: Iterable[Sequence[str]]) -> list[str]:
    """Append a table, one line a row, and return its column names (empty where it has none)."""
    cleaned = ([" ".join(cell.split()) for cell in row] for row in rows)
    filled = (row for row in cleaned if any(row))
    head: list[list[str]] = []
    for row in filled:
        head.append(row)
        if sum(map(bool, row)) > 1 or len(head) == LOOK_AHEAD:
            break
    columns = head.pop() if head and _is_header(head[-1]) else []
    for row in head:
        draft.block(" | ".join(filter(None, row)), "\n")
    lines = _labelled(filled, columns) if columns else (" | ".join(filter(None, row)) for row in filled)
    below = False
    for line in lines:
        draft.block(line, "\n")
        below = True
    if columns and not below:
        draft.block(" | ".join(filter(None, columns)), "\n")
    return columns


def _labelled(rows: Iterator[list[str]], columns: list[str]) -> Iterator[str]:
    names = [f"{name}: " if name else "" for name in columns]
    for row in rows:
        cells = [f"{name}{cell}" for name, cell in zip(names, row, strict=False) if cell]
        yield "; ".join([*cells, *filter(None, row[len(names) :])])


def _is_header(row: list[str]) -> bool:
    """Two names or more, no two alike, no number among them."""
    names = [cell for cell in row if cell]
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and len(names) * 2 > len(row)
        and not any(NUMBER.fullmatch(name) or len(name) > 100 for name in names)
    )
