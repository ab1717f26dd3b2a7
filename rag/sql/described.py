"""What people wrote about the tables and columns of a database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import UsageError, did_you_mean
from rag.sql.schema import Column, Schema

__all__ = ["described"]


@dataclass(frozen=True, slots=True)
class _Told:
    table: str
    column: str = ""
    """Empty where it is said of the table."""
    description: str = ""
    values: str = ""


def described(schema: Schema, path: str) -> Schema:
    """A schema with descriptions.

    Args:
        schema: of the database.
        path: a YAML file (`table: {description: ..., columns: {column: ...}}`, a column's being a text or
            `{description: ..., values: ...}`); a CSV file with the columns `table`, `column`, `description` and
            `values`, where `column` is empty for what is said of a table; or a folder with one CSV file a table, as
            BIRD has them [1].

    Raises:
        UsageError: it cannot be read, or names a table or column that the database lacks. A folder may: BIRD's do.

    [1] Li et al.: Can LLM Already Serve as A Database Interface? (2023), arXiv 2305.03111: `database_description`.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        return _with(schema, list(_folder(file)), "")
    try:
        text = _text(file.read_bytes())
    except OSError as error:
        raise UsageError(f"the descriptions in {path!r} cannot be read: {error.strerror or error}") from error
    told = list(_table(text, path) if file.suffix.lower() in {".csv", ".tsv"} else _yaml(text, path))
    return _with(schema, told, path)


def _with(schema: Schema, told: list[_Told], path: str) -> Schema:
    """`path` is empty where unknown names are passed over."""
    tables = {table.name: table for table in schema.tables}
    for one in told:
        table = schema.table(one.table)
        if table is None:
            if path:
                hint = did_you_mean(one.table, tables)
                raise UsageError(f"{path}: the database has no table {one.table!r}; {hint}".rstrip("; "))
            continue
        table = tables[table.name]
        if not one.column:
            tables[table.name] = replace(table, description=one.description)
            continue
        column = table.column(one.column)
        if column is None:
            if path:
                hint = did_you_mean(one.column, [other.name for other in table.columns])
                raise UsageError(f"{path}: {table.name} has no column {one.column!r}; {hint}".rstrip("; "))
            continue
        new = replace(column, description=one.description or column.description, values=one.values or column.values)
        columns: tuple[Column, ...] = tuple(new if other is column else other for other in table.columns)
        tables[table.name] = replace(table, columns=columns)
    return replace(schema, tables=tuple(tables.values()))


def _folder(folder: Path) -> Iterator[_Told]:
    for file in sorted(folder.glob("*.csv")):
        for row in csv.DictReader(io.StringIO(_text(file.read_bytes()))):
            given = {(key or "").strip().lower(): _one_line(value) for key, value in row.items()}
            name, other = given.get("original_column_name", ""), given.get("column_name", "")
            description = given.get("column_description", "")
            if other and other.casefold() not in {name.casefold(), description.casefold()}:
                description = f"{other}: {description}" if description else other
            if name:
                yield _Told(file.stem, name, description, given.get("value_description", ""))


def _table(text: str, path: str) -> Iterator[_Told]:
    reader = csv.DictReader(io.StringIO(text), delimiter="\t" if path.lower().endswith(".tsv") else ",")
    if not {"table", "description"} <= set(reader.fieldnames or ()):
        raise UsageError(f"{path}: the first line must name the columns table, column, description and values")
    for row in reader:
        given = {key: _one_line(value) for key, value in row.items()}
        yield _Told(given["table"], given.get("column", ""), given["description"], given.get("values", ""))


def _yaml(text: str, path: str) -> Iterator[_Told]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise UsageError(f"the descriptions in {path!r} cannot be read: {error}") from error
    if not isinstance(data, Mapping):
        raise UsageError(f"{path}: expected tables with `description` and `columns`")
    for name, table in data.items():
        if isinstance(table, str):
            yield _Told(str(name), description=_one_line(table))
            continue
        if not isinstance(table, Mapping) or not set(table) <= {"description", "columns"}:
            raise UsageError(f"{path}: {name} must be a text, or have `description` and `columns`")
        if table.get("description"):
            yield _Told(str(name), description=_one_line(table["description"]))
        for column, told in (table.get("columns") or {}).items():
            parts: Mapping[str, Any] = told if isinstance(told, Mapping) else {"description": told}
            if not set(parts) <= {"description", "values"}:
                raise UsageError(f"{path}: {name}.{column} must be a text, or have `description` and `values`")
            yield _Told(
                str(name), str(column), _one_line(parts.get("description", "")), _one_line(parts.get("values", ""))
            )


def _one_line(value: Any) -> str:
    return " ".join(str(value or "").split())


def _text(data: bytes) -> str:
    """UTF-8, else Latin-1, in which some of BIRD's files are."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
