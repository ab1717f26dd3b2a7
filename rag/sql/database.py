"""A database that can only be read: its schema, its values, and what a statement gives.

Nothing here can change a database. SQLite is opened read-only, and its authorizer [1] refuses while a statement is
prepared whatever is not a read: the engine's own parser decides, not a reading of the text.

[1] https://www.sqlite.org/c3ref/set_authorizer.html
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import RagError, UsageError
from rag.sql.schema import Schema

__all__ = ["Database", "Refused", "Rows", "StatementError", "TooSlow", "must_read", "opened"]


class StatementError(RagError):
    """A statement that the database does not take; its message is the database's own."""


class Refused(StatementError):
    """A statement that is not a single read."""


class TooSlow(StatementError):
    """A statement that did not end in its time."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = False
    """Whether there were more rows than were wanted."""
    tables: tuple[str, ...] = ()
    """The tables that were read, as far as the database tells."""


class Database(ABC):
    """A database, opened on first use and for every call anew, so that threads share one."""

    name: str
    """As citations name it."""
    dialect: str
    """Of its SQL, as people call it."""

    @abstractmethod
    def schema(self) -> Schema:
        """The tables with types and keys, without examples.

        Raises:
            UsageError: it cannot be read, or has no table.
        """

    @abstractmethod
    def stamp(self) -> str:
        """What changes when the database changes, as far as that can be told cheaply."""

    def native(self, statement: str) -> str:
        """A statement of plain SQL as this database writes it."""
        return statement

    @abstractmethod
    def run(self, statement: str, *, rows: int, seconds: float) -> Rows:
        """What a single reading statement gives.

        Args:
            statement: SQL.
            rows: most rows.
            seconds: most time.

        Raises:
            Refused: it is more than one statement, or does anything but read.
            TooSlow: it did not end in time.
            StatementError: the database does not take it.
        """

    @abstractmethod
    def values(self, table: str, column: str, most: int) -> Sequence[Any]:
        """Some of the different values of a column, at most so many; nulls are left out."""


_BEGINNING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/|\()*(?P<word>\w*)", re.DOTALL)


def must_read(statement: str) -> None:
    """A first look at a statement, before the database or a parser has its own.

    Raises:
        Refused: it begins like none that reads.
    """
    opening = _BEGINNING.match(statement)
    word = opening["word"].upper() if opening else ""
    if word not in ("SELECT", "WITH", "VALUES"):
        raise Refused(f"only a SELECT is run, not {word or 'an empty statement'}")


def opened(database: str) -> Database:
    """A database by the path of an SQLite file or by an address that SQLAlchemy takes.

    Raises:
        UsageError: there is no such file, or it is none of SQLite's.
        MissingExtra: an address, and SQLAlchemy is not installed.
    """
    from rag.sql.sqlite import SQLite

    if database.startswith("sqlite:///"):
        database = database.removeprefix("sqlite:///")
    if "://" in database:
        from rag.sql.alchemy import Alchemy

        return Alchemy(database)
    path = Path(database).expanduser()
    if not path.exists():
        raise UsageError(f"there is no database {database!r}: give the path of an SQLite file, or an address")
    if not path.is_file():
        raise UsageError(f"{database!r} is a folder, not an SQLite file")
    return SQLite(path)
