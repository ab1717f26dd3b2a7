"""Which passages are about what a name stands for."""

import pytest

from rag.comparison.naming import about, proper, without_addition

PASSAGES = [
    ("Class (2003 film)", "Class is a film about a school."),
    ("Class (film)", "Class is a film about a party."),
    ("", "Grey Harbour\nThe film was shot in winter."),
    ("", "Ada Maria Lund (born 1901) was a painter."),
    ("Painting", "The harbour was painted by Ada Lund and others."),
]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("Class (Film)", [1, 0]),
        ("Class", [0, 1]),
        ("Grey Harbour", [2]),
        ("Ada Lund", [3, 4]),
        ("Bo Ek", []),
        ("", []),
    ],
)
def test_a_title_or_a_beginning_says_what_a_passage_is_about(name: str, places: list[int]) -> None:
    assert about(name, PASSAGES) == places


def test_what_only_names_it_can_be_left_out() -> None:
    assert about("Ada Lund", PASSAGES, own=True) == [3]


def test_a_heading_of_a_path_counts() -> None:
    assert about("Ada Lund", [("Painters", "x"), ("Painters > Ada Lund", "She painted.")]) == [1]


def test_accents_and_case_do_not_count() -> None:
    assert about("josé núñez", [("", "Jose Nunez sings.")]) == [0]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ann Lee starring Bob Ray", "Ann Lee"),
        ("Ludwig van der Berg", "Ludwig van der Berg"),
        ("Ann Lee, about a harbour", "Ann Lee"),
        ("nobody", "nobody"),
    ],
)
def test_a_name_ends_where_small_words_begin(words: str, name: str) -> None:
    assert proper(words) == name


def test_additions_are_left_out() -> None:
    assert (without_addition("Class (Film)"), without_addition("Class")) == ("Class", "Class")
