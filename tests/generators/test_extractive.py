"""Answers without a language model."""

import asyncio
from collections.abc import Sequence

import pytest
from langchain_core.documents import Document

from rag.generators.evidence import _asking
from rag.generators.extractive import Extractive
from rag.schema import Answer, Delta, Turn

SOURCES = {
    "travel.md": "# Travel\n\nTravel is approved by your manager. Travel abroad is approved by the director.\n",
    "hotels.md": "# Hotels\n\n| City | Limit per night |\n|---|---|\n| London | 180 euros |\n| Madrid | 120 euros |\n\n"
    "Breakfast is included.",
    "faq.md": "Who books trains? The assistant of your team. You may travel with:\n\n- one suitcase\n- one bag\n",
}


@pytest.fixture(scope="module")
def generator() -> Extractive:
    return Extractive()


@pytest.fixture
def passages() -> list[Document]:
    return [
        Document(text[2:], id=name, metadata={"source": name, "start": 2, "page": 1, "title": name})
        for name, text in SOURCES.items()
    ]


def answer_of(generator: Extractive, question: str, passages: Sequence[Document]) -> Answer:
    answer = generator.invoke(Turn(question, passages=tuple(passages))).answer
    assert answer is not None
    for citation in answer.citations:
        assert SOURCES[citation.source][citation.start : citation.end] == citation.quote
        assert citation.number is not None
        assert passages[citation.number - 1].metadata["source"] == citation.source
        assert f"[{citation.number}]" in answer.text
    return answer


def test_the_answer_is_a_sentence_with_its_place(generator: Extractive, passages: list[Document]) -> None:
    answer = answer_of(generator, "Who approves travel abroad?", passages)
    assert answer.text == "Travel abroad is approved by the director. [1]"
    assert answer.citations[0].quote == "Travel abroad is approved by the director."
    assert (answer.citations[0].page, answer.citations[0].title) == (1, "travel.md")
    assert answer.confidence is not None
    assert answer.confidence > 0.9


def test_a_row_carries_the_names_of_its_columns(generator: Extractive, passages: list[Document]) -> None:
    answer = answer_of(generator, "What is the limit per night in Madrid?", passages)
    assert answer.text == "City: Madrid; Limit per night: 120 euros [2]"
    assert answer.citations[0].quote == "| Madrid | 120 euros |"


def test_a_question_in_the_text_is_no_answer_but_leads_to_one(generator: Extractive, passages: list[Document]) -> None:
    assert answer_of(generator, "Who books trains?", passages).text == "The assistant of your team. [3]"


def test_a_sentence_that_announces_a_list_brings_it(generator: Extractive, passages: list[Document]) -> None:
    answer = answer_of(generator, "What may you travel with?", passages)
    assert answer.text.startswith("You may travel with:\n\n- one suitcase\n- one bag\n[3]")


LAPTOPS = """## Laptops

A laptop is replaced every three years. To get a new one:

1. Open a ticket with the service desk.
2. Back up your files to the department share.
3. Bring the old laptop to room B12.

Bags are not replaced."""


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        ("How do I get a new laptop?", True),
        ("What are the steps to replace a laptop?", True),
        ("Are bags replaced?", False),
        ("How often is a laptop replaced?", False),
    ],
)
def test_a_question_for_steps_brings_all_of_them(generator: Extractive, question: str, steps: bool) -> None:
    passage = Document(LAPTOPS, id="0", metadata={"source": "laptops.md", "start": 0})
    answer = generator.invoke(Turn(question, passages=(passage,))).answer
    assert answer is not None
    assert all(f"{number}. " in answer.text for number in (1, 2, 3)) == steps
    assert all(LAPTOPS[citation.start : citation.end] == citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What is my monthly salary?", False),
        ("What is the monthly salary of Ida Berg?", True),
        ("What is my monthly salary as a technician?", True),
    ],
)
def test_somebody_elses_row_is_no_answer_to_what_is_mine(generator: Extractive, question: str, answered: bool) -> None:
    rows = "\n".join(
        f"employee: {name}; role: {role}; monthly salary (SEK): {salary}"
        for name, role, salary in (("Sven Strand", "head", 78000), ("Ida Berg", "technician", 36500))
    )
    passage = Document(rows, id="0", metadata={"source": "salaries.csv", "start": 0, "format": "csv"})
    answer = generator.invoke(Turn(question, passages=(passage,))).answer
    assert answer is not None
    assert answer.abstained != answered
    assert answered == ("36500" in answer.text)


def test_what_is_not_there_is_not_answered(generator: Extractive, passages: list[Document]) -> None:
    for question, given in (("What is the capital of Peru?", passages), ("Who approves travel?", [])):
        answer = answer_of(generator, question, given)
        assert answer.abstained
        assert answer.citations == ()
        assert answer.text == "I found nothing about this in the indexed documents."
    heading = Document("# Travel abroad", metadata={"source": "a", "start": 0})
    assert answer_of(generator, "travel abroad", [heading]).abstained


def test_the_question_itself_is_no_answer(generator: Extractive) -> None:
    text = "Ask `rag ask 'who approves travel?'` to see it. Managers approve every trip. Travel is fun."
    passage = Document(text, metadata={"source": "a", "start": 0})
    for question, words in (("Who approves travel?", "Managers approve"), ("travel", "Travel is fun.")):
        answer = generator.invoke(Turn(question, passages=(passage,))).answer
        assert answer is not None
        assert answer.text.startswith(words)


def test_sentences_come_in_the_order_of_their_document_and_none_twice(generator: Extractive) -> None:
    text = "Rome was founded in 753 BC. Rome is the capital of Italy. It rains."
    twice = [Document(text, metadata={"source": "a", "start": 0}), Document(text, metadata={"source": "b", "start": 0})]
    turn = Turn("In which year was Rome founded?", passages=tuple(twice))
    answer = generator.invoke(turn).answer
    assert answer is not None
    assert answer.text.count("Rome was founded") == answer.text.count("753") == 1
    assert answer.text.index("founded") < answer.text.index("capital") if "capital" in answer.text else True


def test_the_turn_searched_for_is_what_is_answered(generator: Extractive, passages: list[Document]) -> None:
    turn = Turn("And abroad?", query="Who approves travel abroad?", passages=tuple(passages))
    answer = generator.invoke(turn).answer
    assert answer is not None
    assert "director" in answer.text


def test_deltas_add_up_to_the_text_and_async_says_the_same(generator: Extractive, passages: list[Document]) -> None:
    turn = Turn("Who approves travel?", passages=tuple(passages))
    pieces = list(generator.stream(turn))
    last = pieces[-1]
    assert isinstance(last, Turn)
    assert last.answer is not None
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == last.answer.text
    assert asyncio.run(generator.ainvoke(turn)) == last
    assert last.usage.context_tokens > 0
    assert last.usage.llm_calls == 0


def test_a_question_of_thousands_of_words_is_not_looked_for_in_the_passages() -> None:
    """A pattern of all its words would hold up every other question for seconds."""
    asked = _asking("Who books trains")
    assert asked
    assert asked.search("- *Who books trains?*")
    assert _asking("Who books trains and planes? " * 1000) is None
