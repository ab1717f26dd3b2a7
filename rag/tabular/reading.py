"""The tables of a document, read from its text as the loaders write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rag.loaders.table import NUMBER
from rag.tabular.table import Span, Table, is_sum

__all__ = ["tables_of"]

_LINE = re.compile(r"[^\n]+")
_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_FEWEST = 2
"""Rows of a table."""
_SAMPLE = 200
"""Lines by which the columns of a sheet are told."""
_OFTEN = 0.2
"""Share of those that name a column, from which it is one."""
_TITLE_WORDS = 6
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d")
_VALUE = re.compile(r"[\W\d_]*\d[\W\d_]*")
_NOTE = re.compile(r"(?i)(?:source|notes?|remark|as of)\b|[*†¹]")
_NOTE_WORDS = 4
"""Words of a cell that stands alone in its row, above which it is a remark."""


def tables_of(text: str, metadata: Mapping[str, Any]) -> list[Table]:
    """The tables of a document, in order; none of those whose rows cannot be told for certain.

    Args:
        text: of the document, as it was loaded.
        metadata: of the document, with its `format`, `columns`, `headings` and `source`.
    """
    form = metadata.get("format")
    stem = _stem(str(metadata.get("source") or ""))
    if form in ("csv", "json") and metadata.get("columns"):
        names = [str(name) for name in metadata["columns"]]
        made = _labelled(text, 0, len(text), names, (stem, str(metadata.get("title") or "")))
        return [made] if made else []
    if form == "xlsx":
        return list(_sheets(text, metadata, stem))
    if metadata.get("language") or form == "csv":
        return []
    return list(_drawn(text, metadata, stem))


def _stem(source: str) -> str:
    return PurePath(source.partition("#")[0]).stem


def _sheets(text: str, metadata: Mapping[str, Any], stem: str) -> Iterator[Table]:
    """The sheets of a workbook."""
    starts = sorted((int(start), str(title)) for start, _, title in metadata.get("headings") or ())
    for place, (start, title) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else len(text)
        begin = min(end, start + len(title))
        names = _names_of(text[begin:end])
        called = (stem,) if re.fullmatch(r"(?i)(sheet|tabelle|table|feuil)\s*\d*", title) else (title, stem)
        if len(names) > 1 and (made := _labelled(text, begin, end, names, called)):
            yield made


def _names_of(text: str) -> list[str]:
    """The columns that lines like `Country: France; Limit: 55` name, in their order."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    lines = 0
    for match in _LINE.finditer(text):
        lines += 1
        behind = 0
        for piece in match[0].split("; "):
            name, mark, _ = piece.partition(": ")
            if not mark or len(name) > 100:
                continue
            if name not in counts:
                names.insert(behind, name)
            counts[name] += 1
            behind = names.index(name) + 1
        if lines == _SAMPLE:
            break
    return [name for name in names if counts[name] >= max(1, _OFTEN * lines)]


def _labelled(text: str, start: int, end: int, names: Sequence[str], called: Sequence[str]) -> Table | None:
    """A table of lines that name their columns; None where one of them does not."""
    order = {name: place for place, name in enumerate(names)}
    marks = [f"{name}: " if name else "" for name in names]
    sizes = [len(mark) for mark in marks]
    rows: list[list[str]] = []
    spans: list[Span] = []
    for match in _LINE.finditer(text, start, end):
        pieces = match[0].split("; ")
        if len(pieces) == len(marks) and all(map(str.startswith, pieces, marks)):
            row: list[str] | None = [piece[size:] for piece, size in zip(pieces, sizes, strict=True)]
        else:
            row = _row(pieces, order, len(names))
        if row is None:
            if rows:
                return None
            continue  # a title above the columns
        rows.append(row)
        spans.append(match.span())
    return _made(names, rows, spans, called)


def _row(pieces: Sequence[str], order: Mapping[str, int], width: int) -> list[str] | None:
    """The cells of a row of which some are empty, or hold a `; ` themselves."""
    cells = [""] * width
    last = -1
    for piece in pieces:
        name, mark, value = piece.partition(": ")
        place = order.get(name) if mark else None
        if place is not None and place > last:
            cells[place], last = value, place
        elif last >= 0:
            cells[last] += f"; {piece}"
        elif order.get("") == 0:
            cells[0], last = piece, 0
        else:
            return None
    return cells


def _made(names: Sequence[str], rows: list[list[str]], spans: list[Span], called: Sequence[str]) -> Table | None:
    """A table without the rows that sum up the others, and without notes."""
    sums = [place for place, row in enumerate(rows) if _sums_up(row) or _is_note(row)]
    for place in reversed(sums):
        del rows[place], spans[place]
    if len(rows) < _FEWEST or len(set(names)) < len(names):
        return None
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Table(names, columns, spans, [name for name in called if name])


def _sums_up(row: Sequence[str]) -> bool:
    """Whether a row is the total of others, and no thing of its own."""
    return is_sum(row[0] or next(filter(None, row), ""))


def _is_note(row: Sequence[str]) -> bool:
    """Whether a row is a remark below a table."""
    if row.count("") < len(row) - 1:
        return False
    filled = [cell for cell in row if cell]
    return len(row) > 2 and len(filled) == 1 and bool(_NOTE.match(filled[0]) or len(filled[0].split()) > _NOTE_WORDS)


def _drawn(text: str, metadata: Mapping[str, Any], stem: str) -> Iterator[Table]:
    """Tables whose cells stand between bars."""
    headings = sorted((int(start), str(title)) for start, _, title in metadata.get("headings") or ())
    block: list[Span] = []
    fenced, above, caption = False, "", ""
    for match in re.finditer(r"[^\n]*(?:\n|\Z)", text):
        line = match[0].strip()
        fenced ^= bool(_FENCE.match(match[0]))
        if not fenced and _BAR.search(line):
            caption = caption if block else above
            block.append((match.start(), match.start() + len(match[0].rstrip())))
            continue
        if block:
            yield from _drawn_one(text, block, _called(headings, block[0][0], caption, metadata, stem))
            block = []
        above = line or above


def _called(
    headings: Sequence[tuple[int, str]], start: int, above: str, metadata: Mapping[str, Any], stem: str
) -> list[str]:
    """The heading over a table, the line above it, its document's title and file."""
    over = [title for place, title in headings if place <= start]
    named = [*over[-1:], above.strip("#*_: "), str(metadata.get("title") or ""), stem]
    return [name for name in dict.fromkeys(named) if name and len(name.split()) <= _TITLE_WORDS]


def _drawn_one(text: str, block: Sequence[Span], called: Sequence[str]) -> Iterator[Table]:
    lines = [text[start:end] for start, end in block]
    ruled = len(lines) > 1 and bool(_RULE.fullmatch(lines[1].strip()))
    header = _cells(lines[0])
    rows = [_cells(line) for line in lines[2 if ruled else 1 :]]
    spans = list(block[2 if ruled else 1 :])
    names = [" ".join(name.strip("*_` ").split()) for name in header]
    if len(names) < 2 or any(len(row) != len(names) for row in rows):
        return
    if any(_RULE.fullmatch("|".join(row)) for row in rows) or not (ruled or _is_header(names, rows)):
        return
    if any(_VALUE.fullmatch(name) and not _YEAR.fullmatch(name) for name in names):
        return  # a row of values
    if made := _made(names, [[cell.strip("*_` ") for cell in row] for row in rows], spans, called):
        yield made


def _cells(line: str) -> list[str]:
    told = line.strip()
    if told.startswith("|"):
        told = told[1:]
        told = told[:-1] if told.endswith("|") and not told.endswith("\\|") else told
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(told)]


def _is_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first row without a rule below it names columns: no number among them, and none is a cell as well."""
    below = {cell.casefold() for row in rows for cell in row}
    return all(names) and not any(NUMBER.fullmatch(name) or name.casefold() in below for name in names)
