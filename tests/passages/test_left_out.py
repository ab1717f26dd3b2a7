"""What a step took out, told as places in sources."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.passages.condensed import condensed
from rag.passages.left_out import left_out
from rag.passages.parts import part

TEXT = "Travel is approved by the head of department. Receipts are kept. Hotels cost up to 140 EUR."


def passage(start: int, end: int, source: str = "travel.md") -> Document:
    metadata = {"source": source, "start": start, "end": end, "title": "Travel", "page": 2}
    return Document(TEXT[start:end], id=f"{source} {start}", metadata=metadata)


def said(before: list[Document], after: list[Document]) -> list[str]:
    return [TEXT[one["start"] : one["end"]].strip() for one in left_out(before, after)]


def test_a_passage_that_went_is_told_with_its_place() -> None:
    gone = left_out([passage(0, 45), passage(46, 64)], [passage(0, 45)])
    assert gone == [{"id": "travel.md 46", "source": "travel.md", "start": 46, "end": 64, "title": "Travel", "page": 2}]


def test_nothing_is_told_where_order_alone_changed() -> None:
    assert left_out([passage(0, 45), passage(46, 64)], [passage(46, 64), passage(0, 45)]) == []


def test_of_a_shortened_passage_the_rest_is_told() -> None:
    whole = passage(0, len(TEXT))
    assert said([whole], [part(whole, 0, 45), part(whole, 65, len(TEXT))]) == ["Receipts are kept."]
    assert said([whole], [condensed(whole, [(0, 6), (46, len(TEXT))])]) == ["is approved by the head of department."]


def test_what_another_passage_still_has_is_not_left_out() -> None:
    assert said([passage(0, 64), passage(46, len(TEXT))], [passage(46, len(TEXT))]) == [TEXT[:45]]
    assert left_out([passage(0, 45), passage(0, 45, "copy.md")], [passage(0, 45)])[0]["source"] == "copy.md"


def test_what_several_passages_lose_is_told_once() -> None:
    assert said([passage(0, 64), passage(46, len(TEXT))], []) == [TEXT[:64], "Hotels cost up to 140 EUR."]


def test_what_a_summary_stands_for_is_not_left_out() -> None:
    members = [{"id": "travel.md 0", "source": "travel.md", "start": 0, "text": TEXT[:45]}]
    summary = Document("A head of department approves.", id="summary", metadata={"members": members})
    assert said([passage(0, 64)], [summary]) == ["Receipts are kept."]


PLACES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda run: (run[0], run[0] + run[1])), max_size=6
)


@given(PLACES, PLACES)
def test_together_they_are_what_was_there(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> None:
    def characters(runs: list[tuple[int, int]]) -> set[int]:
        return {at for start, end in runs for at in range(start, end) if TEXT[at].strip()}

    gone = [
        (one["start"], one["end"])
        for one in left_out([passage(*run) for run in before], [passage(*run) for run in after])
    ]
    assert characters(gone) == characters(before) - characters(after)
    assert sum(len(characters([run])) for run in gone) == len(characters(gone))
