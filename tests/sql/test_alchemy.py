"""Databases by their address. SQLite stands for them here: what is special of others is not run in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.sql.alchemy import Alchemy
from rag.sql.database import Refused, StatementError, opened
from tests.databases import concerts
from tests.sql.test_sqlite import WRITES

pytest.importorskip("sqlglot")


@pytest.fixture
def database(tmp_path: Path) -> Alchemy:
    return Alchemy(f"sqlite:///{concerts(tmp_path / 'concerts.sqlite')}")


def test_it_knows_what_sqlite_knows(database: Alchemy) -> None:
    schema, own = database.schema(), opened(database.name.removeprefix("sqlite:///")).schema()
    assert sorted(map(str, schema.tables)) == sorted(map(str, own.tables))
    assert sorted(map(str, schema.joins)) == sorted(map(str, own.joins))
    assert list(database.values("singer", "Country", 2)) == ["Netherlands", "United States"]


def test_it_reads(database: Alchemy) -> None:
    found = database.run("SELECT Name FROM singer WHERE Name LIKE 'J%' ORDER BY Name", rows=1, seconds=5)
    assert (found.columns, found.rows, found.cut, found.tables) == (("Name",), (("Joe Sharp",),), True, ("singer",))
    found = database.run(
        "WITH old AS (SELECT * FROM singer WHERE Age > 40) SELECT count(*) FROM old", rows=1, seconds=5
    )
    assert (found.rows, found.tables) == (((3,),), ("singer",))
    with pytest.raises(StatementError, match="no such column"):
        database.run("SELECT Nmae FROM singer", rows=1, seconds=5)


@pytest.mark.parametrize(
    "statement",
    [
        *WRITES,
        "SELECT * INTO copied FROM singer",
        "SELECT * FROM singer FOR UPDATE",
        "SELECT pg_sleep(9)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT (SELECT sleep(9))",
        "SELECT nextval('numbers')",
    ],
)
def test_what_does_not_only_read_is_refused(statement: str, database: Alchemy) -> None:
    with pytest.raises(StatementError):
        database.run(statement, rows=5, seconds=5)
    assert database.run("SELECT count(*), max(Age) FROM singer", rows=1, seconds=5).rows == ((5, 52),)


def test_a_query_inside_cannot_write_either(database: Alchemy) -> None:
    database._dialect = "postgresql"
    with pytest.raises(Refused, match="DELETE"):
        database._checked("WITH gone AS (DELETE FROM singer RETURNING *) SELECT * FROM gone")


def test_its_own_way_to_write(database: Alchemy) -> None:
    database._dialect = "mysql"
    assert database.native('SELECT "order" FROM ticket_shop LIMIT 1') == "SELECT `order` FROM `ticket_shop` LIMIT 1"
    database._dialect = "mssql"
    assert database.native("SELECT Name FROM singer LIMIT 1") == "SELECT TOP 1 [Name] FROM [singer]"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nothing://x/y", "cannot be read"),
        ("postgresql+nodriver://x/y", "cannot be read"),
        ("sqlite+pysqlite:////nowhere/at/all.sqlite", "cannot be read"),
    ],
)
def test_a_wrong_address_is_told(address: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        opened(address).schema()


def test_a_password_is_shown_nowhere() -> None:
    assert Alchemy("sqlite://me:secret@host/x").name == "sqlite://me:***@host/x"
