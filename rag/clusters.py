"""K-means over few vectors, exact about duplicates: which vectors belong together.

Equal vectors are one point with a weight, so there are never more clusters than distinct vectors and never an empty
one. The codebooks and cells of the index cluster millions of vectors by FAISS; here the quality of the optimum counts,
because people read the clusters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["inertia", "kmeans", "silhouette"]

_SEED = 20
_ROUNDS = 100
"""Rounds at most; a few dozen suffice for some thousand vectors."""
_STARTS = 10
"""Starts for up to `_FEW` points; fewer above, at least two."""
_FEW = 2_000

Vectors = NDArray[np.floating]


def kmeans(vectors: Vectors, k: int) -> NDArray[np.int64]:
    """A cluster for each vector, int64 `[n]`: 0 the one with most vectors; equal vectors give equal clusters.

    Lloyd's rounds from starts that lie far apart [1]; the best of several starts. With at most `k` distinct vectors
    each is a cluster of its own.

    Args:
        vectors: `[n, d]`, at least one.
        k: clusters wanted.

    [1] Arthur, Vassilvitskii: k-means++: The advantages of careful seeding (2007).
    """
    distinct, inverse, counts = np.unique(vectors, axis=0, return_inverse=True, return_counts=True)
    points, weights = distinct.astype(np.float64), counts.astype(np.float64)
    if len(points) <= k:
        labels = np.arange(len(points))
    else:
        chance = np.random.default_rng(_SEED)
        starts = max(2, min(_STARTS, _STARTS * _FEW // len(points)))
        tried = [_lloyd(points, weights, k, chance) for _ in range(starts)]
        labels = min(tried, key=lambda found: inertia(points, found, weights))
    return _by_size(labels[inverse.ravel()])


def inertia(points: Vectors, labels: NDArray[np.int64], weights: Vectors | None = None) -> float:
    """The sum of squared distances to the clusters' means: what k-means makes small."""
    weights = np.ones(len(points)) if weights is None else weights
    means = _means(points, labels, weights, int(labels.max()) + 1)
    return float((((points - means[labels]) ** 2).sum(axis=1) * weights).sum())


def silhouette(vectors: Vectors, labels: NDArray[np.int64]) -> float:
    """How much nearer vectors lie to their own cluster's mean than to the next one's, -1 to 1 [1].

    [1] Hruschka, de Castro, Campello: Evolutionary algorithms for clustering gene-expression data (2004), the
        simplified silhouette.
    """
    count = int(labels.max()) + 1
    if count < 2:
        return 0.0
    means = _means(vectors, labels, np.ones(len(vectors)), count)
    distances = np.sqrt(_squares(vectors, means))
    own = distances[np.arange(len(vectors)), labels]
    distances[np.arange(len(vectors)), labels] = np.inf
    other = distances.min(axis=1)
    alone = np.bincount(labels)[labels] == 1
    widths = np.where(alone, 0.0, (other - own) / np.maximum(np.maximum(own, other), 1e-12))
    return float(widths.mean())


def _lloyd(points: Vectors, weights: Vectors, k: int, chance: np.random.Generator) -> NDArray[np.int64]:
    centres = points[_far_apart(points, weights, k, chance)]
    labels = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        distances = _squares(points, centres)
        found = _without_empty(distances.argmin(axis=1), distances, k)
        if np.array_equal(found, labels):
            break
        labels = found
        centres = _means(points, labels, weights, k)
    return labels


def _far_apart(points: Vectors, weights: Vectors, k: int, chance: np.random.Generator) -> list[int]:
    """Points to start from, each drawn by its squared distance to those before it."""
    chosen = [int(chance.choice(len(points), p=weights / weights.sum()))]
    nearest = _squares(points, points[chosen])[:, 0]
    while len(chosen) < k:
        nearest[chosen] = 0.0
        odds = nearest * weights
        chosen.append(int(chance.choice(len(points), p=odds / odds.sum())))
        nearest = np.minimum(nearest, _squares(points, points[chosen[-1:]])[:, 0])
    return chosen


def _without_empty(labels: NDArray[np.int64], distances: Vectors, k: int) -> NDArray[np.int64]:
    """An empty cluster takes the point that lies worst where it is, from a cluster that keeps another."""
    sizes = np.bincount(labels, minlength=k)
    for empty in np.flatnonzero(sizes == 0):
        far = distances[np.arange(len(labels)), labels]
        far = np.where(sizes[labels] > 1, far, -1.0)
        taken = int(far.argmax())
        sizes[labels[taken]] -= 1
        labels[taken], sizes[empty] = empty, 1
    return labels


def _means(points: Vectors, labels: NDArray[np.int64], weights: Vectors, k: int) -> NDArray[np.float64]:
    member = (labels[None, :] == np.arange(k)[:, None]) * weights
    means: NDArray[np.float64] = (member @ points) / np.maximum(member.sum(axis=1, keepdims=True), 1e-12)
    return means


def _squares(points: Vectors, centres: Vectors) -> NDArray[np.float64]:
    """Squared distances `[points, centres]`."""
    lengths = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :]
    squares: NDArray[np.float64] = np.maximum(lengths - 2 * points @ centres.T, 0.0)
    return squares


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbered from the largest; of equal ones, the one whose first member comes first."""
    names, first, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(names), np.int64)
    place[np.lexsort((first, -sizes))] = np.arange(len(names))
    return place[inverse]
