"""Answers by the trained reader: their words stand where the citation says, and nothing is said without belief."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.generators.reader import Reader
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
    answer = answer_of(Reader(weights=str(untrained), abstain_below=0), "Who approves travel abroad?", passages)
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
