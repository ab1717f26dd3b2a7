"""Hubness: the mean cosine to the nearest others, and what it does to a ranking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import Rows, Vectors, hubness
from rag.index.hubness import Hubness
from rag.index.stacked import Stacked
from rag.kinds import Encoder


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float16]:
    halves: NDArray[np.float16] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    return halves


def rows_of(count: int) -> Rows:
    keys = np.random.default_rng(1).permutation(count).astype(np.uint64)
    return Rows(np.arange(count), keys, np.ones(count, np.bool_))


VECTORS = unit(np.random.default_rng(0).standard_normal((300, 24)))


def test_it_is_the_mean_cosine_to_the_nearest_others() -> None:
    wide = VECTORS.astype(np.float64)
    cosines = wide @ wide.T
    np.fill_diagonal(cosines, -np.inf)
    expected = np.sort(cosines)[:, -hubness.NEIGHBOURS :].mean(axis=1)
    for sizes in ([300], [7, 293]):
        stacked = Stacked(np.split(VECTORS, np.cumsum(sizes)[:-1]))
        made = Hubness(stacked, rows_of(300))
        np.testing.assert_allclose(made.of(np.array([5, 299, 5])), expected[[5, 299, 5]], atol=2e-5)
        np.testing.assert_allclose(made.of(np.arange(300)), expected, atol=2e-5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_passages_are_enough(count: int) -> None:
    found = Hubness(Stacked([VECTORS[:count]]), rows_of(count)).of(np.arange(count))
    if count == 1:
        assert found.tolist() == [0.0]
    else:
        wide = VECTORS[:count].astype(np.float64)
        others = ((wide @ wide.T).sum(axis=1) - (wide * wide).sum(axis=1)) / (count - 1)
        np.testing.assert_allclose(found, others, atol=2e-5)


def test_dead_passages_are_no_neighbours() -> None:
    rows = rows_of(300)
    rows.alive[100:] = False
    some = Hubness(Stacked([VECTORS]), rows).of(np.arange(100))
    alone = Hubness(Stacked([VECTORS[:100]]), rows_of(100)).of(np.arange(100))
    np.testing.assert_allclose(some, alone, atol=2e-5)


def test_a_large_collection_is_judged_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubness, "SAMPLE", 60)
    rows = rows_of(300)
    sample = np.flatnonzero(rows.keys < 60)
    wide = VECTORS.astype(np.float64)
    cosines = wide @ wide[sample].T
    cosines[sample, np.arange(60)] = -np.inf
    expected = np.sort(cosines)[:, -hubness.NEIGHBOURS :].mean(axis=1)
    np.testing.assert_allclose(Hubness(Stacked([VECTORS]), rows).of(np.arange(300)), expected, atol=2e-5)


class Ahead(Encoder):
    """Every text points along the first axis."""

    @property
    def dimensions(self) -> int:
        return 24

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return np.tile(np.eye(24, dtype=np.float32)[0], (len(texts), 1))


def test_of_two_as_near_a_hub_comes_second() -> None:
    axes = np.eye(24)
    hub, alone = 0.8 * axes[0] + 0.61 * axes[1], 0.8 * axes[0] + 0.6 * axes[2]
    crowd = np.random.default_rng(2).standard_normal((40, 24)) * 0.05 + axes[1]
    vectors = unit(np.concatenate([[hub, alone], crowd]))
    index = Vectors(Ahead()).open([{"vectors": vectors}], None, rows_of(42))
    plain, corrected = index.search("which", 2), index.search("which", 2, hubness=0.5)
    assert sorted(plain.rows.tolist()) == sorted(corrected.rows.tolist()) == [0, 1]
    assert corrected.rows[0] == 1
    assert corrected.scores[0] - corrected.scores[1] > abs(plain.scores[0] - plain.scores[1]) + 0.05
    only = np.arange(42) < 2
    assert sorted(index.search("which", 5, only, hubness=0.5).rows.tolist()) == [0, 1]
