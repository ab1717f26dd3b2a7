"""Dates, numbers and countries as they are written."""

import pytest

from rag.comparison.nations import first_nation, nations
from rag.comparison.values import Date, dates, earlier, life, number


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("5 October 1987", Date(1987, 10, 5)),
        ("October 5, 1987", Date(1987, 10, 5)),
        ("on the 3rd of May 1901", Date(1901, 5, 3)),
        ("1987-10-05", Date(1987, 10, 5)),
        ("Sept. 1912", Date(1912, 9)),
        ("in 1734", Date(1734)),
        ("44 BC", None),
        ("480 BC", Date(-480)),
        ("the late 19th century", Date(1866, last=1900)),
        ("the 1960s", Date(1960, last=1969)),
        ("1200 km", None),
        ("12,500 people", None),
    ],
)
def test_dates_are_read(text: str, date: Date | None) -> None:
    assert next((found for found, _, _ in dates(text)), None) == date


def test_dates_stand_where_they_say() -> None:
    text = "It opened on 5 October 1987 and closed in 1990."
    assert [text[start:end] for _, start, end in dates(text)] == ["5 October 1987", "1990"]


@pytest.mark.parametrize(
    ("one", "other", "is_earlier"),
    [
        (Date(1900), Date(1901), True),
        (Date(1901, 5), Date(1901, 4), False),
        (Date(1901, 5, 2), Date(1901, 5, 3), True),
        (Date(1901), Date(1901, 4), None),
        (Date(1901, 5, 2), Date(1901, 5, 2), None),
        (Date(1866, last=1900), Date(1989), True),
        (Date(1895), Date(1866, last=1900), None),
        (Date(-480), Date(30), True),
    ],
)
def test_the_earlier_is_told_only_where_both_say_enough(one: Date, other: Date, is_earlier: bool | None) -> None:
    assert earlier(one, other) is is_earlier
    assert earlier(other, one) is (None if is_earlier is None else not is_earlier)


def test_a_life_is_birth_and_death() -> None:
    lived = life("Ada Lund (7 September 1909 – 28 September 2003) was a painter.")
    assert lived is not None
    assert (lived[0][0], lived[1][0]) == (Date(1909, 9, 7), Date(2003, 9, 28))
    assert life("Ada Lund (born 7 September 1909) painted until 1950.") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eleven titles", (11.0, "")),
        ("some 1,200 species", (1200.0, "")),
        ("2.5 million", (2.5e6, "")),
        ("8,035 metres", (8035.0, "m")),
        ("2 km", (2000.0, "m")),
        ("a quartet", (4.0, "")),
        ("12.5 kg", (12.5, "kg")),
        ("900 g", (0.9, "kg")),
        ("38,000 kronor", (38000.0, "krona")),
        ("36 hours", (1.5, "day")),
        ("many", None),
    ],
)
def test_numbers_are_read(text: str, value: tuple[float, str] | None) -> None:
    assert number(text) == value


def test_feet_and_metres_compare() -> None:
    feet, metres = number("26,362 ft"), number("8,035 m")
    assert feet is not None
    assert metres is not None
    assert feet[1] == metres[1]
    assert feet[0] == pytest.approx(metres[0], rel=1e-3)


def test_countries_go_by_many_names() -> None:
    text = "A Scottish painter who lived in South Sudan and New Mexico."
    assert [(country, text[start:end]) for country, start, end in nations(text)] == [
        ("United Kingdom", "Scottish"),
        ("South Sudan", "South Sudan"),
        ("United States", "New Mexico"),
    ]


def test_the_opening_tells_where_something_is_from() -> None:
    text = "Grey Harbour (French film)\nGrey Harbour is a Danish film that was shot in Norway."
    found = first_nation(text)
    assert found is not None
    country, start, end = found
    assert (country, text[start:end]) == ("Denmark", "Danish")
    assert first_nation("Grey Harbour is a film.") is None
