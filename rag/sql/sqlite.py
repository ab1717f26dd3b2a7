"""SQLite, opened read-only and watched by its own authorizer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from rag.errors import UsageError
from rag.sql.database import Database, Refused, Rows, StatementError, TooSlow, must_read
from rag.sql.schema import Column, Join, Schema, Table

__all__ = ["SQLite"]

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_NEVER = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "eval"})
"""Functions that reach out of the database, where a build has them."""
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, 10_000_000),  # bytes of a value: no zeroblob of a gigabyte
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),  # matching is exponential in a pattern's wildcards
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
)
_STEPS = 2_000
"""Instructions of SQLite's machine between two looks at the clock."""


class SQLite(Database):
    """A database file."""

    dialect = "SQLite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        address = f"file:{quote(str(self.path.resolve()))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
                connection.text_factory = _text
                connection.execute("PRAGMA query_only = ON")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                yield connection
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{self.name}: cannot be read as an SQLite database: {error}") from error

    def stamp(self) -> str:
        """Size and time of the file, and of what was written ahead of it."""
        told = []
        for path in (self.path, self.path.with_name(self.path.name + "-wal")):
            if path.exists():
                found = path.stat()
                told.append(f"{found.st_size} {found.st_mtime_ns}")
        return " ".join(told)

    def schema(self) -> Schema:
        """From SQLite's own tables."""
        with self._connection() as connection:
            asked = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) != 'sqlite_'"
            names = [name for (name,) in connection.execute(asked)]
            tables = {name: self._table(connection, name) for name in names}
            joins = [join for name in names for join in self._joins(connection, name, tables)]
        if not tables:
            raise UsageError(f"{self.name}: the database has no table")
        return Schema(tuple(tables.values()), tuple(joins))

    def _table(self, connection: sqlite3.Connection, name: str) -> Table:
        found = connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
        return Table(name, tuple(Column(column, kind or "", bool(key)) for column, kind, key in found))

    def _joins(self, connection: sqlite3.Connection, name: str, tables: dict[str, Table]) -> Iterator[Join]:
        asked = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq'
        keys: dict[int, tuple[str, list[str], list[str | None]]] = {}
        for number, to_table, column, to_column in connection.execute(asked, (name,)):
            _, columns, to_columns = keys.setdefault(number, (to_table, [], []))
            columns.append(column)
            to_columns.append(to_column)
        folded = {other.casefold(): other for other in tables}
        for to_table, columns, to_columns in keys.values():
            there = tables.get(folded.get(to_table.casefold(), ""))
            if there is None:  # SQLite takes keys to tables that do not exist
                continue
            named = there.primary if None in to_columns else tuple(str(column) for column in to_columns)
            own = [found for column in columns if (found := tables[name].column(column))]
            theirs = [found for column in named if (found := there.column(column))]
            if len(own) == len(theirs) == len(columns):
                yield Join(name, tuple(one.name for one in own), there.name, tuple(one.name for one in theirs))

    def values(self, table: str, column: str, most: int) -> Sequence[Any]:
        """In the order of the table."""
        field, name = (part.replace('"', '""') for part in (column, table))
        with self._connection() as connection:
            # What is cut is read up to there and no further: a column of a million equal values costs a million reads
            # at most, so their number is bounded too.
            asked = f'SELECT DISTINCT v FROM (SELECT "{field}" AS v FROM "{name}" LIMIT ?) WHERE v IS NOT NULL LIMIT ?'  # noqa: S608
            return [value for (value,) in connection.execute(asked, (most * 20, most))]

    def run(self, statement: str, *, rows: int, seconds: float) -> Rows:
        """Prepared under the authorizer, stopped by a look at the clock every few thousand instructions."""
        must_read(statement)
        with self._connection() as connection:
            return self._read(connection, statement, rows, seconds)

    def _read(self, connection: sqlite3.Connection, statement: str, rows: int, seconds: float) -> Rows:
        watch = _Watch()
        for limit, most in _LIMITS:
            connection.setlimit(limit, most)
        connection.set_authorizer(watch.allows)
        until = monotonic() + seconds
        connection.set_progress_handler(lambda: monotonic() > until, _STEPS)
        try:
            cursor = connection.execute(statement)
            found = cursor.fetchmany(rows + 1)
        except sqlite3.DatabaseError as error:
            if monotonic() > until and "interrupt" in str(error):
                raise TooSlow(f"the statement did not end within {seconds:g} s") from None
            if isinstance(error, sqlite3.ProgrammingError):  # more than one statement
                raise Refused(str(error)) from None
            if watch.refused:
                raise Refused(f"only reading is allowed, not {watch.refused}") from None
            raise StatementError(str(error)) from None
        except (sqlite3.Warning, sqlite3.InterfaceError, ValueError, UnicodeError) as error:
            raise Refused(str(error)) from None
        except (OverflowError, MemoryError) as error:
            raise StatementError(str(error) or "a value is too large") from None
        columns = tuple(one[0] for one in cursor.description or ())
        return Rows(columns, tuple(found[:rows]), len(found) > rows, tuple(watch.tables))


class _Watch:
    """What a statement may do, and what it read."""

    def __init__(self) -> None:
        self.tables: dict[str, None] = {}
        self.refused = ""

    def allows(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """SQLite's question, once for everything that a statement would do."""
        if action == sqlite3.SQLITE_READ and first:
            self.tables.setdefault(first)
        if action in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _NEVER):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and first == "data_version" and second is None:
            return sqlite3.SQLITE_OK  # full-text tables ask for it when they are read
        self.refused = self.refused or _NAMES.get(action, f"action {action}")
        if action == sqlite3.SQLITE_FUNCTION:
            self.refused = f"the function {second}"
        return sqlite3.SQLITE_DENY


_NAMES = {
    getattr(sqlite3, name): name.removeprefix("SQLITE_").replace("_", " ")
    for name in dir(sqlite3)
    if name.startswith(("SQLITE_CREATE", "SQLITE_DROP", "SQLITE_ALTER"))
    or name
    in {
        "SQLITE_INSERT", "SQLITE_UPDATE", "SQLITE_DELETE", "SQLITE_ATTACH", "SQLITE_DETACH", "SQLITE_PRAGMA",
        "SQLITE_TRANSACTION", "SQLITE_SAVEPOINT", "SQLITE_REINDEX", "SQLITE_ANALYZE",
    }
}  # fmt: skip


def _text(data: bytes) -> str:
    """Text of any encoding: what is no UTF-8 stays readable."""
    return data.decode("utf-8", "replace")
