"""Questions over rows are answered by computing, with the rows cited; others go on as they were."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import Pipeline
from rag.agents.rows import Rows
from rag.index import Index, Lexical
from rag.retrievers.bm25 import BM25
from rag.schema import Turn

FLATS = "Flat,City,Rent,Balcony\n" + "".join(
    f"Lund {number},{'Berlin' if number % 3 else 'Hamburg'},{900 + 37 * number % 400},{'yes' if number % 2 else 'no'}\n"
    for number in range(1, 61)
)
PLANS = (
    "# Plans\n\n| Feature | Free | Pro | Max |\n|---|---|---|---|\n"
    "| Price | €0 | €12 | €30 |\n| SSO | no | yes | yes |\n"
)
PROSE = "# Berlin\n\nMost flats of Berlin have a high rent, and a balcony is rare. Which flat is best, nobody knows.\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("rows")
    for name, text in (("flats.csv", FLATS), ("plans.md", PLANS), ("berlin.md", PROSE)):
        (folder / name).write_text(text, encoding="utf-8")
    made = Index(path=str(folder / "index"))
    made.add([folder], [Lexical()])
    return made


def act(index: Index, question: str, **settings: object) -> tuple[Turn, Turn]:
    before = Turn(question, passages=tuple(BM25(index=index).invoke(question)))
    return before, Rows(index=index, **settings).act(before)


def test_all_rows_count_and_those_that_bear_the_answer_are_cited(index: Index) -> None:
    _, after = act(index, "How many flats in Berlin have a balcony?")
    rows = [line.split(",") for line in FLATS.splitlines()[1:]]
    count = sum(row[1] == "Berlin" and row[3] == "yes" for row in rows)
    assert after.settled
    assert after.answer is not None
    assert after.answer.text.startswith(f"{count} (of 60 rows) [1]")
    assert len(after.answer.citations) == 5
    for citation in after.answer.citations:
        (source,) = [name for name in index.sources() if name.endswith("flats.csv")]
        assert index.text(source)[citation.start : citation.end] == citation.quote
        assert "City: Berlin" in citation.quote
        assert "Balcony: yes" in citation.quote
        assert citation.number is not None
        assert after.answer.passages[citation.number - 1].id == citation.passage_id
    assert after.passages == after.answer.passages
    assert after.notes["operation"] == "count"
    assert after.notes["conditions"] == ["City = Berlin", "Balcony is"]
    assert (after.notes["rows"], after.notes["counted"]) == (60, count)


def test_a_table_with_a_column_for_each_thing(index: Index) -> None:
    _, after = act(index, "Which plans include SSO?")
    assert after.answer is not None
    assert after.answer.text == "Pro, Max [1]"
    assert [citation.quote for citation in after.answer.citations] == ["| SSO | no | yes | yes |"]
    assert act(index, "What is the cheapest plan with SSO?")[1].answer.text == "Pro (Price: €12) [1]"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "question",
    [
        "How many flats in Berlin have a garden?",
        "Which flat is best?",
        "Is a balcony rare in Berlin?",
        "What is the average rent of flats in Berlin per month?",
    ],
)
def test_any_other_question_passes_unchanged(index: Index, question: str) -> None:
    before, after = act(index, question)
    assert after is before


def test_the_table_must_be_among_the_first_passages(index: Index) -> None:
    question = "Which flat in Berlin has the highest rent?"
    hits = BM25(index=index).invoke(question)
    prose = [hit for hit in hits if hit.metadata["source"].endswith("berlin.md")]
    rows = [hit for hit in hits if hit.metadata["source"].endswith("flats.csv")]
    turn = Turn(question, passages=(*prose, *rows))
    assert Rows(index=index).act(turn).settled
    after = Rows(index=index, within=len(prose)).act(turn)
    assert after.answer is None
    assert after.notes["stopped"] == "not one table"
    assert Rows(index=index).act(turn.with_passages(prose)).answer is None


def test_two_files_that_could_be_meant(tmp_path: Path) -> None:
    for year in (2023, 2024):
        (tmp_path / f"orders-{year}.csv").write_text("Order,Status\nA,late\nB,paid\nC,late\n", encoding="utf-8")
    index = Index(path=str(tmp_path / "index"))
    index.add([tmp_path / "orders-2023.csv"], [Lexical()])
    question = "How many orders were late?"
    assert act(index, question)[1].answer.text.startswith("2 (of 3 rows)")  # type: ignore[union-attr]
    index.add([tmp_path / "orders-2024.csv"], [Lexical()])
    before, after = act(index, question)
    assert after.answer is None
    (first,) = [hit for hit in before.passages if hit.metadata["source"].endswith("2023.csv")]
    assert Rows(index=index).act(before.with_passages([first])).answer is None  # the other was not found, but is there


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    index = Index(path=str(tmp_path / "index"))
    for rows, count in (("A,late\nB,paid\n", 1), ("A,late\nB,late\nC,paid\n", 2)):
        file.write_text(f"Order,Status\n{rows}", encoding="utf-8")
        index.add([file], [Lexical()])
        answer = act(index, "How many orders are late?")[1].answer
        assert answer is not None
        assert answer.text.startswith(f"{count} (of")


def test_passages_that_the_index_does_not_have_are_left_alone(index: Index) -> None:
    foreign = Document("Flat: A; Rent: 5", metadata={"source": "elsewhere.csv", "format": "csv"})
    turn = Turn("Which flat has the highest rent?", passages=(foreign,))
    assert Rows(index=index).act(turn) is turn


def test_the_steps_behind_are_left_out(index: Index, tmp_path: Path) -> None:
    config = tmp_path / "rag.yaml"
    config.write_text(
        "version: 1\npipeline:\n  - retrieve: {use: bm25, top_k: 10}\n  - agent: {use: rows}\n"
        "  - compress: {use: budget, max_tokens: 10}\n  - generate: {use: extractive}\n",
        encoding="utf-8",
    )
    pipeline = Pipeline.from_yaml(config, index=index.path)
    answer = pipeline.invoke("How many flats are in Hamburg?")
    assert answer.text.startswith("20 (of 60 rows) [1]")
    assert [span.name for span in answer.trace] == ["retrieve:BM25", "act:Rows"]
    assert "".join(str(delta) for delta in pipeline.stream("How many flats are in Hamburg?")) == answer.text
    later = asyncio.run(pipeline.ainvoke("How many flats are in Hamburg?"))
    assert (later.text, len(later.trace)) == (answer.text, 2)
    other = pipeline.invoke("Is a balcony rare in Berlin?")
    assert [span.name for span in other.trace][1:] == ["act:Rows", "compress:Budget", "generate:Extractive"]
