"""Nothing but reading, and not for ever."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.sql.database import Database, Refused, StatementError, TooSlow, opened
from tests.databases import concerts

WRITES = [
    "INSERT INTO singer VALUES (9, 'x', 'y', 1, 1, 'T')",
    "UPDATE singer SET Age = 0",
    "DELETE FROM singer",
    "DROP TABLE singer",
    "CREATE TABLE copied AS SELECT * FROM singer",
    "ATTACH DATABASE 'other.sqlite' AS other",
    "DETACH DATABASE main",
    "PRAGMA query_only = OFF",
    "PRAGMA table_info(singer)",
    "VACUUM INTO 'copied.sqlite'",
    "BEGIN",
    "REINDEX",
    "ANALYZE",
    "EXPLAIN SELECT 1",
    "REPLACE INTO singer SELECT * FROM singer",
    "",
    "-- only a comment",
    "SELECT 1; DELETE FROM singer",
    "SELECT 1; SELECT 2",
    "/* reads */ DELETE FROM singer",
    "WITH old AS (SELECT 1) DELETE FROM singer",
    "WITH old AS (SELECT 1) INSERT INTO singer SELECT * FROM singer",
    "SELECT load_extension('evil')",
    "SELECT * FROM pragma_table_info('singer')",
    "SELECT writefile('x', 'y')",
]
ENDLESS = [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "SELECT count(*) FROM " + ", ".join(f"singer AS s{i}" for i in range(20)),
    "SELECT * FROM " + ", ".join(f"singer AS s{i}" for i in range(16)) + " ORDER BY random()",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return concerts(tmp_path / "concerts.sqlite")


@pytest.fixture
def database(path: Path) -> Database:
    return opened(str(path))


@pytest.mark.parametrize("statement", WRITES)
def test_what_does_not_only_read_is_refused(statement: str, database: Database, path: Path) -> None:
    before = hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(StatementError):
        database.run(statement, rows=5, seconds=5)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name]


@pytest.mark.parametrize("statement", ENDLESS)
def test_what_does_not_end_is_stopped(statement: str, database: Database) -> None:
    started = time.monotonic()
    with pytest.raises(TooSlow, match=r"did not end within 0\.2 s"):
        database.run(statement, rows=5, seconds=0.2)
    assert time.monotonic() - started < 10  # a busy machine; without the watch it would be hours


def test_a_value_cannot_fill_the_memory(database: Database) -> None:
    with pytest.raises(StatementError, match="too big"):
        database.run("SELECT zeroblob(2000000000)", rows=1, seconds=5)
    with pytest.raises(StatementError, match="too complex"):
        database.run(f"SELECT 'a' LIKE '{'%a' * 400}'", rows=1, seconds=5)


def test_rows_are_read_up_to_a_number(database: Database) -> None:
    found = database.run("SELECT Name FROM singer ORDER BY Age;", rows=2, seconds=5)
    assert (found.columns, found.rows, found.cut) == (("Name",), (("Tribal King",), ("Timbaland",)), True)
    assert found.tables == ("singer",)
    found = database.run("-- both\nSELECT 1 UNION SELECT 2", rows=2, seconds=5)
    assert not found.cut


def test_a_mistake_is_told_in_the_words_of_the_database(database: Database) -> None:
    with pytest.raises(StatementError, match="no such column: Nmae") as caught:
        database.run("SELECT Nmae FROM singer", rows=2, seconds=5)
    assert not isinstance(caught.value, Refused)


def test_its_schema(database: Database) -> None:
    schema = database.schema()
    names = ["stadium", "singer", "concert", "singer_in_concert", "ticket_shop"]
    assert [table.name for table in schema.tables] == names
    assert sorted(map(str, schema.joins)) == [
        "concert.Stadium_ID = stadium.Stadium_ID",
        "singer_in_concert.Concert_ID = concert.Concert_ID",
        "singer_in_concert.Singer_ID = singer.Singer_ID",
    ]
    table = schema.table("SINGER_IN_CONCERT")
    assert table is not None
    assert table.primary == ("Concert_ID", "Singer_ID")


def test_odd_names_and_keys_are_read(tmp_path: Path) -> None:
    path = tmp_path / "odd #1?.sqlite"
    script = '''
        CREATE TABLE "order items" ("the ""id""" INTEGER PRIMARY KEY, é BLOB);
        CREATE TABLE part (x INTEGER, y INTEGER, PRIMARY KEY (x, y));
        CREATE TABLE uses (a INTEGER REFERENCES "Order Items", x INTEGER, y INTEGER, b INTEGER REFERENCES gone (id),
            FOREIGN KEY (x, y) REFERENCES part (x, y));
        CREATE VIEW seen AS SELECT a FROM uses;
        INSERT INTO "order items" VALUES (1, x'ff00');
    '''
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute("INSERT INTO \"order items\" VALUES (2, CAST(x'ff41' AS TEXT))")
        connection.commit()
    database = opened(str(path))
    schema = database.schema()
    assert {str(join) for join in schema.joins} == {
        'uses.a = order items.the "id"',
        "uses.x = part.x and uses.y = part.y",
    }
    assert [table.name for table in schema.tables] == ["order items", "part", "uses", "seen"]
    assert list(database.values("order items", "é", 5)) == [b"\xff\x00", "\ufffdA"]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "there is no database"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_text("no database at all, but long enough to be looked at"), "cannot be read"),
        (lambda path: path.write_bytes(b""), "has no table"),
    ],
)
def test_what_is_no_database_is_said(make: object, told: str, tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite"
    make(path)  # type: ignore[operator]
    with pytest.raises(UsageError, match=told):
        opened(str(path)).schema()


def test_its_stamp_changes_with_it(database: Database, path: Path) -> None:
    before = database.stamp()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO singer VALUES (9, 'x', 'y', 1, 1, 'T')")
        connection.commit()
    assert database.stamp() != before
