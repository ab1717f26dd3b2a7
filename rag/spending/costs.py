"""How long the steps of a pipeline took lately: what it is decided by which of them are left out."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        self._skips: dict[str | int, int] = {}
        self._works: dict[str, deque[tuple[float, float]]] = {}
        self._fits: dict[str, tuple[float, float]] = {}

    def note_work(self, name: str, size: int, seconds: float) -> None:
        """Some work took so long for so many tokens. The first time does not count: weights were loaded."""
        known = self._works.setdefault(name, deque([(math.nan, math.nan)], REMEMBERED + 1))
        known.append((float(size), seconds))
        self._fits.pop(name, None)
        self._skips.pop(name, None)

    def takes(self, name: str, size: float) -> float:
        """How long some work on so many tokens should take; 0 where nobody knows yet."""
        base, pace = self.fit(name)
        return base + pace * size

    def fit(self, name: str) -> tuple[float, float]:
        """What some work takes beside its tokens, and for each of them; 0 where nobody knows yet."""
        fit = self._fits.get(name)
        if fit is None:
            known = np.array(list(self._works.get(name, ()))).reshape(-1, 2)
            fit = self._fits[name] = _fitted(known[2:] if np.isnan(known[:1]).any() else known)
        fading = self.faded(name)
        return fit[0] * fading, fit[1] * fading

    def note(self, step: object, gone: frozenset[int], seconds: float, size: int = 0) -> None:
        """A step took so long, for so many tokens. Its first time does not count: weights were loaded."""
        key = (id(step), gone)
        known = self._known.setdefault(key, deque([math.nan], REMEMBERED + 1))
        known.append(seconds)
        if size:
            self._sizes.setdefault(key, deque(maxlen=REMEMBERED)).append((float(size), seconds))
        self._skips.pop(_key(step), None)

    def skipped(self, work: object) -> None:
        """A step was left out, or work in portions, given by its name."""
        self._skips[_key(work)] = self._skips.get(_key(work), 0) + 1

    def of(self, step: object, gone: frozenset[int]) -> float:
        """How long a step should take; 0 where nobody knows yet."""
        known = self._known.get((id(step), gone)) or self._known.get((id(step), frozenset()))
        if known is None:
            return 0.0
        return _usual(known) * self.faded(step)

    def least(self, step: object) -> float:
        """How long a step should take where as much was left out before it as ever was; 0 where nobody knows yet."""
        known = [_usual(took) for (key, _), took in list(self._known.items()) if key == id(step)]
        return min(filter(None, known), default=0.0) * self.faded(step)

    def faded(self, work: object) -> float:
        """What is left of expectations of a step, or of work, that was left out for them, 0 to 1."""
        return float(FADING ** self._skips.get(_key(work), 0))

    def size_for(self, step: object, gone: frozenset[int], seconds: float) -> int | None:
        """How many tokens a step should manage in some time; None where nobody knows yet.

        What a step takes beside its tokens is told from them by least squares, once it had few and many.
        """
        known = np.array(list(self._sizes.get((id(step), gone), ()))[1:]).reshape(-1, 2)
        if len(known) < FEWEST:
            return None
        base, pace = _fitted(known)
        return int(max(0.0, (seconds - base) / pace))


def _key(work: object) -> str | int:
    return work if isinstance(work, str) else id(work)


def _usual(known: deque[float]) -> float:
    """What most of some durations do not exceed, the first of all left out; 0 where there is no other."""
    warm = sorted(list(known)[2:] if math.isnan(known[0]) else known)
    return float(warm[min(len(warm) - 1, math.ceil(USUAL * (len(warm) - 1)))]) if warm else 0.0


def _fitted(known: NDArray[np.float64]) -> tuple[float, float]:
    """What tokens take together and each, so that most of the known sizes and seconds `[n, 2]` were no slower.

    What is taken beside the tokens is told from them by least squares, once there were few and many.
    """
    if not len(known):
        return 0.0, 0.0
    sizes, took = known.T
    if len(known) < FEWEST or sizes.max() < SPREAD * sizes.min():
        return 0.0, float(np.quantile(took / sizes, USUAL, method="higher"))
    pace, base = np.polyfit(sizes, took, 1)
    pace = max(float(pace), 1e-6)
    late = float(np.quantile(took - (base + pace * sizes), USUAL))
    return max(0.0, float(base) + late), pace
