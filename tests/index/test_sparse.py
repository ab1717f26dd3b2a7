"""The sparse view: inner products of the matrix it was made of, whatever the segments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array, random_array, vstack

from rag.index import Passage, Rows, Sparse
from rag.kinds import SparseEncoder

WIDTH = 60


class Numbered(SparseEncoder):
    """Text `7` is row 7 of a random matrix; no two rows are alike."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> csr_array:
        rng = np.random.default_rng(3)
        matrix = csr_array(random_array((80, WIDTH), density=0.15, rng=rng, dtype=np.float32))
        matrix.data = matrix.data.astype(np.float16).astype(np.float32)
        return csr_array(matrix[[int(text) for text in texts]]) if texts else csr_array((0, WIDTH), dtype=np.float32)


VIEW = Sparse(Numbered())


def passages(numbers: Sequence[int]) -> list[Passage]:
    return [Passage(str(number)) for number in numbers]


def rows_of(count: int) -> Rows:
    return Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, np.bool_))


def expected(numbers: Sequence[int], query: str, *, cosine: bool) -> np.ndarray:
    matrix = Numbered().encode([str(number) for number in numbers]).todense()
    asked = Numbered().encode([query]).todense()[0]
    scores = matrix @ asked
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(asked)
    return np.asarray(scores / np.maximum(lengths, 1e-12) if cosine else scores)


@pytest.mark.parametrize("cosine", [True, False])
@pytest.mark.parametrize("cuts", [(), (1, 30), (10, 10, 40)])
def test_scores_are_products_whatever_the_segments(cuts: tuple[int, ...], cosine: bool) -> None:
    numbers = list(range(50))
    bounds = [0, *cuts, 50]
    parts = [VIEW.derive(passages(numbers[start:end])) for start, end in pairwise(bounds)]
    impacts = VIEW.open(parts, None, rows_of(50))
    for query in ("60", "3", "79"):
        np.testing.assert_allclose(
            impacts.scores(query, cosine=cosine), expected(numbers, query, cosine=cosine), rtol=1e-4, atol=1e-6
        )


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=12), min_size=1, max_size=4))
def test_a_merge_is_what_would_be_derived(masks: list[list[bool]]) -> None:
    parts, kept, number = [], [], 0
    for mask in masks:
        own = list(range(number, number + len(mask)))
        parts.append((VIEW.derive(passages(own)), np.array(mask)))
        kept += [one for one, stays in zip(own, mask, strict=True) if stays]
        number += len(mask)
    merged, fresh = VIEW.merge(parts), VIEW.derive(passages(kept))
    assert set(merged) == set(fresh)
    for name, array in fresh.items():
        assert merged[name].dtype == array.dtype
        np.testing.assert_array_equal(merged[name], array)


def test_nothing_in_nothing() -> None:
    assert VIEW.open([], None, rows_of(0)).scores("1").shape == (0,)
    assert VIEW.open([VIEW.derive([])], None, rows_of(0)).scores("1").shape == (0,)
    assert vstack([Numbered().encode([]), Numbered().encode(["1"])]).shape == (1, WIDTH)


def test_the_name_depends_on_the_encoder() -> None:
    assert VIEW.name == Sparse(Numbered()).name and VIEW.name.startswith("sparse-")
    assert VIEW.manifest == {"sparse": "Numbered()"}
