"""Passages shortened inside, and the way back to the source."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.passages.condensed import condensed, is_condensed, original, pieces, rewritten, whole_of
from rag.passages.parts import cite, end_of, part, start_of

SOURCE = "Before. Travel abroad is generally approved by the director of the company. After."
START, END = 8, 76


@pytest.fixture
def passage() -> Document:
    metadata = {"source": "handbook.md", "start": START, "end": END, "tokens": 99}
    return Document(SOURCE[START:END], id=f"p:{START}-{END}", metadata=metadata)


def spans_of(text: str, *words: str) -> list[tuple[int, int]]:
    return [(text.index(word), text.index(word) + len(word)) for word in words]


def test_every_kept_character_knows_where_it_was(passage: Document) -> None:
    short = condensed(passage, spans_of(passage.page_content, "Travel abroad ", "approved ", "director "))
    assert short.page_content == "Travel abroad approved director"
    assert (start_of(short), end_of(short), whole_of(short)) == (START, END, passage.page_content)
    assert "tokens" not in short.metadata
    for place, char in enumerate(short.page_content):
        start, end = original(short, place, place + 1)
        assert SOURCE[START + start : START + end] == char


def test_a_citation_quotes_the_source_with_what_went(passage: Document) -> None:
    short = condensed(passage, spans_of(passage.page_content, "Travel abroad ", "approved ", "director "))
    at = short.page_content.index("abroad")
    found = cite([short], 1, at, len(short.page_content))
    assert found.quote == "abroad is generally approved by the director"
    assert SOURCE[found.start : found.end] == found.quote


def test_what_is_all_there_is_the_passage_itself(passage: Document) -> None:
    assert condensed(passage, [(0, 10), (10, len(passage.page_content))]) is passage
    assert not is_condensed(passage)


def test_twice_condensed_is_still_exact(passage: Document) -> None:
    once = condensed(passage, spans_of(passage.page_content, "Travel abroad ", "approved ", "director "))
    twice = condensed(once, spans_of(once.page_content, "abroad ", "director"))
    assert twice.page_content == "abroad director"
    assert [whole_of(twice)[slice(*original(twice, *span))] for span in ((0, 6), (7, 15))] == ["abroad", "director"]


def test_a_part_has_the_place_of_what_it_stands_for(passage: Document) -> None:
    short = condensed(passage, spans_of(passage.page_content, "Travel abroad ", "approved ", "director "))
    piece = part(short, short.page_content.index("approved"), len(short.page_content))
    assert piece.page_content == "approved director"
    assert whole_of(piece) == "approved by the director"
    assert SOURCE[start_of(piece) : end_of(piece)] == whole_of(piece)
    assert (piece.metadata["end"], piece.id) == (end_of(piece), f"p:{start_of(piece)}-{end_of(piece)}")
    quoted = cite([piece], 1, piece.page_content.index("director"), len(piece.page_content))
    assert SOURCE[quoted.start : quoted.end] == quoted.quote == "director"


def test_words_written_anew_stand_for_what_they_were_made_from(passage: Document) -> None:
    whole = passage.page_content
    made = rewritten(passage, [("The director approves it.", 0, len(whole) - 1), (" Yes.", 0, 6)])
    assert cite([made], 1, 4, 12).quote == whole[:-1]
    assert cite([made], 1, 26, 29).quote == "Travel"


@given(st.lists(st.booleans(), min_size=10, max_size=10), st.integers(0, 40), st.integers(1, 40))
def test_quotes_are_the_sources_own_words(keeps: list[bool], start: int, length: int) -> None:
    whole = Document(SOURCE[START:END], metadata={"source": "handbook.md", "start": START, "end": END})
    bounds = [0, *(place + 1 for place, char in enumerate(whole.page_content) if char == " "), len(whole.page_content)]
    spans = [span for span, keep in zip(pairwise(bounds), keeps, strict=False) if keep]
    if not spans:
        return
    short = condensed(whole, spans)
    start = min(start, len(short.page_content) - 1)
    end = min(start + length, len(short.page_content))
    found = cite([short], 1, start, end)
    assert SOURCE[found.start : found.end] == found.quote
    assert found.quote[0] == short.page_content[start] and found.quote[-1] == short.page_content[end - 1]
    piece = part(short, start, end)
    assert SOURCE[start_of(piece) : end_of(piece)] == whole_of(piece)


def test_pieces_tell_length_and_place_and_white_space_that_nobody_misses() -> None:
    whole = Document("One. Two.  \n Three. ", id="p", metadata={"source": "s", "start": 0, "end": 20})
    assert pieces(whole) == [(20, 0)]
    short = condensed(whole, [(0, 5), (13, 20)])
    assert short.page_content == "One. Three."
    assert pieces(short) == [(5, 0), (6, 13), (0, 19, 20)]
    assert pieces(condensed(whole, [(5, 9)])) == [(4, 5), (0, 9, 13)]
    masked = rewritten(short, [("One. ", 0, 5), ("[...]!", 5, 11)])
    assert pieces(masked) == [(5, 0), (6, 13, 19), (0, 19, 20)]
