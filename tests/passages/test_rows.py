"""Tables in text: where they are and what their columns are called, in every passage of them."""

import pytest
from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.generators.quotable import quotable, stands_in_names
from rag.passages.rows import COLUMNS, tables
from rag.segmenters.recursive import Recursive

HEADER = "| Version | Released | Node.js |\n| :--- | :--- | --- |\n"
ROWS = "".join(f"| {number}.0.0 | {2000 + number}-07-07 | {number}, {number + 2} |\n" for number in range(1, 60))
TEXT = f"# Schedule\n\nWhat is supported, and since when.\n\n{HEADER}{ROWS}\nOlder ones are not."


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[table.start : table.end], table.columns) for table in tables(text)]


def test_a_table_is_what_stands_below_the_names() -> None:
    assert found(TEXT) == [(ROWS.rstrip("\n"), ("Version", "Released", "Node.js"))]
    bare = "Model | Years\nLS-200 | 2\nLS-400 | 3\n"
    assert found(f"Warranty.\n{bare}\nEnd.") == [("LS-200 | 2\nLS-400 | 3", ("Model", "Years"))]


@pytest.mark.parametrize(
    "text",
    [
        "no table",
        "a | b",
        f"```\n{HEADER}{ROWS}```\n",
        "Anna | Bonn\nBo | Lund\nEva | Jena",
        "| a | b |\n\n| c | d |\n",
        "",
    ],
    ids=["prose", "one row", "fenced", "no names", "apart", "empty"],
)
def test_what_is_no_table_with_names(text: str) -> None:
    assert found(text) == []


def test_two_tables_are_two() -> None:
    assert [columns for _, columns in found(f"{HEADER}| 1 | 2 | 3 |\n\n| A | B |\n|---|---|\n| 1 | 2 |")] == [
        ("Version", "Released", "Node.js"),
        ("A", "B"),
    ]


def passages(**metadata: str) -> list[Document]:
    segments = Recursive(encoder=MiniLM(), max_tokens=120).segments(Document(TEXT, metadata=metadata))
    return [Document(TEXT[one.start : one.end], metadata=one.metadata) for one in segments]


def test_every_passage_of_a_table_knows_its_columns() -> None:
    first, *others = passages()
    assert COLUMNS not in first.metadata
    assert len(others) > 3
    inside = [one for one in others if one.page_content.startswith("|")]
    assert all(one.metadata[COLUMNS] == ["Version", "Released", "Node.js"] for one in inside)
    assert len(inside) >= len(others) - 1
    told = [quote.text for one in [first, *others] for quote in quotable(one) if quote.row]
    assert told == [
        f"Version: {number}.0.0; Released: {2000 + number}-07-07; Node.js: {number}, {number + 2}"
        for number in range(1, 60)
    ]
    assert stands_in_names(first, first.page_content.index("Released"))
    assert not any(stands_in_names(one, 2) for one in inside)


def test_source_code_has_no_tables() -> None:
    assert not any(COLUMNS in one.metadata for one in passages(language="python"))
