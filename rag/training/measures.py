"""Figures of classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["accuracy", "area", "binary_f1", "lowest", "macro_f1", "pk"]


def accuracy(found: NDArray[Any], true: NDArray[Any]) -> float:
    """Share of equal entries."""
    return float((found == true).mean())


def binary_f1(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Harmonic mean of precision and recall of True; 0 where nothing is both found and true."""
    both = float((found & true).sum())
    return 2 * both / float(found.sum() + true.sum()) if both else 0.0


def macro_f1(found: NDArray[np.int64], true: NDArray[np.int64]) -> float:
    """Mean of the classes' F1, over the classes that are true somewhere."""
    return float(np.mean([binary_f1(found == label, true == label) for label in np.unique(true)]))


def area(scores: NDArray[np.float32], true: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a true one scores above a false one, ties being half; NaN for one class."""
    positive, negative = int(true.sum()), int((~true).sum())
    if not positive or not negative:
        return float("nan")
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[true].sum() - positive * (positive + 1) / 2) / (positive * negative))


def pk(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """How often two places half a mean segment apart are wrongly told to be in one segment or in two [1]: low is good.

    Both are bool `[sentences - 1]`: whether a segment ends at the seam.

    [1] Beeferman, Berger, Lafferty: Statistical Models for Text Segmentation (1999), section 6.
    """
    size = len(true) + 1
    width = max(1, round(size / (int(true.sum()) + 1) / 2))
    ours, theirs = (np.concatenate([[0], cuts.astype(np.int64).cumsum()]) for cuts in (found, true))
    if size <= width:
        return 0.0
    return float(((ours[width:] == ours[:-width]) != (theirs[width:] == theirs[:-width])).mean())


def lowest(scores: NDArray[np.float32], count: int, apart: int = 1) -> NDArray[np.bool_]:
    """Marks the `count` lowest scores, or fewer where no more are left that lie `apart` from each other."""
    marked = np.zeros(len(scores), dtype=bool)
    for place in np.argsort(scores, kind="stable"):
        if count and not marked[max(0, place - apart + 1) : place + apart].any():
            marked[place], count = True, count - 1
    return marked
