"""Questions with slips, over documents whose words are known."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage

from rag import Pipeline
from rag.agents.condense import Condense
from rag.agents.spelling import Spelling
from rag.index import Index, Lexical, Vectors
from rag.schema import Turn


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("Who aproves travel?", {"aproves": "approved"}),
        ("Is lodgign booked by the office?", {"lodgign": "lodging"}),
        ("Where was Ada Lindqvits born?", {"Lindqvits": "Lindqvist"}),
        ("Hwo many days of leave does everybdoy have?", {"everybdoy": "everybody"}),
        ("lihgthouse keepr", {}),  # half of it unknown, and one word nothing that is there
        ("lihgthouse fther", {"lihgthouse": "lighthouse", "fther": "father"}),
        ("univrsity ofice", {"univrsity": "university", "ofice": "office"}),
    ],
)
def test_a_word_of_no_document_is_read_as_the_one_that_was_meant(
    index: Index, asked: str, read: dict[str, str]
) -> None:
    turn = Spelling(index=index).act(Turn(asked))
    wanted = asked
    for typed, meant in read.items():
        wanted = wanted.replace(typed, meant)
    assert turn.search == wanted
    assert turn.question == asked
    assert turn.notes.get("respelled", {}) == read


@pytest.mark.parametrize(
    "asked",
    [
        "Who approves travel?",
        "Who approved the travels?",  # other forms of words that are there
        "Who wrote the movel?",  # nothing near is there
        "What is a lodger?",  # a word, only not one of these documents
        'What does "lodgign" mean?',
        "What is in lodgign.md or travle_old?",
        "Write to lodgign@example.org",
        "What is LODGIGN?",
        "What is lodgign2?",
        "Wer genehmigt Reisen in die Schweiz und nach Lonson?",
        "",
        "?!",
    ],
)
def test_everything_else_stays(index: Index, asked: str) -> None:
    turn = Turn(asked)
    assert Spelling(index=index).act(turn) is turn


def test_short_words_are_let_be_unless_one_says_so(index: Index) -> None:
    assert Spelling(index=index).act(Turn("the flm")).search == "the flm"
    assert Spelling(index=index, least=3).act(Turn("the flm")).search == "the film"


def test_without_an_inverted_index_nothing_is_done(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path))
    index.add_documents([Document("Travel is approved.", metadata={"source": "a"})], [Vectors(index.encoder)])
    turn = Turn("Who aproved travel?")
    assert Spelling(index=index).act(turn) is turn
    index.add_documents(
        [Document("Travel is approved.", metadata={"source": "b"})], [Vectors(index.encoder), Lexical()]
    )
    assert Spelling(index=index, language="de").act(turn) is turn


def test_a_word_that_was_deleted_is_known_no_more(tmp_path: Path) -> None:
    index, views = Index(path=str(tmp_path)), [Lexical()]
    texts = {"a": "Lindqvist kept it.", "b": "Nobody came."}
    index.add_documents([Document(text, metadata={"source": source}) for source, text in texts.items()], views)
    assert Spelling(index=index).act(Turn("Who was Lindqvits?")).search == "Who was Lindqvist?"
    index.delete(["a"], views)
    assert Spelling(index=index).act(Turn("Who was Lindqvits?")).search == "Who was Lindqvits?"


def test_a_follow_up_is_read_after_it_was_made_to_stand_alone(index: Index) -> None:
    history = (HumanMessage("Who aproves travel?"), AIMessage("Your manager. [1]"))
    agent = Condense(then=Spelling(index=index))
    for turn in (agent.act(Turn("And abroda?", history)), asyncio.run(agent.aact(Turn("And abroda?", history)))):
        assert turn.search == "approved travel abroad?"


def test_the_default_pipeline_answers_in_spite_of_a_slip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pay.md").write_text("The salary of a developer is 4,200 EUR a month.", encoding="utf-8")
    pipeline = Pipeline.from_yaml("default")
    pipeline.index(["pay.md"])
    answer = pipeline.invoke("What is the salery of a developer?")
    assert "4,200 EUR" in answer.text
    assert answer.trace[0].detail["respelled"] == {"salery": "salary"}
