"""Tables as text: a row a line, `|` between its cells, the columns named by the first row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["COLUMNS", "ROW", "RULE", "Table", "cells", "names_columns", "places", "tables"]

COLUMNS = "table_columns"
"""In a passage's metadata: what the columns of the table are called that it begins inside of."""
ROW = re.compile(r"\s*\|[^|\n]*\||[^|\n]+\s\|\s[^|\n]")
RULE = re.compile(r"[\s|:-]*-[\s|:-]*$")
"""The line below the names of columns."""

_LINE = re.compile(r"[^\n]+")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_DIGIT = re.compile(r"\d")
_FEWEST_ROWS = 2
"""Rows below the first one from which its columns can be told by what they hold."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row names its columns."""

    start: int
    """First character of the first row below the names."""
    end: int
    columns: tuple[str, ...]


def cells(row: str) -> list[str]:
    """The cells of a row, empty ones too."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def places(row: str, start: int = 0) -> list[tuple[int, int]]:
    """Where the cells of a row stand, `cells` of it, without the spaces around them.

    Args:
        row: the row.
        start: where its first character stands.
    """
    body = row.rstrip().removesuffix("|")
    at = len(body) - len(body.lstrip())
    at += body[at : at + 1] == "|"
    found = []
    for cell in body[at:].split("|"):
        first = start + at + len(cell) - len(cell.lstrip())
        found.append((first, first + len(cell.strip())))
        at += len(cell) + 1
    return found


def names_columns(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of a table without a rule names its columns.

    Tables of web pages and Word files come without one. Their first row names the columns where no cell of it is empty
    or has a digit in it, and some column below has a digit in each cell that says anything.
    """
    if len(rows) < _FEWEST_ROWS or any(len(row) != len(first) for row in rows):
        return False
    columns = ([cell for cell in column if any(map(str.isalnum, cell))] for column in zip(*rows, strict=True))
    valued = any(column and all(map(_DIGIT.search, column)) for column in columns)
    return valued and all(first) and not any(map(_DIGIT.search, first))


def tables(text: str) -> list[Table]:
    """The tables of a text with names for their columns, in order; none of what stands in fenced code."""
    return list(_tables(text)) if "|" in text else []


def _tables(text: str) -> Iterator[Table]:
    fenced, number, kinds = False, 0, []
    end = -1
    for line in _LINE.finditer(text):
        number += line.start() != end + 1  # an empty line ends a table
        end = line.end()
        fence = bool(_FENCE.match(line[0]))
        fenced ^= fence
        like = not (fenced or fence) and bool(ROW.match(line[0]) or ("|" in line[0] and RULE.match(line[0])))
        number += not like
        kinds.append((number, like, line))
    for (_, like), group in groupby(kinds, key=lambda kind: kind[:2]):
        lines = [line for _, _, line in group]
        if like and len(lines) > 1:
            first, *rest = (cells(line[0]) for line in lines)
            below = 2 if RULE.match(lines[1][0]) else 1 if names_columns(first, rest) else 0
            if 0 < below < len(lines):
                yield Table(lines[below].start(), lines[-1].end(), tuple(first))
