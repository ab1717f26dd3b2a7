import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.encoders import tokenizer
from rag.encoders.tokenizer import default_tokenizer


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in default_tokenizer().offsets(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who approves travel?", ["Who", "approve", "s", "travel", "?"]),
        ("naïve Ünïcode", ["naïve", "Ünïcode"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("東京は日本", ["東", "京", "は", "日", "本"]),
        ("สวัสดีครับ", ["สวัส", "ดีค", "รับ"]),
        ("👏🏽👏🏽👏🏽", ["👏🏽👏🏽", "👏🏽"]),
        ("a\x00b", ["a\x00b"]),
        ("", []),
        (" \t\n ", []),
    ],
)
def test_offsets_point_into_the_original_text(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_decomposed_syllable_is_several_tokens_at_one_place() -> None:
    assert default_tokenizer().offsets("각").tolist() == [[0, 1]] * 3


@pytest.mark.parametrize("text", ["YWJjZGVm" * 500, "ກຂຄງຈຊຍດຕຖ" * 400, "😀" * 3000, "x" * 2000])
def test_what_the_model_does_not_know_still_counts(text: str) -> None:
    assert default_tokenizer().count([text])[0] >= len(text) / tokenizer.PIECE


def test_graphemes_stay_whole() -> None:
    family = "👨‍👩‍👧‍👦"
    joined = {start for start, _ in default_tokenizer().offsets("ab" + "क्षि" * 40 + "👍🏽" * 40)}
    text = "ab" + "क्षि" * 40 + "👍🏽" * 40
    assert not any(tokenizer._continues(text, int(start)) for start in joined)
    assert len(pieces(family)) <= 2


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_spans_are_ordered_inside_the_text_and_never_empty(text: str) -> None:
    spans = default_tokenizer().offsets(text)
    assert spans.dtype == np.int64
    assert spans.shape[1] == 2
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (np.diff(spans, axis=0) >= 0).all()
    assert not len(spans) or (spans.min() >= 0 and spans.max() <= len(text))
    assert default_tokenizer().count([text]) == [len(spans)]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=300))
def test_every_ascii_letter_is_in_a_token(text: str) -> None:
    covered = {place for start, end in default_tokenizer().offsets(text) for place in range(start, end)}
    assert {place for place, character in enumerate(text) if not character.isspace()} == covered


def test_a_long_text_is_the_sum_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The Seine runs through the middle of Paris, as everyone knows. " * 200
    whole = default_tokenizer().offsets(text)
    monkeypatch.setattr(tokenizer, "BLOCK", 500)
    assert (default_tokenizer().offsets(text) == whole).all()


def test_megabytes_without_a_space_are_read() -> None:
    text = "漢" * 200_000
    spans = default_tokenizer().offsets(text)
    assert len(spans) == 200_000
    assert tuple(spans[-1]) == (199_999, 200_000)


def test_ids_of_a_long_text_are_those_of_its_beginning() -> None:
    text = "Marie Curie received two Nobel Prizes. " * 5000
    short, long = default_tokenizer().ids([text[:1000], text], 100)
    assert short == long
    assert len(long) == 100


def test_ids_read_on_where_the_beginning_holds_too_few_tokens() -> None:
    (ids,) = default_tokenizer().ids([" " * 50_000 + "travel abroad"], 100)
    assert len(ids) == 2


PRINTABLE = st.text(st.characters(min_codepoint=9, max_codepoint=126), max_size=300)


@given(PRINTABLE | st.text(max_size=80))
def test_words_from_memory_are_cut_as_the_model_cuts_them(text: str) -> None:
    tokenizer = default_tokenizer()
    expected = tokenizer.engine.encode(text, add_special_tokens=False)
    assert tokenizer.ids([text], 10_000) == [expected.ids]
    if tokenizer.words is not None and tokenizer.words.knows(text):
        assert tokenizer.offsets(text).tolist() == [list(span) for span in expected.offsets]
        assert tokenizer.count([text]) == [len(expected.ids)]


@pytest.mark.parametrize("text", ["a [SEP] b", "x" * 101, "form\x0cfeed", "tab\x0bbed", "caf\u00e9", "nul\x00l"])
def test_what_memory_cannot_read_goes_to_the_model(text: str) -> None:
    words = default_tokenizer().words
    assert words is not None
    assert words.knows("It's plain, isn't it? (yes; [no] {maybe} <3 ~ `x` #1 $5 50%)")
    assert not words.knows(text)
    assert default_tokenizer().ids([text], 500) == [
        default_tokenizer().engine.encode(text, add_special_tokens=False).ids
    ]
