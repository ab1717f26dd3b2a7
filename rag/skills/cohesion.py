"""Where a whole text falls into segments that each keep to one subject: every division weighed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SCALES", "cut_log_odds"]

SCALES = ((4.0, 3.0), (4.0, 6.0), (8.0, 6.0), (8.0, 12.0))
"""How much a segment's agreement counts, and what it takes to open one: from many short segments to few long ones."""
LONGEST = 30
"""Sentences of a segment that are weighed; a longer one is several."""
SHRINK = 5
"""Sentences whose mean is nothing: of few sentences the mean says little about what they have in common."""
SURE = 12.0
"""Log odds are cut off here: a sum of squares is no probability to be trusted beyond."""


def cut_log_odds(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log odds that a segment ends at each seam, one column a scale, float32 `[n - 1, len(SCALES)]`.

    A division of the text weighs exp(sum over its segments of a * |sum of vectors|^2 / sentences - b), the vectors less
    the text's mean: what k-means makes small over sentences in their order [1]. Sums over all divisions are by forward
    and backward recursion, O(n) for a longest segment, so a seam is judged by how the whole text divides best, where a
    cosine of its neighbourhood sees only how it differs.

    [1] Utiyama, Isahara: A Statistical Model for Domain-Independent Text Segmentation (2001), with sentence vectors in
    place of words.
    """
    count = len(vectors)
    if count < 2:
        return np.zeros((0, len(SCALES)), dtype=np.float32)
    factors, openings = np.array(SCALES).T[:, :, None, None]
    weights = factors * _agreement(vectors) - openings
    before, behind = _forward(weights), _forward(_mirrored(weights))[:, ::-1]
    share = np.minimum((before + behind - before[:, -1:])[:, 1:count], -1e-9)
    odds: NDArray[np.float32] = np.clip(share - np.log(-np.expm1(share)), -SURE, SURE).T.astype(np.float32)
    return odds


def _agreement(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of the segment that begins at a sentence and has so many, `[n, LONGEST]`; minus infinity past the text's end."""
    count = len(vectors)
    about = vectors - vectors.mean(axis=0) * (count / (count + SHRINK))
    total = np.concatenate([np.zeros((1, vectors.shape[1])), about.astype(np.float64).cumsum(axis=0)])
    found = np.full((count, LONGEST), -np.inf)
    for size in range(1, min(LONGEST, count) + 1):
        sums = total[size:] - total[:-size]
        found[: count - size + 1, size - 1] = np.einsum("ij,ij->i", sums, sums) / size
    return found


def _mirrored(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of the text read backwards."""
    count = weights.shape[1]
    found = np.full_like(weights, -np.inf)
    for size in range(1, min(LONGEST, count) + 1):
        found[:, : count - size + 1, size - 1] = weights[:, count - size :: -1, size - 1]
    return found


def _forward(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the sums over all divisions of the first sentences, `[scales, n + 1]` of `[scales, n, LONGEST]`."""
    count = weights.shape[1]
    found = np.zeros((len(weights), count + 1))
    for end in range(1, count + 1):
        starts = np.arange(max(0, end - LONGEST), end)
        scores = found[:, starts] + weights[:, starts, end - starts - 1]
        top = scores.max(axis=1, keepdims=True)
        found[:, end] = top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    return found
