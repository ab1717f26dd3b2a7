"""Selection by the drop between scores."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.compressors.gradient import Gradient

CLIFF = [0.9, 0.88, 0.86, 0.2, 0.19]


def kept(scores: Sequence[float | None], **settings: object) -> int:
    passages = [
        Document(f"passage {place}", metadata={} if score is None else {"score": score})
        for place, score in enumerate(scores)
    ]
    found = Gradient(**settings).compress_documents(passages, "a question")
    assert found == passages[: len(found)]
    return len(found)


@pytest.mark.parametrize(
    ("scores", "settings", "wanted"),
    [
        (CLIFF, {"min_k": 2}, 3),
        (CLIFF, {"min_k": 2, "by": "delta"}, 3),
        (CLIFF, {"min_k": 4}, 5),  # the drop lies before what stays anyway
        (CLIFF, {"min_k": 9}, 5),
        (CLIFF, {"min_k": 2, "max_k": 1}, 1),
        ([9.0, 8.8, 8.6, 2.0, 1.9], {"min_k": 2}, 3),  # BM25
        ([4.0, 3.5, 3.0, -4.0], {"min_k": 1}, 3),  # logits
        ([0.5] * 6, {"min_k": 1}, 6),
        ([0.0] * 6, {"min_k": 1}, 6),
        ([], {}, 0),
    ],
)
def test_the_ranking_ends_at_the_cliff(scores: list[float], settings: dict[str, object], wanted: int) -> None:
    assert kept(scores, **settings) == wanted


@pytest.mark.parametrize(
    ("question", "several_k", "wanted"),
    [
        ("Who is older, Annie Morton or Terry Richardson?", 3, 3),
        ("Who is older, Annie Morton or Terry Richardson?", None, 1),
        ("Who is older, Annie Morton or Terry Richardson?", 1, 2),  # not fewer than min_k
        ("What is the capital of France?", 3, 1),
        ("安妮和特里谁年纪更大？", 3, 1),  # the skill does not read it
    ],
)
def test_more_stay_for_a_question_over_several_passages(question: str, several_k: int | None, wanted: int) -> None:
    passages = [Document(f"passage {place}", metadata={"score": 0.9 * 0.1**place}) for place in range(5)]
    select = Gradient(min_k=2 if several_k == 1 else 1, several_k=several_k, drop=0.9)
    assert len(select.compress_documents(passages, question)) == wanted
    assert select.least(question) == wanted


@pytest.mark.parametrize("by", ["ratio", "delta"])
@pytest.mark.parametrize(
    "scores",
    [
        [3.0, 2.0, 1.0],
        [float(place) for place in range(20, 0, -1)],
        [1 / place for place in range(1, 21)],
        [1 / (60 + place) for place in range(1, 21)],
        [None, None, None],
        [0.9, None, 0.1],
    ],
)
def test_scores_that_show_no_cliff_never_cut(scores: list[float | None], by: str) -> None:
    assert kept(scores, min_k=1, by=by) == len(scores)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(1, 8), st.floats(0, 1), st.floats(0, 1))
def test_a_stricter_ratio_keeps_fewer_and_a_wider_delta_more(
    scores: list[float], min_k: int, one: float, other: float
) -> None:
    scores.sort(reverse=True)
    low, high = sorted((one, other))
    assert kept(scores, min_k=min_k, drop=low) >= kept(scores, min_k=min_k, drop=high) >= min(min_k, len(scores))
    assert kept(scores, min_k=min_k, by="delta", drop=low) <= kept(scores, min_k=min_k, by="delta", drop=high)
