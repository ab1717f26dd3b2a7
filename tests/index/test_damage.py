"""Bytes that are not what was written are noticed; what can be derived is derived again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.errors import IndexDamaged, IndexMissing
from rag.index import Index, View, repair
from rag.index.lock import writing

QUESTION = "Are dogs welcome?"
Ask = Callable[..., list[Document]]


@pytest.fixture
def index(make: Callable[..., Index], views: Sequence[View], handbook: Callable[..., list[Document]]) -> Index:
    made = make()
    made.add_documents(handbook(), views)
    return made


@pytest.fixture
def reopened(index: Index, make: Callable[..., Index]) -> Callable[[], Index]:
    """The index as another process would open it."""
    index.close()
    return make


def parts(index: Index, view: View) -> list[Path]:
    return sorted(index.folder.glob(f"segments/*/{view.name}*"))


def flip(file: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0x10
    file.write_bytes(content)


def test_a_sound_index_is_sound(index: Index) -> None:
    assert index.verify() == []


@pytest.mark.parametrize("place", [0.0, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("number", [0, 1])
def test_a_flipped_byte_in_a_view_is_mended(
    index: Index, reopened: Callable[[], Index], views: Sequence[View], ask: Ask, place: float, number: int
) -> None:
    view = views[number]
    expected = ask(index, view, QUESTION)
    flip(parts(index, view)[0], place)
    again = reopened()
    assert len(again.verify()) == 1
    assert ask(again, view, QUESTION) == expected
    assert again.verify() == []


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(file.read_bytes()[:-40])])
def test_a_lost_or_short_view_is_mended(
    index: Index, reopened: Callable[[], Index], views: Sequence[View], ask: Ask, harm: Any
) -> None:
    expected = ask(index, views[0], QUESTION)
    harm(parts(index, views[0])[0])
    again = reopened()
    assert ask(again, views[0], QUESTION) == expected


def test_indexing_mends_too(index: Index, reopened: Callable[[], Index], views: Sequence[View], ask: Ask) -> None:
    expected = ask(index, views[0], QUESTION)
    for view in views:
        flip(parts(index, view)[0], 0.5)
    again = reopened()
    again.add([], views)
    assert again.verify() == []
    assert ask(again, views[0], QUESTION) == expected


def test_a_reader_that_cannot_mend_says_what_will(
    index: Index, reopened: Callable[[], Index], views: Sequence[View], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(parts(index, views[0])[0], 0.5)
    with writing(index.folder), pytest.raises(IndexDamaged, match="run `rag index --index"):
        ask(reopened(), views[0], QUESTION)
    monkeypatch.setattr(repair, "AT_ONCE", 3)
    with pytest.raises(IndexDamaged, match=r"`rag index --index .*` makes it again"):
        ask(reopened(), views[0], QUESTION)


def test_a_changed_passage_is_not_passed_on(
    index: Index, reopened: Callable[[], Index], views: Sequence[View], ask: Ask
) -> None:
    with sqlite3.connect(index.folder / "index.sqlite") as connection:
        connection.execute("UPDATE passages SET text = 'Cats are welcome.' WHERE text LIKE 'Dogs are welcome%'")
    connection.close()
    again = reopened()
    with pytest.raises(IndexDamaged, match=r"passage \d+ is not what was written .*`rag doctor"):
        ask(again, views[0], QUESTION)
    assert [line for line in again.verify() if "passage" in line]


def test_a_changed_document_is_noticed(index: Index, reopened: Callable[[], Index]) -> None:
    with sqlite3.connect(index.folder / "index.sqlite") as connection:
        connection.execute("UPDATE documents SET text = 'Nothing.' WHERE source = 'office.md'")
        connection.execute("UPDATE documents SET metadata = '{}' WHERE source = 'travel.md'")
    connection.close()
    wrong = reopened().verify()
    assert any("office.md" in line and "text" in line for line in wrong)
    assert any("travel.md" in line for line in wrong)


@pytest.mark.parametrize("place", [0.0, 0.02, 0.2, 0.5, 0.8, 0.99])
def test_a_flipped_byte_in_sqlite_never_goes_wrong_in_silence(
    index: Index,
    reopened: Callable[[], Index],
    views: Sequence[View],
    handbook: Callable[..., list[Document]],
    ask: Ask,
    place: float,
) -> None:
    expected = [ask(index, view, QUESTION) for view in views]
    index.add_documents(handbook(), views)
    index.close()
    flip(index.folder / "index.sqlite", place)
    again = reopened()
    try:
        found = [ask(again, view, QUESTION) for view in views]
    except IndexDamaged as error:
        assert "index.sqlite" in str(error)
    else:
        assert found == expected


def test_what_is_no_database_is_called_damaged(index: Index, reopened: Callable[[], Index], ask: Ask) -> None:
    index.close()
    for file in index.folder.glob("index.sqlite*"):
        file.write_bytes(b"These are not the bytes of a database. " * 100)
    again = reopened()
    with pytest.raises(IndexDamaged, match="is damaged"):
        again.sources()
    assert any("damaged" in line for line in again.verify())


def test_no_index_is_said_with_the_command_that_makes_one(make: Callable[..., Index]) -> None:
    index = make("nowhere")
    assert not index.exists()
    for call in (index.sources, index.verify, index.stats):
        with pytest.raises(IndexMissing, match="rag index"):
            call()
