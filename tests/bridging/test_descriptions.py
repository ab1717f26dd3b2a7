"""What a question describes, and what is left of the question without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.bridging.descriptions import Way, ways


@pytest.mark.parametrize(
    ("question", "first", "then"),
    [
        ("Who runs the firm that bought Lunden Bank?", "What is the firm that bought Lunden Bank?", "Who runs {}?"),
        (
            "How much does the plan that includes single sign-on cost?",
            "What is the plan that includes single sign-on?",
            "How much does {} cost?",
        ),
        ("When was the firm that ate it founded?", "What is the firm that ate it?", "When was {} founded?"),
        ("What did the board that met here decide?", "What is the board that met here?", "What did {} decide?"),
        ("Who is the chair of Lunden Bank's owner?", "Who is Lunden Bank's owner?", "Who is the chair of {}?"),
        ("Where was Ada Lund's teacher educated?", "Who is Ada Lund's teacher?", "Where was {} educated?"),
        ("Who was Ada Lund's mother's teacher?", "Who is Ada Lund's mother?", "Who was {}'s teacher?"),
        ("Who taught the author of The Long Pier?", "Who is the author of The Long Pier?", "Who taught {}?"),
        (
            "The actor who played Bo Ek also wrote which book?",
            "Who is the actor who played Bo Ek?",
            "{} also wrote which book?",
        ),
        (
            "In which county is the town sharing a border with Aarhus?",
            "What is the town sharing a border with Aarhus?",
            "In which county is {}?",
        ),
    ],
)  # fmt: skip
def test_a_question_is_read_as_two(question: str, first: str, then: str) -> None:
    assert Way(first, then) in ways(question)


def test_the_innermost_description_comes_first() -> None:
    question = "Who runs the county that borders the town where Ada Lund was born?"
    assert ways(question)[0] == Way("What is the town where Ada Lund was born?", "Who runs the county that borders {}?")


@pytest.mark.parametrize(
    "question",
    [
        "Who approves travel?",
        "What is the capital of France?",
        "What is the name of the treaty that ended the war?",
        "When was the bank founded?",
        "How many days of leave do I have?",
        "Which came first, the hen or the egg?",
        "Wer leitet die Firma, die Lunden Bank gekauft hat?",
        "",
        "?",
        "Who runs the firm that {}?",
    ],
)
def test_what_describes_nothing_is_left_alone(question: str) -> None:
    assert ways(question) == []


def test_what_stands_in_quotation_marks_is_not_cut() -> None:
    for way in ways('When was the sequel of "The Firm, Part Two" shown?'):
        assert way.first.count('"') % 2 == 0


def test_what_was_found_takes_the_place_of_its_description() -> None:
    assert Way("", "Who runs {}?").filled("Grey {Harbour}") == "Who runs Grey {Harbour}?"


WORDS = ["the", "that", "who", "of", "Ab's", "in", "man,", "Ab", "bank", "{", '"', "was", "did", "bought", "is"]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=30))
def test_any_text_can_be_read(words: list[str]) -> None:
    found = ways(" ".join(words))
    assert len(found) <= 3
    assert all(way.then.count("{}") == 1 and way.first and "{}" not in way.first for way in found)


def test_long_texts_cost_nothing() -> None:
    assert ways("Who runs " + "the firm that bought " * 2000 + "it?") == []
