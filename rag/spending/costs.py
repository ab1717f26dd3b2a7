"""How long the steps of a pipeline took lately: what it is decided by which of them are left out."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

__all__ = ["FADING", "FEWEST", "Costs"]

REMEMBERED = 32
"""Durations of a step that are kept, the last."""
USUAL = 0.9
"""Share of them that an expectation covers."""
FADING = 0.999
"""What is left of an expectation after each time that a step was left out for it: what was slow once is tried again."""
FEWEST, SPREAD = 3, 1.3
"""Times after which it is known what a step manages; how far sizes must lie apart to tell tokens from the rest."""


class Costs:
    """How long each step of a pipeline took lately, in seconds. Threads may share it.

    What a step takes depends on what was left out before it (a reader that finds nothing re-ranked reads everything
    itself), so durations are kept apart by that.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, frozenset[int]], deque[float]] = {}
        self._sizes: dict[tuple[int, frozenset[int]], deque[tuple[float, float]]] = {}
        self._skips: dict[int, int] = {}
        self._paces: dict[str, deque[float]] = {}

    def note_pace(self, name: str, seconds: float) -> None:
        """A token of some work that is done in portions took so long. The first time does not count."""
        known = self._paces.setdefault(name, deque([math.nan], REMEMBERED + 1))
        known.append(seconds)

    def pace(self, name: str) -> float:
        """How long a token of some work should take; 0 where nobody knows yet."""
        known = self._paces.get(name)
        return 0.0 if known is None else _usual(known)

    def note(self, step: object, gone: frozenset[int], seconds: float, size: int = 0) -> None:
        """A step took so long, for so many tokens. Its first time does not count: weights were loaded."""
        key = (id(step), gone)
        known = self._known.setdefault(key, deque([math.nan], REMEMBERED + 1))
        known.append(seconds)
        if size:
            self._sizes.setdefault(key, deque(maxlen=REMEMBERED)).append((float(size), seconds))
        self._skips.pop(id(step), None)

    def skipped(self, step: object) -> None:
        """A step was left out."""
        self._skips[id(step)] = self._skips.get(id(step), 0) + 1

    def of(self, step: object, gone: frozenset[int]) -> float:
        """How long a step should take; 0 where nobody knows yet."""
        known = self._known.get((id(step), gone)) or self._known.get((id(step), frozenset()))
        if known is None:
            return 0.0
        return _usual(known) * self.faded(step)

    def faded(self, step: object) -> float:
        """What is left of expectations of a step that was left out for them, 0 to 1."""
        return float(FADING ** self._skips.get(id(step), 0))

    def size_for(self, step: object, gone: frozenset[int], seconds: float) -> int | None:
        """How many tokens a step should manage in some time; None where nobody knows yet.

        What a step takes beside its tokens is told from them by least squares, once it had few and many.
        """
        known = np.array(list(self._sizes.get((id(step), gone), ()))[1:]).reshape(-1, 2)
        if len(known) < FEWEST:
            return None
        sizes, took = known.T
        if sizes.max() < SPREAD * sizes.min():
            return int(seconds / np.quantile(took / sizes, USUAL))
        slope, base = np.polyfit(sizes, took, 1)
        slope = max(float(slope), 1e-6)
        late = np.quantile(took - (base + slope * sizes), USUAL)
        return int(max(0.0, (seconds - base - late) / slope))


def _usual(known: deque[float]) -> float:
    """What most of some durations do not exceed, the first of all left out; 0 where there is no other."""
    warm = sorted(list(known)[2:] if math.isnan(known[0]) else known)
    return float(warm[min(len(warm) - 1, math.ceil(USUAL * (len(warm) - 1)))]) if warm else 0.0
