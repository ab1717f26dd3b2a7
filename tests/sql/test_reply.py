"""What models say is read leniently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sql.database import opened
from rag.sql.reply import label_in, links_in, parts_in, statement_in, wanted_in
from tests.databases import CONCERTS


@pytest.mark.parametrize(
    ("said", "links"),
    [
        ("first ...\nSchema_links: [singer.Name, concert.Year = 2014, 'Oslo, Norway']",
         ("singer.Name", "concert.Year = 2014", "'Oslo, Norway'")),
        ("**Schema links:** [singer.Name]", ("singer.Name",)),
        ("Schema_links: []", ()),
        ("Schema_links: [a.b]\nno, wait\nSchema_links: [c.d]", ("c.d",)),
        ("I do not know.", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_links(said: str, links: tuple[str, ...]) -> None:
    assert links_in(said) == links


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("It is simple.\nLabel: EASY", "EASY"),
        ('Label: "NON-NESTED"', "NON-NESTED"),
        ("label: non nested", "NON-NESTED"),
        ("**Label:** Nested", "NESTED"),
        ("Label: EASY? No.\nLabel: NESTED", "NESTED"),
        ("It is easy.", "NESTED"),
        ("", "NESTED"),
    ],
)
def test_the_class(said: str, label: str) -> None:
    assert label_in(said) == label


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (
            'Label: NESTED\nQuestions: ["What is the average?", "Who is above it?"]',
            ("What is the average?", "Who is above it?"),
        ),
        ("Questions: ['What is the average?']", ("What is the average?",)),
        ("Questions: [“What is it?”]", ("What is it?",)),
        ("Questions: none", ()),
        ("Questions: []", ()),
        ("Questions: [1, 2", ()),
        ("", ()),
    ],
)
def test_the_parts(said: str, parts: tuple[str, ...]) -> None:
    assert parts_in(said) == parts


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("SQL: SELECT 1", "SELECT 1"),
        ("First, think.\nSQL: SELECT a\nFROM b\n\nThat is it.", "SELECT a\nFROM b"),
        ("```sql\nSELECT a FROM b;\n```\nIt selects a.", "SELECT a FROM b"),
        ("**SQL:** `SELECT a FROM b`", "SELECT a FROM b"),
        ("Revised_SQL: SELECT a FROM b; and more", "SELECT a FROM b"),
        ("SELECT ';' FROM b; DROP TABLE b", "SELECT ';' FROM b"),
        ("SQL: SELECT 1\nSQL: SELECT 2", "SELECT 2"),
        ("SQL: WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
        ("We begin with the singers and select their names.\nSELECT Name FROM singer", "SELECT Name FROM singer"),
        ("With that: SELECT Name FROM singer", "SELECT Name FROM singer"),
        ("I cannot write it.", ""),
        ("", ""),
    ],
)
def test_the_statement(said: str, statement: str) -> None:
    assert statement_in(said) == statement


def test_the_tables_that_are_wanted() -> None:
    schema = opened(CONCERTS).schema()
    said = "- singer: Name, singer.AGE, height\n`concert`: [Year]\nplanet: mass\nconcert: Theme\nThat is: all"
    assert wanted_in(said, schema) == {"singer": ["Name", "Age"], "concert": ["Year", "Theme"]}
    assert wanted_in("none of them", schema) == {}


@given(st.text(max_size=200))
def test_whatever_is_said_is_read(said: str) -> None:
    schema = opened(CONCERTS).schema()
    links_in(said), label_in(said), parts_in(said), wanted_in(said, schema)
    assert ";" not in statement_in(said).replace("';'", "") or "'" in said or '"' in said


@given(st.lists(st.sampled_from(["singer.Name", "a.b = c.d", "'it, and'", "count(a, b)"]), max_size=5))
def test_links_come_back_as_they_were_written(links: list[str]) -> None:
    assert links_in(f"so\nSchema_links: [{', '.join(links)}]") == tuple(links)
