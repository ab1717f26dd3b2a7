"""Probabilities of sentence ends to sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spans_of"]


def spans_of(
    text: str, proba: NDArray[np.float32], threshold: float, *, lines: bool = True, least: int = 0
) -> list[tuple[int, int]]:
    """The sentences of a text by the probabilities of their ends.

    Args:
        text: any.
        proba: that a sentence ends after each character, `[len(text)]`.
        threshold: above it, strictly, one does.
        lines: whether every line's end is one too.
        least: characters under which a sentence is joined with the one behind it, across no line's end where `lines`.

    Returns:
        Spans in order, without white space at their ends; together they hold every character that is not white space.
    """
    ends = set((np.flatnonzero(np.asarray(proba) > threshold) + 1).tolist())
    hard = {place for place, char in enumerate(text) if char == "\n"} if lines else set()
    found: list[tuple[int, int]] = []
    begin = 0
    for end in sorted(ends | hard | {len(text)}):
        part = text[begin:end]
        size = len(part.strip())
        if size and (size >= least or end in hard or end == len(text)):
            first = begin + len(part) - len(part.lstrip())
            found.append((first, begin + len(part.rstrip())))
        if not size or size >= least or end in hard:
            begin = end
    return found
