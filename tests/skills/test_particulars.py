"""Numbers, names and places of what is said, one by one."""

import pytest

from rag.skills.particulars import PARTICULARS, numerals, particulars


def told(reference: str, candidate: str, question: str = "who drew the plans") -> dict[str, float]:
    return dict(zip(PARTICULARS, particulars(question, reference, candidate), strict=True))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,200 in 1734", (1200, 1734)),
        ("the eighth, the 21st, twenty-five", (8, 21, 25)),
        ("2.5 and World War II", (2.5, 2)),
        ("twenty five-year plans", (20, 5)),
        ("i mix vi", ()),
        ("1.2 million, two hundred men, a thousand", (1200000, 200)),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, numbers: tuple[float, ...]) -> None:
    assert numerals(text) == numbers


def test_dates_are_compared_part_by_part() -> None:
    asked = "when was it built"
    near = told("16 August 1975", "It was built on August 16, 1966.", asked)
    assert (near["month held"], near["day held"], near["years held"], near["other years"]) == (1, 1, 0, 1)
    none = told("Anna Weiss", "It was built in May.", asked)
    assert (none["month held"], none["day held"], none["numerals held"], none["nearest number"]) == (-1, -1, -1, -1)


def test_the_nearest_number_tells_by_how_much_it_is_missed() -> None:
    assert told("24,900 miles", "40,075 km (24,901 miles)")["nearest number"] == pytest.approx(1 / 24900)
    assert told("24,900 miles", "very long")["nearest number"] == 2


def test_spellings_initials_and_namesakes_are_told() -> None:
    assert told("Anna Weiss", "AnnaWeiss drew them")["run together"] == 1
    assert told("Anna Weiss", "Ana Weiss")["least spelling"] > 0.8
    assert told("Anna Weiss", "by Otto Weiss")["another first name"] == 1
    assert told("Anna Weiss", "by Anna Weiss")["another first name"] == 0
    assert told("United Nations", "the UN")["initials"] == 1


def test_an_answer_beside_the_point_says_much_and_holds_little() -> None:
    found = told("Anna Weiss", "It was long ago. Some say it was Weiss. However, nobody knows.")
    assert (found["sentences"], found["which sentence"], found["in the first sentence"]) == (3, 1, 0)
    assert found["hedges"] >= 2
    assert found["precision"] < 0.5


def test_yes_and_no_are_against_each_other() -> None:
    assert told("False", "Yes, it is.", "is it so")["polarity"] == -1
    assert told("no", "No.", "is it so")["polarity"] == 1


def test_every_feature_is_given_for_nothing_at_all() -> None:
    assert len(particulars("", "", "")) == len(PARTICULARS)
