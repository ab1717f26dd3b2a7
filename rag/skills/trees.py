"""Boosted trees as arrays: evaluated in numpy, stored without code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["scores"]


def scores(arrays: Mapping[str, NDArray[Any]], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum over all trees of the leaf that each row falls into [1].

    [1] Friedman: Greedy Function Approximation, a Gradient Boosting Machine (2001).

    Args:
        arrays: `feature` int16, `threshold` float32, `left`, `right` int16 and `value` float32, each `[trees, nodes]`:
            a row goes left where its feature is at most the threshold; a leaf is its own left and right. `base`
            float32 `[1]`.
        table: features, float32 `[n, features]`.

    Returns:
        Logits, float32 `[n]`.
    """
    feature, threshold, value = arrays["feature"], arrays["threshold"], arrays["value"]
    children = np.stack([arrays["right"], arrays["left"]])
    trees, rows = np.arange(len(feature))[:, None], np.arange(len(table))[None, :]
    at = np.zeros((len(feature), len(table)), dtype=np.intp)
    while True:
        left = table[rows, feature[trees, at]] <= threshold[trees, at]
        below = children[left.astype(np.intp), trees, at]
        if np.array_equal(below, at):
            break
        at = below.astype(np.intp)
    total: NDArray[np.float32] = (arrays["base"] + value[trees, at].sum(axis=0)).astype(np.float32)
    return total
