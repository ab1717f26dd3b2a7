"""Spans of passages that may answer, before and after they are weighed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Candidate", "Span", "apart"]

_LEAST = 1e-6
"""Probabilities are taken for no nearer to 0 and 1 than this."""


@dataclass(frozen=True, slots=True)
class Span:
    """An answer: `passages[passage][start:end]`."""

    text: str
    passage: int
    start: int
    """First character."""
    end: int
    """The one after the last."""
    score: float
    """Probability that it is the answer, 0 to 1."""

    @property
    def place(self) -> tuple[int, int, int]:
        """Passage, first character and the one after the last: where it stands, however likely."""
        return self.passage, self.start, self.end

    @property
    def log_odds(self) -> float:
        """The same in another way; finite."""
        return math.log(max(self.score, _LEAST) / max(1 - self.score, _LEAST))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span before it is weighed."""

    passage: int
    start: int
    end: int
    margin: float
    """Logits of start and end above those of "there is no answer here"."""
    rank: float
    """Logit of its passage's relevance."""
    answerable: float
    """Logit that its passage answers."""


def apart(spans: Iterable[Span], most: int) -> list[Span]:
    """The best spans of which none overlaps a better one."""
    kept: list[Span] = []
    for span in spans:
        if len(kept) == most:
            break
        if not any(
            span.passage == other.passage and span.start < other.end and other.start < span.end for other in kept
        ):
            kept.append(span)
    return kept
