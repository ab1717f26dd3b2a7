"""Answers made for the training: each says what it is meant to say."""

from random import Random

import pytest

from rag.training.contrasts import contrasts, pooled
from rag.training.cross.examples import Stated
from rag.training.swaps import deny, kind, listed, reworded, say, stated, swapped

POOL = {"place": ["Berlin", "Oslo"], "person": ["Otto Rey", "Ida Esser"], "year": ["1734"], "number": ["12"]}


def judged(question: str, references: str, candidate: str, label: float = 1.0) -> Stated:
    return Stated("equivalence", (question, references, candidate), label, "set", f"question {question}")


@pytest.mark.parametrize(
    ("question", "reference", "found"),
    [
        ("who drew it", "Anna Weiss", "person"),
        ("what is the capital of france", "Paris", "place"),
        ("when was it built", "1734", "year"),
        ("when was it built", "May 3, 1734", "date"),
        ("how many are there", "two", "number"),
        ("what is it made of", "oak", "thing"),
    ],
)
def test_references_are_told_apart_by_kind(question: str, reference: str, found: str) -> None:
    assert kind(question, reference) == found


def test_a_swap_leaves_nothing_of_the_reference() -> None:
    for seed in range(20):
        said = "Paris, the city of light, is the capital. Paris lies on the Seine."
        wrong = swapped("what is the capital of france", "Paris", said, POOL, Random(seed))
        assert wrong in (said.replace("Paris", "Berlin"), said.replace("Paris", "Oslo"))
    assert swapped("what is the capital of france", "Paris", "the city of light", POOL, Random(0)) is None
    assert swapped("where", "Oslo", "in Oslo", {"place": ["Oslo"]}, Random(0)) is None


def test_a_question_is_turned_into_the_answer() -> None:
    said = {say("what is the capital of france?", "Paris.", Random(seed)) for seed in range(60)}
    assert {"The capital of france is Paris.", "Paris is the capital of france.", "It is Paris."} <= said
    assert all("Paris" in text and "Paris.," not in text for text in said)


def test_other_forms_are_the_same_and_denials_are_not() -> None:
    forms = {reworded("May 3, 1999", Random(seed)) for seed in range(30)}
    assert {"3 May 1999", "1999-05-03", "May 3, 1999"} - forms == {"May 3, 1999"}
    assert (reworded("5 kilometres", Random(0)), reworded("8", Random(0))) == ("5 km", "eight")
    assert (reworded("1,200 men", Random(0)), reworded("Paris", Random(0))) == ("1200 men", None)
    wrong, right = deny("Paris", "Oslo", Random(1))
    assert "Paris" in wrong and "Oslo" in right and wrong != right


def test_yes_or_no_and_lists_come_with_right_and_wrong_answers() -> None:
    for seed in range(10):
        rows = stated("where is it", "Paris", "Oslo", Random(seed))
        assert all(
            text.lower().removeprefix("i think ").startswith(right) == bool(worth) for _, right, text, worth in rows
        )
    (_, reference, same, one), (*_, other, none) = listed("which", ["a", "b", "c"], ["d", "e", "f"], Random(0))
    assert (reference, one, none) == ("a, b and c", 1.0, 0.0)
    assert all(name in same and name not in other.replace("and", "") for name in ("b", "c"))


def test_the_pool_leaves_out_what_others_have_and_the_made_are_the_same_again() -> None:
    rows = [judged(f"who built mill {n}", f"{name} Weiss", f"{name} Weiss") for n, name in enumerate(("Anna", "Ida"))]
    assert pooled(rows, rows[:1]) == {"person": ["Ida Weiss"]}
    made = contrasts(rows * 5, {"person": ["Otto Rey", "Lena Frings"]})
    assert made == contrasts(rows * 5, {"person": ["Otto Rey", "Lena Frings"]})
    assert {one.label for one in made} == {0.0, 1.0}
