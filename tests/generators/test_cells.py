"""Of a row the cell whose column is asked for, and no other."""

import pytest
from langchain_core.documents import Document

from rag.generators.cells import of_named_column
from rag.generators.quotable import names_a_cell, quotable
from rag.generators.reader import Reader
from rag.passages.rows import COLUMNS, places
from rag.schema import Turn
from rag.skills.reader import Span

NAMES = ["Version", "Release Date", "End Of LTS Date", "Node.js"]
ROWS = "| 3.0.0 | 2020-07-07 | 2023-06-30 | 14, 16 |\n| 4.0.0 | 2022-06-08 | 2025-06-30 | 18, 20 |\n"
WHOLE = f"| {' | '.join(NAMES)} |\n| - | - | - | - |\n{ROWS}"


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(words, 0, start, start + len(words), 0.4)


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("When does LTS of version 4.0.0 end?", "2022-06-08", "2025-06-30"),
        ("What is the release date of version 4.0.0?", "2025-06-30", "2022-06-08"),
        ("What is the release date of version 4.0.0?", "2022-06-08", "2022-06-08"),
        ("Which Node.js does version 3.0.0 need?", "2020-07-07", "14, 16"),
        ("Which version was released on 2022-06-08?", "4.0.0", "4.0.0"),
        ("What is the date for 3.0.0?", "2020-07-07", "2020-07-07"),  # two columns are called so
        ("How is 3.0.0?", "2020-07-07", "2020-07-07"),
    ],
)
@pytest.mark.parametrize("begun", [False, True], ids=["with its names", "begun in the passage before"])
def test_the_cell_whose_column_the_question_names(question: str, words: str, expected: str, begun: bool) -> None:
    passage = Document(ROWS, metadata={COLUMNS: NAMES}) if begun else Document(WHOLE)
    found = of_named_column(question, passage, span(passage.page_content, words))
    assert found.text == expected == passage.page_content[found.start : found.end]


def test_without_names_and_outside_of_tables_words_stay() -> None:
    question = "When does LTS of version 4.0.0 end?"
    assert of_named_column(question, Document(ROWS), span(ROWS, "2022-06-08")).text == "2022-06-08"
    behind = f"{ROWS}\nWe ended it on 2024-01-01.\n\na | 2021-01-01 | c\nd | 2021-02-02 | f"
    passage = Document(behind, metadata={COLUMNS: NAMES})
    for words in ("2024-01-01", "2021-01-01"):  # prose, and a table of which nothing is known
        assert of_named_column(question, passage, span(behind, words)).text == words


@pytest.mark.parametrize("row", ["| a | bc |  | d |", "a | bc |  | d", "  |a|bc||d|  ", "| a | bc | | d"])
def test_places_of_cells(row: str) -> None:
    assert [f"..{row}"[start:end] for start, end in places(row, 2)] == ["a", "bc", "", "d"]


def test_a_row_is_shown_without_tags_of_html() -> None:
    text = '| Code | Meaning |\n|---|---|\n| <a id="e1"></a>E1 | Too large<br>See `a<b>` |\n'
    (row,) = (quote for quote in quotable(Document(text, metadata={"format": "markdown"})) if quote.row)
    assert row.text.startswith("Code: E1; Meaning: Too large See")
    assert text[row.start : row.end].startswith('| <a id="e1">')
    (plain,) = (quote.text for quote in quotable(Document(text)) if quote.row)
    assert "<a id" in plain


def test_a_cell_is_named_whatever_tags_stand_in_it() -> None:
    assert names_a_cell("What does E_TOO_LARGE mean?", '| <a id="e1">E_TOO_LARGE</a> | The body is too large. |')
    assert not names_a_cell("What does E_TOO_SMALL mean?", '| <a id="e1">E_TOO_LARGE</a> | The body is too large. |')


def test_the_shipped_reader_takes_the_column_that_is_asked_for() -> None:
    passage = Document(ROWS, id="0", metadata={"source": "lts.md", "start": 0, "format": "markdown", COLUMNS: NAMES})
    answer = Reader().invoke(Turn("When does LTS of version 4.0.0 end?", passages=(passage,))).answer
    assert answer is not None
    assert "2025-06-30" in answer.text
