"""Descriptions from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.sql.database import opened
from rag.sql.described import described
from rag.sql.schema import Column, Schema
from tests.databases import CONCERTS

YAML = """
stadium: where concerts are
singer:
  description: who sings
  columns:
    Is_male: {description: sex, values: T is male}
    Age: in years
"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return opened(CONCERTS).schema()


def column(schema: Schema, table: str, name: str) -> Column:
    found = schema.table(table)
    assert found is not None
    held = found.column(name)
    assert held is not None
    return held


def test_yaml(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "about.yaml"
    path.write_text(YAML)
    found = described(schema, str(path))
    assert [table.description for table in found.tables[:3]] == ["where concerts are", "who sings", ""]
    assert str(column(found, "singer", "is_male")) == "Is_male TEXT; sex; values: T is male"
    assert column(found, "singer", "Age").description == "in years"


def test_a_table(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "about.csv"
    path.write_text("table,column,description,values\nsinger,,who sings,\nsinger,Age,in years,0 to 99\n")
    found = described(schema, str(path))
    assert found.tables[1].description == "who sings"
    assert column(found, "singer", "Age").values == "0 to 99"


def test_a_folder_as_bird_has_them(schema: Schema, tmp_path: Path) -> None:
    head = "\ufefforiginal_column_name,column_name,column_description,data_format,value_description\n"
    (tmp_path / "singer.csv").write_text(head + "Is_male,sex,,text,T: male\nGone,gone,,,\n", encoding="utf-8")
    (tmp_path / "stadium.csv").write_bytes((head.lstrip("\ufeff") + "City,city,where: \xe9\n").encode("latin-1"))
    (tmp_path / "other.csv").write_text(head)
    found = described(schema, str(tmp_path))
    assert str(column(found, "singer", "Is_male")) == "Is_male TEXT; sex; values: T: male"
    assert column(found, "stadium", "City").description == "where: é"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "singr: who", "no table 'singr'; did you mean 'singer'"),
        ("a.yaml", "singer: {columns: {Nam: x}}", "singer has no column 'Nam'; did you mean 'Name'"),
        ("a.yaml", "singer: {column: {}}", "must be a text, or have `description` and `columns`"),
        ("a.yaml", "singer: {columns: {Name: {about: x}}}", "singer.Name must be a text"),
        ("a.yaml", "- singer", "expected tables"),
        ("a.yaml", "a: [", "cannot be read"),
        ("a.csv", "name,text\n", "the first line must name"),
    ],
)
def test_mistakes_are_told(name: str, text: str, told: str, schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        described(schema, str(path))


def test_a_missing_file_is_told(schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        described(schema, str(tmp_path / "none.yaml"))
