"""An index built with other settings says which, key by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.analysis import Analyzer
from rag.errors import IndexMismatch, ViewMissing
from rag.index import Index, Lexical, Vectors, View


@pytest.fixture
def index(make: Callable[..., Index], views: Sequence[View], handbook: Callable[..., list[Document]]) -> Index:
    made = make()
    made.add_documents(handbook(), views)
    return made


def test_what_it_was_built_for_is_fine(index: Index, views: Sequence[View]) -> None:
    index.check(views)


def test_another_segmenter(index: Index, make: Callable[..., Index], views: Sequence[View]) -> None:
    segmenter: Any = type(index.segmenter)
    other = make(segment=segmenter(encoder=index.encoder, per_passage=2))
    with pytest.raises(IndexMismatch) as caught:
        other.check(views)
    assert "segmenter: built with Sentences(), asked for Sentences(per_passage=2)" in str(caught.value)
    assert "rag index --index" in str(caught.value)
    assert "tokenizer" not in str(caught.value)


def test_another_context(index: Index, make: Callable[..., Index]) -> None:
    with pytest.raises(IndexMismatch, match="contextual: built with headings, asked for none"):
        make(contextual="none").sources()


def test_another_encoder(index: Index, make: Callable[..., Index], views: Sequence[View], ask: Any) -> None:
    encoder = type(index.encoder)(size=32)  # type: ignore[call-arg]
    other = make(encoder=encoder, segment=index.segment)
    with pytest.raises(IndexMismatch, match=r"encoder: built with Hashing\(\), asked for Hashing\(size=32\)"):
        ask(other, Vectors(encoder), "dogs")
    assert ask(other, views[0], "dogs")  # it cuts as the other one does, and words are words


def test_another_analyzer(index: Index, ask: Any) -> None:
    with pytest.raises(IndexMismatch, match=r"analyzer: built with .*language=auto.*, asked for .*language=de"):
        ask(index, Lexical(Analyzer(language="de")), "dogs")


def test_a_view_that_was_never_made(
    make: Callable[..., Index], views: Sequence[View], handbook: Callable[..., list[Document]], ask: Any
) -> None:
    index = make("lexical")
    index.add_documents(handbook(), views[:1])
    with pytest.raises(ViewMissing, match="lacks the vectors view: `rag index --index"):
        ask(index, views[1], "dogs")
    index.add_documents([Document("A new page.", metadata={"source": "new.md"})], views)
    index.add_documents([Document("Another page.", metadata={"source": "newer.md"})], views[:1])
    with pytest.raises(ViewMissing, match="lacks the vectors view for 1 of its"):
        index.check(views)


def test_an_encoder_that_counts_otherwise(index: Index, make: Callable[..., Index]) -> None:
    class Letters(type(index.encoder)):  # type: ignore[misc]
        def tokens(self, text: str) -> Any:
            return super().tokens(text)[:1]

    encoder = Letters()
    segmenter: Any = type(index.segmenter)
    with pytest.raises(IndexMismatch, match="tokenizer: built with"):
        make(encoder=encoder, segment=segmenter(encoder=encoder)).sources()


def test_newer_code_wrote_it(index: Index, make: Callable[..., Index]) -> None:
    import sqlite3

    with sqlite3.connect(index.folder / "index.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    connection.close()
    with pytest.raises(IndexMismatch, match="format 99, this version reads up to 1: upgrade"):
        make().sources()
