"""Sentences by the shipped model, with punctuation and without."""

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.encoders.static import Static
from rag.segmenters.sat import FAMILIES, Sat

TOLD = [
    "the old bridge was built in 1734",
    "it crosses the river near the mill",
    "we went there yesterday with my brother",
    "he wanted to see the church as well",
]


def test_a_text_without_punctuation_is_cut_between_sentences() -> None:
    text = " ".join(TOLD)
    found = [text[start:end] for start, end in Sat(encoder=Static()).sentences(text)]
    assert len(set(found) & set(TOLD)) >= 3


def test_with_punctuation_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    text = "Dr. Weiss paid 3.50 euros. She left at 5 p.m. and came back. Was it late? Nobody knows."
    found = [text[start:end] for start, end in Sat(encoder=Static()).sentences(text)]
    assert found[0] == "Dr. Weiss paid 3.50 euros."
    assert found[-2:] == ["Was it late?", "Nobody knows."]


def test_passages_hold_whole_sentences_and_every_word() -> None:
    text = " ".join(TOLD * 12)
    segments = Sat(encoder=Static(), max_tokens=48).segments(Document(text))
    assert len(segments) > 5
    assert all(segment.metadata["tokens"] <= 48 for segment in segments)
    assert " ".join(text[segment.start : segment.end] for segment in segments) == text
    starts = {text.find(sentence) for sentence in TOLD}
    period = len(" ".join(TOLD)) + 1
    assert sum(segment.start % period in starts for segment in segments) >= 0.7 * len(segments)


def test_headings_and_items_stay_by_themselves() -> None:
    text = "Opening hours\n- monday to friday\n- closed on sunday"
    assert len(Sat(encoder=Static()).sentences(text)) == 3
    wrapped = "The old bridge of the town\nwas built of red sandstone."
    assert len(Sat(encoder=Static()).sentences(wrapped)) == 2
    assert len(Sat(encoder=Static(), lines=False).sentences(wrapped)) == 1


def test_a_foreign_model_needs_its_threshold_said() -> None:
    with pytest.raises(ValidationError, match="needs a threshold, or its family"):
        Sat(encoder=Static(), model="/home/smith/sat-3l")
    assert Sat(encoder=Static(), model="/home/smith/sat-3l", family="plain")._above == FAMILIES["plain"]
    assert Sat(encoder=Static(), model="sat-3l-sm", threshold=0.4)._above == 0.4
    with pytest.raises(ValidationError, match="family 'xl': there are sm, plain"):
        Sat(encoder=Static(), model="sat-3l", family="xl")
