"""Names that lead from one passage to the next."""

import pytest

from rag.bridges import new_names

QUESTION = "Where was the director of the film The Silent Harbour born?"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Silent Harbour is a film by Ada Lindqvist.", ["Ada Lindqvist"]),
        ("It was shot in Tromso and in the Duchy of Upper Saxony.", ["Tromso", "Duchy of Upper Saxony"]),
        ("However, nobody knows. Critics liked it.", []),
        ("Lindqvist made it. It is by Lindqvist.", ["Lindqvist"]),
        ("no capitals at all", []),
        ("Изба снята в Архангельске.", ["Архангельске"]),
    ],
)
def test_names_are_those_the_question_does_not_know(text: str, names: list[str]) -> None:
    assert new_names(text, QUESTION) == names


def test_there_are_no_more_than_asked_for() -> None:
    assert new_names("in Rome, in Oslo, in Bonn", QUESTION, most=2) == ["Rome", "Oslo"]
