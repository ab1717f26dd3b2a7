"""What can be seen at the seam of two sentences: their vectors, the passages on either side, how they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DEPTHS", "NEAR", "SCALARS", "WIDTHS", "depths", "near", "pairs", "scalars"]

WIDTHS = (2, 3, 5, 8)
"""Sentences on either side that make a passage."""
HOLLOWS = (0, 1, 2, 4)
"""Columns of `scalars` whose depth is looked at: cosines of 1, 2, 3 and 8 sentences."""
DEPTHS = 2 * len(HOLLOWS)
"""Numbers that `depths` gives for a seam."""
REACH = 6
"""Sentences on either side that are compared with one another, each with each."""
NEAR = 20
"""Numbers that `near` gives for a seam."""
FAR = 10
"""Sentences on either side over which "near" is judged."""

_REFERS = """
    he she it they this these those that his her its their him them such both another also however but and so then thus
    therefore moreover furthermore instead although though because or yet still similarly meanwhile finally
"""
"""Words that take up what was said."""
_TAKEN_UP = frozenset(_REFERS.split())
_ITEM = re.compile(r"\s*(?:[-*•–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)]|#)\s?")
_WORD = re.compile(r"\w+")


def pairs(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """SAGE's features of each seam, `[n - 1, 4 * width]` of `[n, width]`: both vectors, difference and product."""
    left, right = vectors[:-1], vectors[1:]
    return np.concatenate([left, right, left - right, left * right * len(vectors[0]) ** 0.5], axis=1)


def scalars(vectors: NDArray[np.float32], sentences: Sequence[str]) -> NDArray[np.float32]:
    """Cosines and marks of each seam of a text, float32 `[n - 1, SCALARS]`.

    The cosines: of the two sentences; of the passages of 2, 3, 5 and 8 sentences on either side; each of these less
    what it is, on the average, at the seams around. At the ends of a text a passage is as long as there are sentences.
    """
    written = np.array([_marks(sentence) for sentence in sentences], dtype=np.float32)
    cosines = np.stack([_cosines(vectors, width) for width in (1, *WIDTHS)], axis=1)
    around = np.stack([_around(column) for column in cosines.T], axis=1)
    shared = np.array([_shared(one, two) for one, two in pairwise(sentences)], dtype=np.float32)
    found = [cosines, cosines - around, shared[:, None], written[:-1], written[1:], written[1:] - written[:-1]]
    return np.concatenate(found, axis=1).astype(np.float32)


def depths(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the cosine at each seam lies under the nearest peaks on either side [1], float32 `[n - 1, DEPTHS]`.

    Of each column of `HOLLOWS` the sum over both sides, and the lesser side: a slope is no hollow.

    [1] Hearst: TextTiling, Segmenting Text into Multi-paragraph Subtopic Passages (1997), section 4.3.
    """
    found = []
    for column in HOLLOWS:
        values = numbers[:, column]
        left, right = _climb(values) - values, _climb(values[::-1])[::-1] - values
        found += [left + right, np.minimum(left, right)]
    return np.stack(found, axis=1).astype(np.float32)


def near(vectors: NDArray[np.float32], sentences: Sequence[str], numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """How a seam stands among its neighbours and in its text, of its `scalars`, float32 `[n - 1, NEAR]`.

    Cosines one seam before and behind, over the sentence before and behind, and the differences; of `REACH` sentences
    on either side the greatest cosine, the mean, the second sentence's greatest and the first one's, and each less what
    it is at the seams around; the cosines of `scalars` and the second sentence's length as standard scores of the text.
    """
    one, two = ((vectors[:-by] * vectors[by:]).sum(axis=1) for by in (1, 2))
    before, behind = np.append(0, one[:-1]), np.append(one[1:], 0)
    steps = [before, behind, np.append(0, two), np.append(two, 0), one - before, one - behind]
    best = np.array([_across(vectors, seam) for seam in range(1, len(vectors))])
    around = np.stack([_around(column) for column in best.T], axis=1)
    lengths = np.log1p([len(sentence) for sentence in sentences])
    standing = [_standard(column) for column in (*numbers[:, : 1 + len(WIDTHS)].T.astype(np.float64), lengths)]
    standing[-1] = standing[-1][1:]
    found = np.concatenate([np.stack(steps, axis=1), best, best - around, np.stack(standing, axis=1)], axis=1)
    return found.astype(np.float32)


def _across(vectors: NDArray[np.float32], seam: int) -> tuple[float, float, float, float]:
    """Of the cosines of the sentences before a seam with those behind: the greatest, the mean, those of its own two."""
    cosines = vectors[max(0, seam - REACH) : seam] @ vectors[seam : seam + REACH].T
    return float(cosines.max()), float(cosines.mean()), float(cosines[:, 0].max()), float(cosines[-1].max())


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard scores; all near 0 where all values are alike."""
    found: NDArray[np.float64] = (values - values.mean()) / (values.std() + 1e-3)
    return found


def _climb(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The peak that is reached from each place by going back as long as it does not fall."""
    peaks = values.copy()
    for place in range(1, len(values)):
        if values[place - 1] >= values[place]:
            peaks[place] = peaks[place - 1]
    return peaks


def _cosines(vectors: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Of the passages before and behind each seam."""
    total = np.concatenate([np.zeros((1, vectors.shape[1]), dtype=np.float32), vectors.cumsum(axis=0)])
    seams = np.arange(1, len(vectors))
    before = total[seams] - total[np.maximum(seams - width, 0)]
    behind = total[np.minimum(seams + width, len(vectors))] - total[seams]
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(behind, axis=1)
    cosines: NDArray[np.float32] = (before * behind).sum(axis=1) / np.maximum(norms, 1e-9)
    return cosines


def _around(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over `FAR` seams on either side, the seam itself among them."""
    total = np.concatenate([[0.0], values.astype(np.float64).cumsum()])
    places = np.arange(len(values))
    low, high = np.maximum(places - FAR, 0), np.minimum(places + FAR + 1, len(values))
    means: NDArray[np.float32] = ((total[high] - total[low]) / (high - low)).astype(np.float32)
    return means


def _shared(one: str, two: str) -> float:
    """Share of the shorter sentence's longer words that the other holds."""
    left, right = ({word for word in _WORD.findall(text.lower()) if len(word) > 3} for text in (one, two))
    return len(left & right) / max(1, min(len(left), len(right)))


def _marks(sentence: str) -> tuple[float, ...]:
    """How a sentence is written."""
    text = sentence.strip()
    words = _WORD.findall(text)
    last = text.rstrip("\"'”’) ")[-1:]
    first = words[0] if words else ""
    return (
        np.log1p(len(words)) / 2,
        len(words) <= 5,
        last in ".!?…" and last != "",
        last == "?",
        last == ":",
        text[-1:] in "\"”'’" and text != "",
        text[:1] in "\"“'‘`" and text != "",
        any(mark in text for mark in '"“”'),
        first[:1].isupper(),
        first[:1].isdigit(),
        bool(_ITEM.match(text)),
        first.lower() in _TAKEN_UP,
        sum(word[:1].isupper() for word in words[1:]) / max(1, len(words) - 1),
        text.lower() == text,
    )


SCALARS = 2 * (1 + len(WIDTHS)) + 1 + 3 * len(_marks(""))
"""Numbers that `scalars` gives for a seam."""
