"""Rows of a file of questions or documents: JSON lines, a JSON list, or a table with a line of column names."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from rag.errors import UsageError
from rag.loaders.csv import delimiter_of

__all__ = ["opened", "rows"]


def rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file, each with its place, `file:line`.

    `.csv` and `.tsv` are tables: their columns are the keys, in small letters, and an empty cell is no value. A cell
    that holds a JSON list is that list. `.json` is a list of objects. Everything else is JSON lines. Any may be
    gzipped.

    Raises:
        UsageError: a line is not a JSON object, or the file not UTF-8.
    """
    kind = Path(path.name.removesuffix(".gz")).suffix.lower()
    read = {".csv": _table, ".tsv": _table, ".json": _list}.get(kind, _lines)
    with opened(path) as file:
        try:
            yield from read(path, file)
        except (UnicodeDecodeError, gzip.BadGzipFile, csv.Error) as error:
            raise UsageError(f"{path}: neither JSON lines nor a table in UTF-8 ({error})") from None


def opened(path: Path) -> TextIO:
    """A text file, plain or gzipped."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _lines(path: Path, file: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}:{number}: not JSON ({error.msg} at column {error.colno})") from None
            yield f"{path}:{number}", _object(row, f"{path}:{number}")


def _list(path: Path, file: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    text = file.read()
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # JSON lines under another name
            yield from _lines(path, StringIO(text))
            return
        raise UsageError(f"{path}:{error.lineno}: not JSON ({error.msg} at column {error.colno})") from None
    for number, row in enumerate(found if isinstance(found, list) else [found], 1):
        yield f"{path}, row {number}", _object(row, f"{path}, row {number}")


def _object(row: Any, place: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise UsageError(f"{place}: expected a JSON object, not {json.dumps(row, ensure_ascii=False)[:40]}")
    return row


def _table(path: Path, file: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    text = file.read()
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter_of(text))
    for row in reader:
        cells = {name.strip().lower(): cell.strip() for name, cell in row.items() if name and isinstance(cell, str)}
        yield f"{path}:{reader.line_num}", {name: _cell(cell) for name, cell in cells.items() if cell}


def _cell(cell: str) -> Any:
    if cell.startswith("[") and cell.endswith("]"):
        try:
            return json.loads(cell)
        except json.JSONDecodeError:
            return cell
    return cell
