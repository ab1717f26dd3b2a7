"""Texts made harder, with their ends kept track of."""

import random

import pytest

from rag.training.corruption import GOLD, SILVER, corrupted, gaps, joined, plain, wrapped

TEXT = ["The bridge, built in 1734, still stands.", "Who drew the plans?", "Nobody knows!"]


def test_bare_is_lower_case_without_marks() -> None:
    assert [plain(sentence, "bare", random.Random(0)) for sentence in TEXT] == [
        "the bridge built in 1734 still stands",
        "who drew the plans",
        "nobody knows",
    ]
    assert plain(TEXT[1], "clean", random.Random(0)) == TEXT[1]


def test_ends_are_where_the_sentences_end_whatever_was_done_to_them() -> None:
    for seed in range(200):
        marked = corrupted(TEXT, GOLD if seed % 2 else SILVER, random.Random(seed))
        assert marked.ends[-1] == len(marked.text)
        starts = [0, *marked.ends[:-1]]
        parts = [marked.text[start:end].strip() for start, end in zip(starts, marked.ends, strict=True)]
        assert [part.split()[-1].lower().strip("?.!") for part in parts] == ["stands", "plans", "knows"]


def test_a_sentence_of_marks_alone_disappears() -> None:
    assert joined(["one", "", "two"], [" "] * 3).ends == (3, 7)


def test_a_paragraphs_end_may_be_a_lines_end_and_no_other_then_is() -> None:
    text = [TEXT[0], f"{TEXT[1]}\n", f"{TEXT[2]}\n"]
    assert gaps(text, " ", "\n\n") == [" ", "\n\n", "\n\n"]
    seen = set()
    for seed in range(100):
        marked = corrupted(text, (1.0, 0.0, 0.0, 0.0, 0.0), random.Random(seed))
        seen.add(tuple(marked.text[end : end + 2].rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for end in marked.ends[:-1]))
    assert {(" ", " "), (" ", "\n"), (" ", "\n\n"), ("\n", "\n"), ("\n\n", "\n\n")} <= seen


def test_what_was_cut_by_rule_is_never_drawn_as_it_is() -> None:
    assert SILVER[0] == 0
    assert sum(GOLD) == pytest.approx(1)
    assert sum(SILVER) == pytest.approx(1)


def test_a_wrapped_text_keeps_its_ends() -> None:
    marked = joined(TEXT * 3, [" "] * 9)
    made = wrapped(marked, 30)
    assert made.ends == marked.ends
    assert made.text.replace("\n", " ") == marked.text
    assert all(30 <= len(line) <= 45 for line in made.text.split("\n")[:-1])
