"""Boosted trees of scikit-learn as the arrays that `rag.skills.trees` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["below", "histogram"]


def _empty(trees: int, nodes: int) -> dict[str, NDArray[Any]]:
    """Arrays for so many trees of at most so many nodes, all leaves of no value."""
    shape = trees, nodes
    return {
        "feature": np.zeros(shape, np.int16),
        "threshold": np.zeros(shape, np.float32),
        "left": np.zeros(shape, np.int16),
        "right": np.zeros(shape, np.int16),
        "value": np.zeros(shape, np.float32),
    }


def below(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The greatest float32 that is not above each."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def histogram(*models: Any) -> dict[str, NDArray[Any]]:
    """Of fitted `HistGradientBoostingClassifier`s of two classes, without missing values or categories: their average.

    scikit-learn has no public way to its nodes; who calls compares the arrays with the models.
    """
    trees = [found.nodes for model in models for (found,) in model._predictors]
    arrays = _empty(len(trees), max(map(len, trees)))
    for row, nodes in enumerate(trees):
        size = len(nodes)
        leaf, places = nodes["is_leaf"].astype(bool), np.arange(size)
        arrays["feature"][row, :size] = np.where(leaf, 0, nodes["feature_idx"])
        # Rounded down: a row that the tree sends right, above the threshold, must stay above it in float32.
        arrays["threshold"][row, :size] = np.where(leaf, 0, below(nodes["num_threshold"]))
        arrays["left"][row, :size] = np.where(leaf, places, nodes["left"])
        arrays["right"][row, :size] = np.where(leaf, places, nodes["right"])
        arrays["value"][row, :size] = np.where(leaf, nodes["value"] / len(models), 0)
    base = np.mean([model._baseline_prediction.item() for model in models])
    return arrays | {"base": np.array([base], np.float32)}
