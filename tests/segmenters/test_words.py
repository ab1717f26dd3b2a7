"""Words and which of them must stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.segmenters.words import words


def kept(text: str, question: str = "") -> list[str]:
    return [text[word.start : word.bare] for word in words(text, question) if word.protected]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The limit is about 180 euros", ["180"]),
        ("It was approved by Ada Lindqvist yesterday", ["Ada", "Lindqvist"]),
        ("NATO was founded", ["NATO"]),
        ("This is not allowed and you mustn't", ["not", "mustn't"]),
        ("Das ist nicht erlaubt", ["nicht"]),
        ('She said "by all means" to us', ['"by', "all", 'means"']),
        ("Call `rag index` before asking", ["`rag", "index`"]),
        ("then get_user_name returns quickly", ["get_user_name"]),
        ("Done. All is well.", [".", "."]),
        ("Really?! Yes", ["?!"]),
    ],
)
def test_what_must_stay(text: str, wanted: list[str]) -> None:
    assert kept(text) == wanted


def test_words_of_the_question_stay_in_any_form() -> None:
    assert kept("a hotel often costs less", "What do hotels cost?") == ["hotel", "costs"]


def test_scripts_without_spaces_are_cut_at_every_character() -> None:
    text = "旅费由经理批准。"
    assert [text[word.start : word.bare] for word in words(text)] == [*text[:-1], "。"]


@given(st.text(max_size=80))
def test_together_they_are_the_text(text: str) -> None:
    found = words(text)
    assert "".join(text[word.start : word.end] for word in found) == text.lstrip()
    assert all(text[word.bare : word.end].strip() == "" and word.start < word.bare for word in found)
