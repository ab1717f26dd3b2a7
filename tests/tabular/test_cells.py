"""Cells as numbers with units, dates, yes and no; or none of them."""

from decimal import Decimal

import pytest

from rag.tabular.cells import dates_of, flags_of, number_of, numbers_of


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["1", "2.5", "-3"], ["1", "2.5", "-3"], ""),
        (["1,200", "15,000"], ["1200", "15000"], ""),
        (["1.200,50", "980,00"], ["1200.50", "980"], ""),
        (["1.200", "1.200.300"], ["1200", "1200300"], ""),
        (["1.200", "0.75"], ["1.200", "0.75"], ""),
        (["€1,450.50", "€980"], ["1450.50", "980"], "€"),
        (["12 kg", "7 kg"], ["12", "7"], "kg"),
        (["1 day", "12 days"], ["1", "12"], "day"),
        (["12.5%", "7%"], ["12.5", "7"], "%"),
        (["1.2k", "3M"], ["1200", "3000000"], ""),
        (["(5)", "−2", "- 1"], ["-5", "-2", "-1"], ""),
        (["1 200", "12 000 000"], ["1200", "12000000"], ""),
        (["1e+05", "2.5e3"], ["100000", "2500"], ""),
        (["5", "", "n/a", "7"], ["5", None, None, "7"], ""),
    ],
)
def test_numbers(cells: list[str], values: list[str | None], unit: str) -> None:
    found = numbers_of(cells)
    assert found is not None
    assert list(found.values) == [None if value is None else Decimal(value) for value in values]
    assert found.unit == unit


@pytest.mark.parametrize(
    "cells",
    [
        ["5 km", "700 m"],  # units
        ["€5", "$7"],
        ["5 kg", "7"],
        ["1.200", "2.350"],  # thousands or decimals
        ["1,5", "1.5"],
        ["5", "about 7"],
        ["3-5", "4-6"],
        ["<5", "7"],
        ["12:30", "13:45"],
        ["5", "", "", ""],  # mostly empty
        ["1 20", "5"],
        [],
    ],
)
def test_what_is_no_column_of_numbers(cells: list[str]) -> None:
    assert numbers_of(cells) is None


def test_a_number_of_a_question() -> None:
    assert number_of("€1,300") == (Decimal(1300), "€")
    assert number_of("1.300") is None


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2024-03-01", "2023-12-31"], (2024, 3, 1, "")),
        (["2024-03-01 10:15", "2024-03-01 09:00"], (2024, 3, 1, "10:15")),
        (["3 March 2024", "31 Dec 2023"], (2024, 3, 3, "")),
        (["March 3, 2024", ""], (2024, 3, 3, "")),
        (["Mar 2024", "Dec 2023"], (2024, 3, 0, "")),
        (["03.04.2024"], (2024, 4, 3, "")),
        (["3/4/2024", "13/4/2024"], (2024, 4, 3, "")),
        (["3/4/2024", "3/14/2024"], (2024, 3, 4, "")),
    ],
)
def test_dates(cells: list[str], first: tuple[int, int, int, str]) -> None:
    found = dates_of(cells)
    assert found is not None
    assert found.values[0] == first


@pytest.mark.parametrize("cells", [["3/4/2024", "5/6/2024"], ["2024-03-01", "soon"], ["2024-13-01"], ["x", ""]])
def test_what_is_no_column_of_dates(cells: list[str]) -> None:
    assert dates_of(cells) is None


def test_flags() -> None:
    assert flags_of(["yes", "No", ""]).values == [True, False, None]  # type: ignore[union-attr]
    assert flags_of(["✓", "", "✓"]).values == [True, False, True]  # type: ignore[union-attr]
    assert flags_of(["1", "0", "1"]).values == [True, False, True]  # type: ignore[union-attr]
    assert flags_of(["yes", "yes"]) is None  # what would an empty or another cell say?
    assert flags_of(["yes", "on request"]) is None
