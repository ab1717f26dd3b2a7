from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from rag.loaders.part import Part
from rag.loaders.xlsx_values import shown

One = Callable[..., Part]


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_sheets_are_pages_and_rows_name_their_columns(one: One, samples: dict[str, bytes]) -> None:
    part = one(samples["book.xlsx"], "book.xlsx")
    assert part.metadata["sheets"] == ["Calibration", "Prices"]
    assert [part.text[start:end] for start, end in part.metadata["pages"]] == [
        "Calibration\n\nSensor: A7; Date: 2025-03-01; Error: 1.5%; Passed: yes\n"
        "Sensor: B2; Date: 2025-03-02; Error: 20%; Passed: no",
        "Prices\n\nPart: Bearing; EUR: 12.5",
    ]


def test_values_are_those_of_openpyxl(one: One) -> None:
    book = Workbook()
    values = [17, -2.5, 0.1 + 0.2, "Größe", date(2024, 2, 29), datetime(2024, 2, 29, 13, 5), time(6, 30), 1e-9, "007"]
    book.active.append(["x", *values])
    data = saved(book)
    oracle = [cell.value for cell in load_workbook(io.BytesIO(data)).active[1]][1:]
    told = one(data, "a.xlsx").text.removeprefix("Sheet\n\n").split(" | ")[1:]
    assert [
        type(value)(oracle_value) if isinstance(value, int | float) else value
        for value, oracle_value in zip(values, oracle, strict=True)
    ]
    assert told == ["17", "-2.5", "0.3", "Größe", "2024-02-29", "2024-02-29 13:05:00", "6:30:00", "1e-09", "007"]


def test_titles_above_the_header_and_gaps(one: One) -> None:
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "Budget of the workshop"
    for row, cells in enumerate((("What", "Who", "EUR"), ("Glasses", "Ada", 120), ("Gloves", None, 40)), 4):
        for column, value in enumerate(cells, 2):
            sheet.cell(row, column, value)
    assert one(saved(book), "a.xlsx").text == (
        "Sheet\n\nBudget of the workshop\nWhat: Glasses; Who: Ada; EUR: 120\nWhat: Gloves; EUR: 40"
    )


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        ("45000", "date", "2023-03-15"),
        ("-3", "date", "-3"),
        ("0.333333333333", "percent", "33.33333333%"),
        ("NaN?", "", "NaN?"),
    ],
)
def test_numbers_as_shown(value: str, style: str, expected: str) -> None:
    assert shown(value, style, from_1904=False) == expected


def test_nothing_on_any_sheet_is_reported(reason: Callable[..., str]) -> None:
    assert reason(saved(Workbook()), "a.xlsx") == "no values on any sheet"
