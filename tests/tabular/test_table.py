"""Tables as the loaders write them: every row at its place, none of those that are no things."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.loaders.discover import Found, discover
from rag.loaders.load import load
from rag.tabular.reading import tables_of
from rag.tabular.table import Table


def read(folder: Path, name: str, text: str) -> tuple[str, list[Table]]:
    (folder / name).write_text(text, encoding="utf-8")
    document = loaded(folder / name)
    return document.page_content, tables_of(document.page_content, document.metadata)


def loaded(path: Path) -> Document:
    (found,) = discover([str(path)])
    assert isinstance(found, Found)
    (document,) = load(found)
    return document


def rows(table: Table) -> list[tuple[str, ...]]:
    return list(zip(*table.columns, strict=True))


def test_a_csv_with_a_total_empty_cells_and_a_cell_like_a_column(tmp_path: Path) -> None:
    text, (table,) = read(
        tmp_path, "flats.csv", 'name;rent;note\nA;1.200,50;x\nB;;"y; rent: 5"\nC;7;\nTotal;1.207,50;\n;;Source: own\n'
    )
    assert table.names == ("name", "rent", "note")
    assert rows(table) == [("A", "1.200,50", "x"), ("B", "", "y; rent: 5"), ("C", "7", "")]
    assert [text[start:end] for start, end in table.spans][1] == "name: B; note: y; rent: 5"
    assert "flats" in table.called
    assert table.label == 0


def test_a_json_list_and_a_csv_with_an_unnamed_column(tmp_path: Path) -> None:
    _, (table,) = read(tmp_path, "a.json", '[{"name": "A", "tags": ["x", "y"]}, {"name": "B", "tags": []}]')
    assert rows(table) == [("A", "x, y"), ("B", "")]
    _, (table,) = read(tmp_path, "b.csv", ",mpg,cyl\nMazda,21,6\nFiat,22,4\n")
    assert table.names == ("", "mpg", "cyl")
    assert table.label == 0


def test_sheets_of_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Plans"
    for row in (["Plan", "Price", "SSO"], ["Free", 0, "no"], ["Pro", 12, "yes"]):
        book.active.append(row)
    other = book.create_sheet("Sheet2")
    for pair in (["Flat", "Rent"], ["A", 5], ["B", None], ["C", 7]):
        other.append(pair)
    book.save(tmp_path / "book.xlsx")
    document = loaded(tmp_path / "book.xlsx")
    plans, flats = tables_of(document.page_content, document.metadata)
    assert rows(plans) == [("Free", "0", "no"), ("Pro", "12", "yes")]
    assert rows(flats) == [("A", "5"), ("B", ""), ("C", "7")]
    assert plans.called == ("Plans", "book")
    assert flats.called == ("book",)
    assert document.page_content[slice(*flats.spans[0])] == "Flat: A; Rent: 5"


def test_tables_of_markdown(tmp_path: Path) -> None:
    text, (table,) = read(
        tmp_path,
        "a.md",
        "# Plans\n\n| Plan | **Price** | SSO |\n|---|---:|---|\n| Free | €0 | no |\n| Pro \\| Team | €12 | |\n\n"
        "After.\n\n"
        "```\n| Not | a table |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n```\n",
    )
    assert table.names == ("Plan", "Price", "SSO")
    assert rows(table) == [("Free", "€0", "no"), ("Pro | Team", "€12", "")]
    assert text[slice(*table.spans[0])] == "| Free | €0 | no |"


def test_tables_of_web_pages(tmp_path: Path) -> None:
    row = "<tr><td>{}</td><td>{}</td></tr>"
    table = f"<table><tr><th>Name</th><th>Rent</th></tr>{row.format('A', 5)}{row.format('B', 7)}</table>"
    _, (found,) = read(tmp_path, "a.html", f"<html><body><h1>Flats</h1>{table}</body></html>")
    assert rows(found) == [("A", "5"), ("B", "7")]
    ragged = f"<table><tr><th></th><th>Free</th></tr>{row.format('Price', '')}<tr><td>SSO</td></tr></table>"
    assert read(tmp_path, "b.html", f"<html><body>{ragged}</body></html>")[1] == []


@pytest.mark.parametrize(("first", "ways"), [("Feature", [True]), ("", [False, True]), ("City", [False])])
def test_columns_may_be_the_things(first: str, ways: list[bool]) -> None:
    table = Table([first, "Free", "Pro"], [["Price", "SSO"], ["0", "no"], ["12", "yes"]], [(0, 1), (2, 3)], ["Plans"])
    assert [way.turned for way in table.readings] == ways
    if True in ways:
        turned = table.readings[-1]
        assert turned.names == (first, "Price", "SSO")
        assert rows(turned) == [("Free", "0", "no"), ("Pro", "12", "yes")]


def test_a_column_that_sums_up_the_others_is_no_thing() -> None:
    table = Table(
        ["", "Total", "2018", "2019"], [["Sales", "Costs"], ["9", "7"], ["4", "3"], ["5", "4"]], [(0, 1), (2, 3)], []
    )
    assert rows(table.readings[-1]) == [("2018", "4", "3"), ("2019", "5", "4")]
