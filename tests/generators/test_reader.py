"""Answers by the trained reader: their words stand where the citation says, and nothing is said without belief."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.generators.reader import Reader, wants_sentences
from rag.schema import Answer, Turn

TEXT = "Travel\n\nTravel is approved by your manager. Travel abroad is approved by the director. Breakfast is included."


def answer_of(generator: Reader, question: str, passages: list[Document]) -> Answer:
    answer = generator.invoke(Turn(question, passages=tuple(passages))).answer
    assert answer is not None
    return answer


@pytest.fixture
def passages() -> list[Document]:
    return [
        Document(TEXT[start:end], id=f"{start}", metadata={"source": "travel.md", "start": start, "title": "Travel"})
        for start, end in ((8, 87), (8, len(TEXT)))
    ]


def test_the_answer_stands_in_the_cited_sentence_at_its_place(untrained: Path, passages: list[Document]) -> None:
    answer = answer_of(
        Reader(weights=str(untrained), abstain_below=0, brief_from=0), "Who approves travel abroad?", passages
    )
    (citation,) = answer.citations
    words, _, marker = answer.text.rpartition(" ")
    assert marker == f"[{citation.number}]"
    assert words
    assert words in " ".join(citation.quote.split())
    assert TEXT[citation.start : citation.end] == citation.quote
    assert not answer.abstained
    assert answer.confidence is not None
    assert 0 <= answer.confidence <= 1


def test_without_belief_it_abstains(untrained: Path, passages: list[Document]) -> None:
    answer = answer_of(Reader(weights=str(untrained), abstain_below=1), "Who approves travel abroad?", passages)
    assert answer.abstained
    assert not answer.citations
    assert answer.text == Reader().abstention


def test_without_passages_it_abstains(untrained: Path) -> None:
    answer = answer_of(Reader(weights=str(untrained), abstain_below=0), "Who approves travel?", [])
    assert (answer.abstained, answer.confidence) == (True, 0.0)


def test_the_shipped_reader_is_brief_where_it_is_sure() -> None:
    text = (
        "The old bridge of Kreuzau crosses the Rur. It was built of red sandstone in 1734. Anna Weiss drew the plans."
    )
    passages = [Document(text, id="0", metadata={"source": "bridge.md", "start": 0})]
    assert answer_of(Reader(), "Who drew the plans of the bridge?", passages).text == "Anna Weiss [1]"
    answer = answer_of(Reader(), "When was the bridge built?", passages)
    assert answer.text == "1734 [1]"
    assert [citation.quote for citation in answer.citations] == ["It was built of red sandstone in 1734."]


def test_what_wants_a_reason_is_answered_in_sentences(passages: list[Document]) -> None:
    answer = answer_of(Reader(), "Is breakfast included?", passages)
    assert "Breakfast is included." in answer.text
    assert "Breakfast is included." in [citation.quote for citation in answer.citations]


def test_where_it_is_not_sure_it_quotes(passages: list[Document]) -> None:
    answer = answer_of(Reader(brief_from=1), "Who approves travel abroad?", passages)
    assert "Travel abroad is approved by the director." in answer.text


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("Is breakfast included?", True),
        ("Is it red or blue?", False),
        ("How do I book a flight?", True),
        ("How many days are left?", False),
        ("Why was it closed?", True),
        ("What does the budget do?", True),
        ("What does it cost?", False),
        ("Who approves travel?", False),
        ("Which retrievers are there?", True),
    ],
)
def test_how_and_why_and_yes_or_no_want_sentences(question: str, more: bool) -> None:
    assert wants_sentences(question) == more
