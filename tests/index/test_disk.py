"""What the disk refuses is told as what it is, and costs nothing that was published."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.errors import IndexFault
from rag.index import Index, View
from rag.index.database import connect

Call = Callable[..., Any]


def test_a_full_disk_is_told_and_what_was_there_stays(
    make: Callable[..., Index], views: Sequence[View], handbook: Call, ask: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make()
    index.add_documents(handbook(), views)

    def full(folder: Path, *, write: bool = False) -> sqlite3.Connection:
        connection = connect(folder, write=write)
        connection.execute("PRAGMA max_page_count = 1")  # as many as there are
        return connection

    monkeypatch.setattr("rag.index.writer.connect", full)
    long = Document(" ".join(f"Sentence {n} is about cats." for n in range(5000)), metadata={"source": "cats.md"})
    with pytest.raises(IndexFault, match="disk is full"):
        index.add_documents([long], views)
    assert ask(index, views[0], "Are dogs welcome?")[0].metadata["source"] == "office.md"
    monkeypatch.undo()
    assert index.add_documents([long], views).added == 1


def test_a_file_where_the_folder_should_be(
    make: Callable[..., Index], views: Sequence[View], handbook: Call, ask: Call
) -> None:
    index = make()
    Path(index.path).write_text("no index")
    with pytest.raises(IndexFault, match="is a file, and an index is a folder"):
        index.add_documents(handbook(), views)
    with pytest.raises(IndexFault, match="is a file, and an index is a folder"):
        ask(index, views[0], "Are dogs welcome?")
