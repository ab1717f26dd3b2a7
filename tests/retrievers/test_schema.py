"""The tables that a question needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.retrievers.schema import Schema
from tests.databases import CONCERTS, concerts

TABLES = {"stadium", "singer", "concert", "singer_in_concert", "ticket_shop"}
QUESTION = "Which singers come from France?"


def found(question: str = QUESTION, **fields: Any) -> dict[str, str]:
    passages = Schema(database=CONCERTS, **fields).invoke(question)
    return {passage.metadata["title"]: passage.page_content for passage in passages}


def test_a_small_schema_is_given_whole() -> None:
    told = found()
    assert set(told) == TABLES
    assert "Country TEXT; e.g. 'Netherlands', 'United States', 'France'" in told["singer"]
    assert "foreign key: concert.Stadium_ID = stadium.Stadium_ID" in told["concert"]


def test_without_a_budget_every_schema_is() -> None:
    whole = Schema(database=CONCERTS, max_tokens=None).focus(QUESTION)
    assert whole.whole
    assert whole == Schema(database=CONCERTS, max_tokens=1_000_000).focus(QUESTION)


def test_a_large_one_is_narrowed_to_what_is_asked() -> None:
    assert list(found(max_tokens=10, tables=1)) == ["singer"]
    told = found("Which singers sang in Oslo?", max_tokens=10, tables=2, columns=1)
    assert set(told) == TABLES - {"ticket_shop"}  # those between are needed to join them
    assert "City TEXT" in told["stadium"]
    assert "Is_male" not in told["singer"]


def test_data_need_not_be_shown() -> None:
    told = found(examples=0, values=0)
    assert "e.g." not in "".join(told.values())
    assert Schema(database=CONCERTS, examples=0, values=0).focus(QUESTION).mentions == ()


def test_descriptions_are_shown_and_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "about.yaml"
    path.write_text("ticket_shop: {columns: {Street: where one buys a ticket}}")
    told = found("Where does one buy a ticket?", descriptions=str(path), max_tokens=10, tables=1)
    assert list(told) == ["ticket_shop"]
    assert "Street TEXT; where one buys a ticket" in told["ticket_shop"]


def test_passages_say_where_they_are_from() -> None:
    for passage in Schema(database=CONCERTS).invoke(QUESTION):
        assert passage.id == f"{CONCERTS}#{passage.metadata['title']}"
        assert passage.metadata["source"] == CONCERTS
        assert passage.page_content[passage.metadata["start"] : passage.metadata["end"]] == passage.page_content


def test_a_changed_database_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = concerts(tmp_path / "concerts.sqlite")
    retriever = Schema(database=str(path))
    assert not retriever.focus("Is there a zither?").mentions
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO concert VALUES (9, 'Zither', 'x', 2020, 1)")
        connection.commit()
    assert not retriever.focus("Is there a zither?").mentions  # not at every question, where much is written
    monkeypatch.setattr("rag.retrievers.schema.monotonic", lambda: 1e12)
    assert retriever.focus("Is there a zither?").mentions


@pytest.mark.parametrize(
    ("database", "told"), [("", "no database to ask: give `database`"), ("none.sqlite", "there is no database")]
)
def test_what_is_missing_is_told(database: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Schema(database=database).invoke(QUESTION)
