"""An index built with other settings says which, key by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from langchain_core.documents import Document

from rag.errors import IndexMismatch, ViewMissing
from rag.index import Index, Lexical, Vectors, View
from rag.kinds import Segment, Segmenter
from rag.words.analysis import Analyzer


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


def test_a_segmenter_that_was_mended(
    make: Callable[..., Index], views: Sequence[View], ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release after which the same text is cut elsewhere: the index answers, and the next run cuts again."""
    texts = {"dogs.md": "Dogs are welcome. Cats are not; mice are.", "hours.md": "The office opens at eight."}
    before = make()
    segmenter: Any = type(before.segmenter)
    before.add_documents([Document(text, metadata={"source": source}) for source, text in texts.items()], views)
    assert before.add((), views).changed == 0

    def cut(self: Any, document: Document) -> list[Segment]:
        found = was(self, document)
        return [part for whole in found for part in halves(document.page_content, whole)]

    was = segmenter.segments
    monkeypatch.setattr(segmenter, "segments", cut)
    monkeypatch.setattr(segmenter, "version", 2)
    after = make()
    after.check(views)
    assert ask(after, views[0], "mice")[0].page_content == "Cats are not; mice are."
    report = after.add((), views)
    assert (report.changed, report.passages, report.encoded) == (2, 4, 2)  # what comes out as before is not encoded
    assert ask(after, views[0], "mice")[0].page_content == "mice are."
    assert after.add((), views).changed == 0
    make().check(views)


def halves(text: str, segment: Segment) -> list[Segment]:
    """A segment cut behind its semicolon."""
    cut = text.find("; ", segment.start, segment.end) + 2
    bounds = (segment.start, cut, segment.end) if cut > 1 else (segment.start, segment.end)
    return [Segment(start, end) for start, end in pairwise(bounds)]


def test_first_versions_are_not_told(make: Callable[..., Index], encoder: Any) -> None:
    """An index made before there were versions is one of first versions, down to the shape of its documents."""
    index = make()
    assert list(index.manifest) == ["segmenter", "contextual", "counted by"]
    inner: Any = type("Inner", (type(index.segmenter),), {"version": 3, "__annotations__": {"version": ClassVar[int]}})
    outer: Any = type("Outer", (type(index.segmenter),), {"__annotations__": {"inside": Segmenter}})
    made = make(segment=outer(encoder=encoder, inside=inner(encoder=encoder)))
    assert made.manifest["segmenter version"] == "Inner 3"
