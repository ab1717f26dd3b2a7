"""K-means against scikit-learn's, and what it promises of every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.clusters import inertia, kmeans, silhouette


def blobs(seed: int, sizes: tuple[int, ...], dimensions: int = 8) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((len(sizes), dimensions)) * 10
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return (centres[truth] + chance.standard_normal((sum(sizes), dimensions)) * 0.3).astype(np.float32), truth


@pytest.mark.parametrize("seed", range(5))
def test_separate_blobs_are_found_and_numbered_by_size(seed: int) -> None:
    points, truth = blobs(seed, (30, 20, 9, 1))
    order = np.random.default_rng(seed).permutation(len(points))
    np.testing.assert_array_equal(kmeans(points[order], 4), truth[order])


@pytest.mark.parametrize("k", [2, 5, 9])
def test_its_optimum_is_as_good_as_scikit_learns(k: int) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    points = np.random.default_rng(k).standard_normal((300, 6)).astype(np.float32)
    theirs = cluster.KMeans(k, n_init=10, random_state=0).fit(points)
    assert inertia(points, kmeans(points, k)) <= theirs.inertia_ * 1.01


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(1, 12), st.integers(1, 6))
def test_every_vector_is_in_one_cluster_and_none_is_empty(seed: int, count: int, k: int, kinds: int) -> None:
    few = np.random.default_rng(seed).standard_normal((kinds, 3)).astype(np.float32)
    vectors = few[np.random.default_rng(seed + 1).integers(0, kinds, count)]
    labels = kmeans(vectors, k)
    distinct = len(np.unique(vectors, axis=0))
    assert labels.shape == (count,)
    assert sorted(set(labels.tolist())) == list(range(min(k, distinct)))
    assert (np.diff(np.bincount(labels)) <= 0).all()
    for one in range(count):  # equal vectors are together
        assert len({int(labels[i]) for i in range(count) if np.array_equal(vectors[i], vectors[one])}) == 1


def test_the_silhouette_is_best_where_the_blobs_are() -> None:
    points, _ = blobs(3, (12, 12, 12))
    widths = {k: silhouette(points, kmeans(points, k)) for k in (1, 2, 3, 4, 6)}
    assert max(widths, key=lambda k: widths[k]) == 3
    assert widths[1] == 0
    assert 0.8 < widths[3] <= 1
