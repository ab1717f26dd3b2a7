"""Centroids in two levels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.encoders.vectors import unit_rows
from rag.index.centroids import Centroids, _shares, learn


def drawn(count: int, seed: int, width: int = 32) -> NDArray[np.float32]:
    """Unit vectors around two hundred directions."""
    chance = np.random.default_rng(seed)
    heads = np.random.default_rng(0).standard_normal((200, width))
    near = heads[chance.integers(200, size=count)] + 0.6 * chance.standard_normal((count, width))
    return unit_rows(near.astype(np.float32))


def test_nearly_every_vector_gets_the_nearest_centroid() -> None:
    table, vectors = drawn(2_048, 1), drawn(10_000, 2)
    products = vectors @ table.T
    found = Centroids(table, len(vectors)).nearest(vectors)
    lost = products.max(axis=1) - products[np.arange(len(vectors)), found]
    assert (lost < 1e-6).mean() > 0.95
    assert lost.mean() < 0.005


def test_few_vectors_are_compared_with_all_centroids() -> None:
    table, vectors = drawn(2_048, 1), drawn(500, 2)
    assert (Centroids(table, len(vectors)).nearest(vectors) == (vectors @ table.T).argmax(axis=1)).all()


@pytest.mark.parametrize("count", [64, 1_024])
def test_learnt_centroids_are_unit_rows_and_the_same_each_time(count: int) -> None:
    vectors = drawn(12_000, 3)
    table = learn(vectors, count)
    assert table.shape == (count, 32)
    assert np.allclose(np.linalg.norm(table, axis=1), 1, atol=1e-5)
    assert np.array_equal(table, learn(vectors, count))


def test_centroids_in_two_levels_are_as_near_as_those_of_one() -> None:
    import faiss

    vectors = drawn(24_000, 4)
    plain = faiss.Kmeans(32, 1_024, niter=8, seed=1, spherical=True, max_points_per_centroid=100)
    plain.train(vectors)
    assert plain.centroids is not None
    ours = (vectors @ learn(vectors, 1_024).T).max(axis=1).mean()
    assert ours > (vectors @ plain.centroids.reshape(1_024, -1).T).max(axis=1).mean() - 0.01


def test_equal_vectors_make_no_centroid_that_points_nowhere() -> None:
    vectors = np.repeat(drawn(3, 5), 1_000, axis=0)
    assert np.isfinite(learn(vectors, 1_024)).all()
    opposite = np.concatenate([vectors, -vectors])
    assert np.isfinite(learn(opposite, 1_024)).all()


def test_shares_add_up_and_no_group_gets_more_than_it_has() -> None:
    shares = _shares(np.array([0, 3, 500, 7, 2_000]), 1_200)
    assert shares.sum() == 1_200
    assert (shares <= [0, 3, 500, 7, 2_000]).all()
    assert _shares(np.array([1, 1, 1_022]), 1_024).tolist() == [1, 1, 1_022]
