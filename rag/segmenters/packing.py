"""Units into passages: the best cuts of all, by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

__all__ = ["COSTS", "Level", "pack"]


class Level(IntEnum):
    """What begins at a place where a text may be cut, from the best place to the worst."""

    SECTION = 0
    PARAGRAPH = 1
    LINE = 2
    SENTENCE = 3
    CLAUSE = 4
    WORD = 5
    TOKEN = 6


COSTS = (0.0, 0.0, 0.2, 0.6, 1.2, 2.0, 4.0)
"""Of a cut at each level, where 1 is the cost of an empty passage; measured in `docs/decisions/segmenters.md`."""


def pack(sizes: Sequence[int], costs: Sequence[float], limit: int, empty: Sequence[float] | None = None) -> list[int]:
    """The first unit of each passage.

    Minimises the sum over passages of (share of the limit left empty)^2 + the cost of the cut in front of it. The
    square makes passages full, and alike rather than full with a tiny rest.

    Args:
        sizes: tokens of each unit, each from 1 to `limit`.
        costs: of a cut in front of each unit; the first is not used.
        limit: tokens a passage may have.
        empty: another cost of a passage of so many tokens, `[limit + 1]`, in place of the square.
    """
    empty = [((limit - n) / limit) ** 2 for n in range(limit + 1)] if empty is None else empty
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    best = [0.0] * (len(sizes) + 1)  # best[i]: cost of everything before unit i, the cut in front of i included
    origin = [0] * (len(sizes) + 1)
    low = 0
    for high in range(1, len(ends)):
        end = ends[high]
        while end - ends[low] > limit:
            low += 1
        lowest, chosen = best[low] + empty[end - ends[low]], low
        for i in range(low + 1, high):
            cost = best[i] + empty[end - ends[i]]
            if cost < lowest:
                lowest, chosen = cost, i
        best[high] = lowest + (costs[high] if high < len(sizes) else 0.0)
        origin[high] = chosen
    cuts = []
    at = len(sizes)
    while at > 0:
        at = origin[at]
        cuts.append(at)
    return cuts[::-1]
