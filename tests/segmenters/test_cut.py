"""Probabilities of ends to sentences."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.segmenters.cut import spans_of

TEXT = st.text(alphabet="ab .\n", max_size=40)


def proba_of(text: str, *ends: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    found = np.zeros(len(text), dtype=np.float32)
    found[[end - 1 for end in ends]] = 0.9
    return found


def test_a_sentence_ends_behind_its_last_character_and_white_space_is_between() -> None:
    text = "this is one  this is two"
    assert spans_of(text, proba_of(text, 11), 0.5) == [(0, 11), (13, 24)]


def test_a_lines_end_is_an_end_unless_it_is_told_not_to_be() -> None:
    text = "A heading\nand its text"
    assert spans_of(text, proba_of(text), 0.5) == [(0, 9), (10, 22)]
    assert spans_of(text, proba_of(text), 0.5, lines=False) == [(0, 22)]


def test_a_short_sentence_is_joined_with_the_next_but_over_no_lines_end() -> None:
    text = "Yes. It is so.\nNo. Never."
    assert spans_of(text, proba_of(text, 4, 18), 0.5, least=6) == [(0, 14), (15, 25)]


@given(TEXT, st.floats(0.05, 0.95), st.integers(0, 9), st.booleans(), st.integers(0, 2**31))
def test_nothing_is_lost_and_a_higher_threshold_gives_fewer_ends(
    text: str, threshold: float, least: int, lines: bool, seed: int
) -> None:
    proba = np.random.default_rng(seed).random(len(text)).astype(np.float32)
    spans = spans_of(text, proba, threshold, lines=lines, least=least)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "").replace("\n", "") == "".join(text.split())
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    fewer = {end for _, end in spans_of(text, proba, threshold + 0.04, lines=lines)}
    assert fewer <= {end for _, end in spans_of(text, proba, threshold, lines=lines)}
