"""Scores on one scale."""

import numpy as np
import pytest
from langchain_core.documents import Document

from rag.passages.relevance import by_place, relevance


def scored(*scores: float | None) -> list[Document]:
    return [Document("text", metadata={} if score is None else {"score": score}) for score in scores]


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ((0.9, 0.4, -0.2), (0.9, 0.4, 0.0)),  # cosines
        ((12.0, 6.0, 3.0), (1.0, 0.5, 0.25)),  # BM25
        ((0.0, -2.0), (0.5, 1 / (1 + np.exp(2)))),  # logits
        ((0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_what_the_scores_are_is_seen_in_them(scores: tuple[float, ...], wanted: tuple[float, ...]) -> None:
    assert relevance(scored(*scores)) == pytest.approx(wanted)


def test_a_scale_can_be_named() -> None:
    assert relevance(scored(0.0, 0.0), "sigmoid") == pytest.approx([0.5, 0.5])
    assert relevance(scored(0.5, 0.25), "share") == pytest.approx([1.0, 0.5])
    assert relevance(scored(3.0, 0.25), "as-is") == pytest.approx([1.0, 0.25])


def test_passages_without_scores_have_none() -> None:
    assert relevance(scored(0.9, None)) is None
    assert relevance(scored(0.9, float("nan"))) is None
    assert relevance([]) is None


def test_numbers_of_places_are_recognised() -> None:
    assert by_place(np.array([5.0, 4, 3, 2, 1]))
    assert by_place(1 / np.arange(1.0, 8))
    assert by_place(np.array([1 / (60 + rank) for rank in range(1, 9)]))
    assert not by_place(np.array([0.9, 0.88, 0.86, 0.2, 0.19]))
    assert not by_place(np.array([0.5, 0.5, 0.5]))
    assert not by_place(np.array([1.0, 0.5]))
