"""An index, from documents to passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.index import Index, View

Call = Callable[..., Any]


def test_what_was_added_is_found_with_its_place(
    make: Callable[..., Index], views: Sequence[View], handbook: Call, texts: dict[str, str], ask: Call
) -> None:
    index = make()
    report = index.add_documents(handbook(), views)
    assert (report.added, report.changed, report.unchanged, report.passages) == (4, 0, 0, 8)
    for view in views:
        best = ask(index, view, "Are dogs welcome?")[0]
        assert best.page_content == "Dogs are welcome in the office, cats are not."
        assert best.metadata["source"] == "office.md"
        assert texts["office.md"][best.metadata["start"] : best.metadata["end"]] == best.page_content
        assert best.metadata["score"] > 0


def test_what_did_not_change_is_left_alone(
    make: Callable[..., Index], views: Sequence[View], handbook: Call, ask: Call
) -> None:
    index = make()
    index.add_documents(handbook(), views)
    report = index.add_documents(handbook(office="The office opens at nine. Dogs are welcome in the office."), views)
    assert (report.added, report.changed, report.unchanged) == (0, 1, 3)
    assert not ask(index, views[0], "eight")
    assert ask(index, views[0], "nine")[0].metadata["source"] == "office.md"
