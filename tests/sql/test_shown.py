"""Results as text."""

from __future__ import annotations

import pytest

from rag.sql.database import Rows, opened
from rag.sql.shown import answer_text, as_table, row_numbers
from tests.databases import CONCERTS


def test_a_value_a_table_and_nothing() -> None:
    assert answer_text(Rows(("n",), ((3,),)), 5) == "3"
    assert answer_text(Rows(("n",), ((0.1 + 0.2,),)), 5) == "0.3"
    assert answer_text(Rows(("n",), ()), 5) == "No row matches."
    rows = Rows(("a", "b"), ((1, None), ("x|y\nz", b"abc"), (3, "c" * 200)))
    lines = answer_text(rows, 5).splitlines()
    assert lines[:4] == ["| a | b |", "| --- | --- |", "| 1 | NULL |", "| x\\|y z | 3 bytes |"]
    assert len(lines[4]) < 150
    assert answer_text(rows, 1).endswith("| 1 | NULL |\n\nThe first 1 of 3 rows.")
    assert answer_text(Rows(("a",), ((1,), (2,)), True), 2).endswith("The first 2 of more than 2 rows.")
    assert as_table(rows, 0).count("\n") == 1


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        ("SELECT Name FROM singer WHERE Country = 'France' ORDER BY Age", (5, 3, 4)),
        ("SELECT s.Name FROM singer AS s LIMIT 2", (1, 2)),
        ("SELECT upper(Name) FROM singer WHERE Name LIKE '%,%'", ()),
        ("SELECT Name FROM singer WHERE Age > (SELECT avg(Age) FROM singer)", (1, 3, 4)),
        ("SELECT count(*) FROM singer", ()),
        ("SELECT DISTINCT Country FROM singer", ()),
        ("SELECT Country FROM singer GROUP BY Country", ()),
        ("SELECT Name FROM singer, concert", ()),
        ("SELECT Name FROM singer UNION SELECT Name FROM stadium", ()),
        ("WITH x AS (SELECT 1) SELECT * FROM x", ()),
        ("SELECT * FROM (SELECT Name FROM singer)", ()),
    ],
)
def test_rows_are_named_where_they_can_be(statement: str, numbers: tuple[int, ...]) -> None:
    assert row_numbers(opened(CONCERTS), statement, 10, 5) == numbers
