"""Which step of reasoning leads on, and which one ends."""

import pytest

from rag.asking.reasoning import answer_in, first_step, query_of


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("Ada directed it. She was born in Tromso.", "Ada directed it."),
        ("1. Ada directed it.\n2. She was born in Tromso.", "Ada directed it."),
        ("- Ada directed it", "Ada directed it"),
        ("So the answer is: Tromso.", "So the answer is: Tromso."),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_only_the_first_sentence_counts(said: str, step: str) -> None:
    assert first_step(said) == step


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("So the answer is: Tromso.", "Tromso"),
        ("The answer is 1,931", "1,931"),
        ("so the ANSWER IS Ada Lindqvist.", "Ada Lindqvist"),
        ("Ada answers in Tromso.", None),
    ],
)
def test_an_answer_is_recognised(step: str, answer: str | None) -> None:
    assert answer_in(step) == answer


def test_what_only_concludes_is_not_searched_for() -> None:
    assert query_of([], "Where?") == "Where?"
    assert query_of(["Ada directed it.", "Thus we need her birthplace."], "Where?") == "Ada directed it."
    assert query_of(["So far nothing.", "1931 + 4 = 1935 is the year."], "Where?") == "Where?"
    assert query_of(["Ada directed it.", "She was born in Tromso."], "Where?") == "She was born in Tromso."
    assert query_of(["Sofia is a town."], "Where?") == "Sofia is a town."
