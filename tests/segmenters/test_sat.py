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


def test_sentences_with_what_is_behind_them_are_the_text() -> None:
    sat = Sat(encoder=Static())
    text = f"  {TOLD[0]}.  Who knows?\n\n- {TOLD[1]} \n"
    assert len(sat.split(text)) == 3
    for given in (text, "", " \n", " ".join(TOLD)):
        assert "".join(sat.split(given)) == given


def test_a_longest_sentence_is_kept_to_by_cutting_at_the_likeliest_places() -> None:
    text = " ".join(TOLD)
    sat = Sat(encoder=Static(), max_characters=60, target_characters=34, spread_characters=8)
    assert set(sat.split(text)) >= {f"{TOLD[0]} ", f"{TOLD[1]} "}
    assert max(end - start for start, end in Sat(encoder=Static(), max_characters=20).sentences(text)) <= 20
    with pytest.raises(ValidationError, match="min_characters 30 is over max_characters 20"):
        Sat(encoder=Static(), min_characters=30, max_characters=20)


def test_in_markdown_code_stays_whole_and_headings_are_known() -> None:
    code = "```python\nx = 1\n\ny = 2\n```"
    text = f"# Bridges\n\n{' '.join(TOLD)}\n\n{code}\n\n# Roads\n\n{' '.join(TOLD)}\n"
    segments = Sat(encoder=Static(), max_tokens=40, markdown=True).segments(Document(text))
    assert {tuple(segment.metadata["headings"]) for segment in segments} == {("Bridges",), ("Roads",)}
    assert any(code in text[segment.start : segment.end] for segment in segments)
