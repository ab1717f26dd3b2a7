"""Documents that are already text: what fails fails alone, what is long becomes durable as it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from langchain_core.documents import Document

from rag.index import Index, View
from rag.ingest import Run


def test_half_a_character_fails_alone(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    texts = {"good.txt": "A tram.", "bad.txt": "Half a \ud83d smile."}
    documents = [Document(text, metadata={"source": source}) for source, text in texts.items()]
    report = index.add_documents(documents, views)
    assert (report.added, report.failed) == (1, 1)
    assert "not valid Unicode" in report.failures[0].reason


def test_a_long_document_becomes_durable_piece_by_piece(make: Callable[..., Index], views: Sequence[View]) -> None:
    text = " ".join(f"Sentence {i} is here." for i in range(50))
    index = make(batch_passages=8)
    whole = [Document(text, metadata={"source": "long.txt"})]
    stored: list[int] = []
    inner = Run.flush

    def flush(run: Run) -> None:
        inner(run)
        stored.append(run.passages)
        if run.passages > 20:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "flush", flush)
        with pytest.raises(KeyboardInterrupt):
            index.add_documents(whole, views)
    assert stored[0] == 8
    report = index.add_documents(whole, views)
    assert (report.passages, report.encoded) == (50, 26)
    assert index.add_documents(whole, views).unchanged == 1
    assert index.verify() == []
