"""What of a passage can answer: rows of tables with the names of their columns, with and without a rule."""

import pytest
from langchain_core.documents import Document

from rag.generators.quotable import quotable, row_around, stands_in_names
from rag.generators.reader import Reader
from rag.schema import Turn

PLAIN = "Warranties.\n\nModel | Warranty (years) | Battery (hours)\nLS-200 | 2 | 9\nLS-400 | 3 | -\n\nAll have USB-C."


def rows(text: str) -> list[str]:
    return [quote.text for quote in quotable(Document(text)) if quote.row]


def test_a_table_without_a_rule_has_its_columns_named_too() -> None:
    told = [
        "Model: LS-200; Warranty (years): 2; Battery (hours): 9",
        "Model: LS-400; Warranty (years): 3; Battery (hours): -",
    ]
    assert rows(PLAIN) == told
    assert [quote.text for quote in quotable(Document(PLAIN)) if not quote.row] == ["Warranties.", "All have USB-C."]


@pytest.mark.parametrize(
    "text",
    [
        "Anna | Bonn\nBo | Lund\nEva | Jena",
        "1999 | 62\n2008 | 35\n2015 | 21",
        "Lund | 62\nTurku | 35",
        "Model | Years\nLS-200 | 2 | 9\nLS-400 | 3 | -",
        "LS-300 | 5\nLS-200 | 2\nLS-400 | 3",
    ],
    ids=["only words", "only values", "too few rows", "rows of different length", "a first row like the others"],
)
def test_a_first_row_that_may_be_one_of_many_is_a_row(text: str) -> None:
    assert rows(text) == text.split("\n")


def test_places_of_rows() -> None:
    passage = Document(PLAIN)
    assert stands_in_names(passage, PLAIN.index("Warranty"))
    assert not stands_in_names(passage, PLAIN.index("LS-200"))
    assert not stands_in_names(passage, PLAIN.index("USB"))
    start, end = row_around(passage, PLAIN.index("9\n")) or (0, 0)
    assert PLAIN[start:end] == "LS-200 | 2 | 9"
    assert row_around(passage, PLAIN.index("USB")) is None
    listed = Document("Country: France; Limit: 55\nCountry: Spain; Limit: 50", metadata={"format": "csv"})
    assert row_around(listed, 30) == (27, 52)


def test_the_shipped_reader_does_not_answer_with_the_name_of_a_column() -> None:
    passage = Document(PLAIN, id="0", metadata={"source": "products.html", "start": 0})
    answer = Reader().invoke(Turn("What is the warranty of the LS-400?", passages=(passage,))).answer
    assert answer is not None
    assert "Warranty (years): 3" in answer.text or answer.text.startswith("3")


def test_lines_of_a_table_of_contents_answer_nothing() -> None:
    told = "* [Travel](#travel)\n* [`Trains`](#trains-1)\n  * [Planes](#planes)\n\n9 Appendix . . . . . . . . . .\n\n"
    text = f"{told}See [Travel](#travel) for trains.\n\n* [Form](https://example.org/form)\n\nWait ... and see."
    said = [quote.text for quote in quotable(Document(text))]
    assert said == ["See [Travel](#travel) for trains.", "[Form](https://example.org/form)", "Wait ... and see."]
