"""Brief answers are what a person reads; where they stand is as it was."""

import pytest

from rag.generators.plain import plain, said, whole


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("`pyenv rehash`", "pyenv rehash"),
        ("the [release notes](https://example.org/notes_of_1 'all')", "the release notes"),
        ("uses [deflate][rfc-7692]", "uses deflate"),
        ("release notes](https://example.org", "release notes"),
        ("*(for slow queries)*", "(for slow queries)"),
        ("**two hours**", "two hours"),
        ("two hours**", "two hours"),
        ("## Two hours", "Two hours"),
        ("_two_ hours of `snake_case_name`", "two hours of snake_case_name"),
        ("`**/*.js` and `a * b * c`", "**/*.js and a * b * c"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("*.js", "*.js"),
        ("#4711", "#4711"),
        ("[1] is a list", "[1] is a list"),
    ],
)
def test_marks_are_left_out(words: str, read: str) -> None:
    assert plain(words) == read


def within(text: str, words: str) -> str:
    start = text.index(words)
    return said(text, start, start + len(words))


def test_words_that_begin_within_marks_of_code() -> None:
    text = "* `okStatus`: a status for successful `OPTIONS` requests."
    assert within(text, "okStatus`: a status for successful `OPTIONS") == "okStatus: a status for successful OPTIONS"


def test_of_a_link_within_the_page_its_text() -> None:
    assert within("See [rehashing](#pyenv-rehash) for more.", "#pyenv-rehash") == "rehashing"


def test_of_a_block_of_code_a_whole_line() -> None:
    text = (
        "Sizes:\n\n```js\n// The limits\nthreshold: 1024 // Size below which nothing happens\n```\n\nThe size is 1024."
    )
    assert within(text, "1024 // Size") == "threshold: 1024 // Size below which nothing happens"
    assert within(text, "js\n// The") == "// The limits"
    assert within(text, "size is 1024") == "size is 1024"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Write to debian-qa@lists.debian.org.", "@lists", "debian-qa@lists.debian.org"),
        ("Set WS_NO_BUFFER first.", "NO_BUFFER", "WS_NO_BUFFER"),
        ("See https://example.org/notes.", "example", "https://example.org/notes"),
        ("a Lyon-based maker", "Lyon", "Lyon"),
        ("founded in 1898.", "1898", "1898"),
    ],
)
def test_no_address_is_cut_in_two(text: str, words: str, found: str) -> None:
    start = text.index(words)
    assert text[slice(*whole(text, start, start + len(words)))] == found
