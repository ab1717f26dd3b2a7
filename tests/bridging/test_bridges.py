"""Names that lead from one passage to the next."""

import pytest

from rag.bridging.bridges import following, left_open, new_names

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


def test_what_a_passage_says_is_no_longer_open() -> None:
    assert (
        left_open(QUESTION, "The Silent Harbour is a film by Ada Lindqvist.")
        == "Where was the director of the The born"
    )
    assert left_open(QUESTION, "") == QUESTION.rstrip("?")
    assert left_open("", "anything") == ""


def test_a_passage_is_followed_by_what_is_open_and_its_names() -> None:
    found = following(QUESTION, "The Silent Harbour is a film by Ada Lindqvist.")
    assert found == "Where was the director of the The born Ada Lindqvist"
    assert following(QUESTION, "The Silent Harbour is a film about a lighthouse.") == ""
