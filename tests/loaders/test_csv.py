from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.loaders.csv import delimiter_of
from rag.loaders.part import Part

One = Callable[..., Part]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["City", "Limit", "Note"], ["Paris", "190", "1,5; tax"], ["Lyon", "130", "x, y"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert delimiter_of(text) == delimiter


def test_rows_name_their_columns(one: One) -> None:
    part = one('Country,City,Hotel (EUR)\nFrance,Paris,190\nDenmark,,"165\n+ tax"\n', "limits.csv")
    assert part.text == "Country: France; City: Paris; Hotel (EUR): 190\nCountry: Denmark; Hotel (EUR): 165 + tax"
    assert part.metadata["columns"] == ["Country", "City", "Hotel (EUR)"]


def test_rows_of_other_lengths_lose_nothing(one: One) -> None:
    assert one("a,b\n1\n1,2,3\n", "a.csv").text == "a: 1\na: 1; b: 2; 3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n3,4\n", "1 | 2\n3 | 4"),
        ("only\none\ncolumn\n", "only\none\ncolumn"),
        ("name,name\na,b\n", "name | name\na | b"),
        ("Sensor,Drift\n", "Sensor | Drift"),
    ],
)
def test_tables_without_a_header(one: One, text: str, expected: str) -> None:
    assert one(text, "a.csv").text == expected


def test_a_tsv_may_hold_commas(one: One) -> None:
    assert one("City\tNote\nParis\ta, b, c\n", "a.tsv").text == "City: Paris; Note: a, b, c"


def test_a_field_without_end_is_reported(reason: Callable[..., str]) -> None:
    assert "not a table: field larger than field limit" in reason(
        'a,b\n"' + "x" * 5_000, "a.csv", max_line_characters=1_000
    )
