"""Probabilities of sentence ends to sentences of bounded length: the best cuts of all, by Viterbi [1].

[1] wtpsplit, the library of Segment Any Text (Frohmann et al., 2024): its splitting under length constraints. The
formulas are its; the search here runs over ends of tokens in place of all characters, and never gives up a bound.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from rag.segmenters.graphemes import cluster_start

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Prior", "constrained", "log_prior"]

Prior = Literal["uniform", "gaussian", "lognormal"]

_LEAST = 1e-9
"""Probability of an end where the model saw none: a cut there only keeps the bound."""
_FORBIDDEN = -1e6
"""Of a sentence under the least length: taken only where there is no other way."""
_SOLID = re.compile(r"\S+")


def log_prior(name: Prior, target: float, spread: float, longest: int) -> NDArray[np.float64]:
    """How likely a sentence of each length is, its logarithm up to a constant, float64 `[longest + 1]`.

    Args:
        name: `uniform` (0 for all), `gaussian` around the target, or `lognormal` with its peak there, which is how
            sentences are: many of them short, a few very long.
        target: characters.
        spread: characters; of `gaussian` the standard deviation, of `lognormal` that of the logarithm times the target.
        longest: characters.
    """
    lengths = np.maximum(np.arange(longest + 1, dtype=np.float64), 1.0)
    if name == "gaussian":
        return -0.5 * ((lengths - target) / spread) ** 2
    if name == "lognormal":
        sigma = spread / target
        logs = np.log(lengths)
        peaked: NDArray[np.float64] = -0.5 * ((logs - math.log(target) - sigma**2) / sigma) ** 2 - logs
        return peaked
    return np.zeros(longest + 1)


def constrained(
    text: str,
    proba: NDArray[np.float32],
    prior: NDArray[np.float64],
    *,
    shortest: int = 1,
    lines: bool = True,
) -> list[tuple[int, int]]:
    """Sentences of at most `len(prior) - 1` characters.

    Maximises the sum over sentences of log prior(length) + log p(end), the end of the text or, where `lines`, of a line
    being certain. There is no threshold: how many cuts are worth making is the prior's.

    Args:
        text: any.
        proba: that a sentence ends after each character, `[len(text)]`.
        prior: `log_prior`.
        shortest: characters of a sentence; fewer only where a line is shorter, or the longest leaves no other way.
        lines: whether every line's end is an end.

    Returns:
        Spans in order, without white space at their ends; together they hold every character that is not white space.
        One is longer than the bound only where a single grapheme cluster is.
    """
    found: list[tuple[int, int]] = []
    for part in re.finditer(r"[^\n]+", text) if lines else [re.fullmatch(r"(?s).*", text)]:
        if part and part[0].strip():
            starts, ends = _places(text, proba, part.start(), part.end(), len(prior) - 1)
            found += _best(starts, ends, np.log(np.clip(proba[ends - 1], _LEAST, 1.0)), prior, shortest)
    return found


def _places(
    text: str, proba: NDArray[np.float32], begin: int, stop: int, longest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces that a sentence is made of, none longer than the bound: where each starts and ends."""
    starts, ends = [], []
    for word in _SOLID.finditer(text, begin, stop):
        inside = np.flatnonzero(proba[word.start() : word.end() - 1]) + word.start() + 1
        bounds = [word.start(), *inside.tolist(), word.end()]
        for low, high in pairwise(bounds):
            at = low
            while high - at > longest:  # a cut inside a token: nothing else keeps the bound
                place = cluster_start(text, at + longest)
                if place <= at:
                    break
                starts.append(at)
                ends.append(place)
                at = place
            starts.append(at)
            ends.append(high)
    return np.array(starts, np.int64), np.array(ends, np.int64)


def _best(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    chances: NDArray[np.float64],
    prior: NDArray[np.float64],
    shortest: int,
) -> list[tuple[int, int]]:
    """The best sentences over pieces; `chances` is the logarithm of an end's probability behind each."""
    prior = prior.copy()
    prior[: min(shortest, len(prior))] += _FORBIDDEN
    longest = len(prior) - 1
    # best[j]: the best score of everything before piece j, the cut in front of it included.
    best = np.zeros(len(starts) + 1)
    origin = np.zeros(len(starts) + 1, np.int64)
    lows = np.minimum(np.searchsorted(starts, ends - longest), np.arange(len(ends)))
    for last, low in enumerate(lows.tolist()):
        lengths = np.minimum(ends[last] - starts[low : last + 1], longest)
        scores = best[low : last + 1] + prior[lengths]
        chosen = int(scores.argmax())
        origin[last + 1] = low + chosen
        best[last + 1] = scores[chosen] + (chances[last] if last + 1 < len(starts) else 0.0)
    found, at = [], len(starts)
    while at > 0:
        first = int(origin[at])
        found.append((int(starts[first]), int(ends[at - 1])))
        at = first
    return found[::-1]
