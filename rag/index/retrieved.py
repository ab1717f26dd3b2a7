"""What the tokens of a question retrieved, put together into scores of passages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONSTANTS", "DIGITS", "Constant", "Found", "Impute", "summed", "worst_first"]

Constant = Literal["min", "zero", "mean"]
"""What stands for a similarity that was not retrieved, for every passage: the smallest retrieved one, 0, their mean."""

CONSTANTS = get_args(Constant)

Impute = Literal[Constant, "centroid"]
"""The same, or what the centroids of a passage's own tokens tell of it, at most the smallest retrieved one."""

Found = tuple[NDArray[Any], NDArray[np.float32]]
"""Rows and similarities of what one token of a question found, worst first; a row may stand there several times."""

DIGITS = 6
"""A matrix product rounds by where a row stands; equal passages must score alike."""


def summed(found: Iterable[Found], impute: Constant, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores of the passages of which anything was retrieved, and their rows.

    Args:
        found: of each token of the question.
        impute: what stands for a similarity that was not retrieved.
        count: all rows there are.
    """
    total = np.zeros(count)
    touched = np.zeros(len(total), np.bool_)
    place = np.empty(len(total), np.int64)
    base, tokens = 0.0, 0
    for owners, similarities in found:
        tokens += 1
        if not len(owners):
            continue
        missing = {"min": similarities[0], "zero": 0.0, "mean": similarities.mean()}[impute]
        place[owners] = np.arange(len(owners))  # worst first: of several, the best one stays
        once = place[owners] == np.arange(len(owners))
        total[owners[once]] += similarities[once] - missing
        touched[owners] = True
        base += float(missing)
    rows = np.flatnonzero(touched)
    return np.round((total[rows] + base) / max(1, tokens), DIGITS).astype(np.float32), rows


def worst_first(owners: NDArray[Any], similarities: NDArray[np.float32], count: int) -> Found:
    """The `count` best of some tokens, ascending; of equal ones those that came in first, in that order."""
    if len(similarities) > count:
        least = np.partition(similarities, len(similarities) - count)[len(similarities) - count]
        chosen = np.flatnonzero(similarities >= least)
        if len(chosen) > count:
            equal = np.flatnonzero(similarities[chosen] == least)
            chosen = np.delete(chosen, equal[count - len(chosen) :])
        owners, similarities = owners[chosen], similarities[chosen]
    order = np.argsort(similarities, kind="stable")
    return owners[order], similarities[order]
