"""Sentences of bounded length, against every way of cutting a text."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.segmenters.constrained import Prior, constrained, log_prior

PRIORS: tuple[Prior, ...] = ("uniform", "gaussian", "lognormal")
FLAT = 1000.0
"""A spread that makes a prior as good as none."""


def proba_of(text: str, seed: int) -> NDArray[np.float32]:
    """Some probability on the last character of each word."""
    ends = [place for place, char in enumerate(text) if not char.isspace() and text[place + 1 : place + 2] in ("", " ")]
    found = np.zeros(len(text), np.float32)
    found[ends] = np.random.default_rng(seed).uniform(0.01, 0.99, len(ends))
    return found


def worth(spans: list[tuple[int, int]], proba: NDArray[np.float32], prior: NDArray[np.float64]) -> float:
    lengths = [end - start for start, end in spans]
    return float(sum(prior[lengths]) + sum(np.log(proba[end - 1]) for _, end in spans[:-1]))


@pytest.mark.parametrize("name", PRIORS)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=10), st.integers(6, 30), st.integers(0, 2**31))
def test_no_way_of_cutting_is_better(name: Prior, words: list[int], longest: int, seed: int) -> None:
    text = " ".join("a" * size for size in words)
    proba, prior = proba_of(text, seed), log_prior(name, 12, 5, longest)
    starts = [0, *(place + 1 for place, char in enumerate(text) if char == " ")]
    ways = [
        [(first, after - 1) for first, after in pairwise([0, *chosen, len(text) + 1])]
        for count in range(len(starts))
        for chosen in combinations(starts[1:], count)
    ]
    allowed = [way for way in ways if max(end - start for start, end in way) <= longest]
    best = max(worth(way, proba, prior) for way in allowed)
    assert worth(constrained(text, proba, prior), proba, prior) == pytest.approx(best)


@given(
    st.text("ab \nñé\u0301😀", max_size=60), st.integers(4, 20), st.integers(1, 4), st.booleans(), st.integers(0, 2**31)
)
def test_the_longest_holds_and_nothing_is_lost(text: str, longest: int, least: int, lines: bool, seed: int) -> None:
    proba = np.random.default_rng(seed).random(len(text)).astype(np.float32)
    spans = constrained(text, proba, log_prior("lognormal", 8, 3, longest), shortest=least, lines=lines)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(end - start <= longest or "\u0301" in text[start:end] for start, end in spans)
    assert not lines or all("\n" not in text[start:end] for start, end in spans)


def test_a_word_longer_than_the_bound_is_cut_inside() -> None:
    text = "a" * 25 + " b"
    spans = constrained(text, proba_of(text, 0), log_prior("uniform", 1, 1, 10))
    assert [end - start for start, end in spans][:2] == [10, 10]


def test_the_shortest_holds_where_it_can() -> None:
    text = "yes no maybe so perhaps"
    proba = np.full(len(text), 0.9, np.float32)
    spans = constrained(text, proba, log_prior("gaussian", 3, FLAT, 16), shortest=6)
    assert min(end - start for start, end in spans) >= 6
    assert constrained("no", proba[:2], log_prior("uniform", 1, 1, 16), shortest=6) == [(0, 2)]


def test_priors_are_highest_at_their_target() -> None:
    for name in PRIORS[1:]:
        assert int(np.argmax(log_prior(name, 70, 25, 300)[1:])) + 1 == pytest.approx(70, abs=1)
    assert not log_prior("uniform", 70, 25, 300).any()
    gaussian = log_prior("gaussian", 70, 25, 300)
    assert gaussian[95] == pytest.approx(-0.5)
    short, long = log_prior("lognormal", 70, 25, 300)[[20, 120]]
    assert long > short
