"""What a chain of questions takes for an answer, with a reader that says what a test wants."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.bridging.chain import Chains, same_name
from rag.skills.reader import Span


class Scripted:
    """A reader that knows what to say to a question, and nothing else."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = said

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str], most: int) -> tuple[list[Span], float]:
        words = self.said.get(question)
        return ([Span(words, 0, 0, len(words), 0.9)] if words else []), 0.9


def answers(question: str, said: Mapping[str, str]) -> list[str]:
    reader: Any = Scripted(said)
    return [step.words for step in Chains(lambda _: [Document("A text.")], reader, 8).best(question, 2)]


QUESTION = "What is the address of the organisation that publishes the GPL?"
WHO = "What is the organisation that publishes the GPL?"


def test_what_is_described_is_asked_about() -> None:
    said = {WHO: "Free Software Foundation", "What is the address of Free Software Foundation?": "51 Franklin Street"}
    assert answers(QUESTION, said) == ["Free Software Foundation", "51 Franklin Street"]


@pytest.mark.parametrize(
    ("described", "last"),
    [
        ("GNU General Public License", "51 Franklin Street"),  # what the question names, written out
        ("GPL", "51 Franklin Street"),
        (
            "Free Software Foundation",
            "the Free Software Foundation",
        ),  # what was described, again
        ("Free Software Foundation", "Free Software Foundation, Inc."),
        ("Free Software Foundation", "GNU General Public License"),
    ],
)
def test_what_a_question_is_about_is_no_answer_to_it(described: str, last: str) -> None:
    assert answers(QUESTION, {WHO: described, f"What is the address of {described}?": last}) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Free Software Foundation", "the free software foundation", True),
        ("Ada Lund", "Ada Maria Lund", True),
        ("Lunden", "Lunden Holding", False),
        ("Ada Lund", "Bo Ek", False),
    ],
)
def test_two_names_of_one_thing(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
