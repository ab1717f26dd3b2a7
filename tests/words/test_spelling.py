"""Slips of the keyboard, and what was meant."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from rag.words.spelling import likely, slips

KNOWN = {"salary": 40, "celery": 1, "holiday": 9, "holidays": 9, "bridge": 30, "bride": 2, "fridge": 2, "мост": 3}
STEMS = {"holidays": "holiday"}


def counted(words: Sequence[str]) -> Mapping[str, tuple[str, int]]:
    return {word: (STEMS.get(word, word), KNOWN[word]) for word in words if word in KNOWN}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("salery", ["salary"]),  # a vowel, and the first letter is hardly wrong: not celery
        ("salray", ["salary"]),
        ("sallary", ["salary"]),
        ("salry", ["salary"]),
        ("hollidays", ["holidays"]),
        ("holiay", ["holiday"]),
        ("holidais", ["holidays"]),
        ("bridhe", ["bridge"]),
        ("моост", ["мост"]),
        ("bridgex", []),
        ("bridgw", []),
        ("salaryy", ["salary"]),
        ("zzzzzz", []),
        ("salxxy", []),
        ("", []),
        ("桥梁", []),
        ("bri-dge", []),
    ],
)
def test_what_was_meant(typed: str, meant: list[str]) -> None:
    assert likely(typed, counted)[: len(meant) or 1] == meant


def test_of_two_words_that_are_as_likely_none_is_taken() -> None:
    pair = {"barren": ("barren", 5), "barrel": ("barrel", 5)}
    assert likely("barrex", lambda words: {word: pair[word] for word in words if word in pair}) == []


def test_forms_of_one_word_do_not_stand_in_each_others_way() -> None:
    pair = {"colour": ("color", 5), "color": ("color", 5)}
    assert set(likely("colouur", lambda words: {word: pair[word] for word in words if word in pair})) == {"colour"}
    pair = {"abcde": ("abc", 5), "abdce": ("abc", 5)}
    assert set(likely("abdcde", lambda words: {word: pair[word] for word in words if word in pair})) == set(pair)


@given(st.text("abcdez", min_size=1, max_size=7))
def test_every_slip_is_one_edit_and_every_edit_is_a_slip(word: str) -> None:
    found = slips(word)
    assert word not in found
    assert all(OSA.distance(word, meant) == 1 for meant in found)
    assert all(0 < usual <= 1 for usual in found.values())
    n = len(word)
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(n - 1)}
    missing = {word[:i] + word[i + 1 :] for i in range(n) if i < n - 1 or word[i - 1 : i] == word[i]}
    added = {word[:i] + letter + word[i:] for i in range(n + 1) for letter in "abcz"}
    wrong = {word[:i] + letter + word[i + 1 :] for i in range(n - 1) for letter in "abcz"}
    assert (swapped | missing | added | wrong) - {word} <= set(found)
