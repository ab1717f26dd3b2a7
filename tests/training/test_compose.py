from random import Random

import pytest

from rag.training.compose import compose, noun_phrase

LISTED = (
    "Vienna Prague Oslo Dublin Lisbon Madrid Warsaw Athens Rome Paris London Berlin Bern Riga Sofia Kyiv Minsk Porto "
    "Graz Basel Lyon Turin"
)
NAMES = LISTED.split()
NOUNS = ["capital", "mayor", "river", "history", "founder", "patron", "bishop", "emblem", "dialect", "climate"]
SINGLES = [f"What is the {noun} of Old {name}?" for name in NAMES for noun in NOUNS]


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What is the capital of Peru?", "the capital of Peru"),
        ("What team won the cup?", "the team that won the cup"),
        ("Why did it rain?", None),
        ("What is " + "very " * 20 + "long?", None),
    ],
)
def test_a_question_becomes_what_it_asks_for(question: str, phrase: str | None) -> None:
    assert noun_phrase(question, Random(1)) == phrase


def test_three_kinds_are_made_and_the_seed_decides() -> None:
    made = compose(SINGLES, 50, seed=3)
    assert len(made) == 150
    assert made == compose(SINGLES, 50, seed=3)
    assert made != compose(SINGLES, 50, seed=4)
    nested = made[:50]
    assert sum(question.count(" of ") >= 2 for question in nested) > 40


def test_too_few_questions_make_none() -> None:
    assert compose(SINGLES[:3], 50, seed=3) == []
