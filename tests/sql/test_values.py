"""Cell values that a question mentions."""

from __future__ import annotations

import pytest

from rag.sql.database import opened
from rag.sql.values import Values, literal, quoted_in
from tests.databases import CONCERTS


@pytest.fixture(scope="module")
def values() -> Values:
    database = opened(CONCERTS)
    return Values.of(database, database.schema(), 100)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many singers are from France?", [("singer", "Country", "France")]),
        ("singers from the united states", [("singer", "Country", "United States")]),
        ("Who sang at Harbour Hall in Bergen?", [("stadium", "Name", "Harbour Hall"), ("stadium", "City", "Bergen")]),
        ("the theme 'Party all night'", [("concert", "Theme", "Party All Night")]),
        ("What is the audition?", [("concert", "Concert_Name", "Auditions")]),
        ("Who is Rose White?", [("singer", "Name", "Rose White")]),  # not Rose Park
        ("with F as is male", [("singer", "Is_male", "F")]),
        ("with f as is male", []),
        ("Is there any order?", []),
    ],
)
def test_mentions(question: str, expected: list[tuple[str, str, str]], values: Values) -> None:
    found = values.mentioned(question)
    assert [(one.table, one.column, one.value) for one in found] == expected


def test_a_mention_knows_its_place(values: Values) -> None:
    question = "How many concerts were in Oslo?"
    (mention,) = values.mentioned(question)
    assert question[mention.start : mention.end] == "Oslo"
    assert mention.exact


def test_no_more_values_are_kept_than_wanted() -> None:
    database = opened(CONCERTS)
    assert not Values.of(database, database.schema(), 0).exact
    few = Values.of(database, database.schema(), 1)
    assert [mention.value for mention in few.mentioned("Oslo, Bergen, France, Netherlands")] == ["Oslo", "Netherlands"]


def test_quotes() -> None:
    text = """What is "one", 'two' and “three”; it's o'clock, and 'the singer's name'?"""
    assert [found[0] for found in quoted_in(text)] == ["one", "two", "three", "the singer's name"]


def test_literals() -> None:
    assert [literal(one) for one in (None, True, 3, 2.5, "O'Neil")] == ["NULL", "1", "3", "2.5", "'O''Neil'"]
