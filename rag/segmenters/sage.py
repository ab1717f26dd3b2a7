"""Passages that end where the subject changes (SAGE [1])."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from rag import skills
from rag.encoders.minilm import MiniLM
from rag.segmenters.base import Prose
from rag.segmenters.packing import COSTS, Level
from rag.segmenters.sentences import sentences
from rag.segmenters.units import Unit, units

if TYPE_CHECKING:
    from rag.segmenters.tokens import Ruler
    from rag.skills.boundary import Boundary
    from rag.skills.coherence import Coherence

__all__ = ["Sage"]

_PULL = 3.0
"""What a seam between two sentences that surely belong together costs, in units of an empty passage."""
_FORBIDDEN = 1e6
"""Of a passage under `min_tokens`: taken only where there is no other way."""


class Sage(Prose):
    """Cuts where the next sentence does not go on with the passage, by the skill `coherence` [1].

    Every cut of a section is chosen together: a seam below `threshold` gains by being cut and one above it loses, by
    how far it is from it; no passage exceeds `max_tokens`, and none is below `min_tokens` unless its section is. Every
    sentence is encoded once.

    [1] Zhang et al.: SAGE, A Framework of Precise Retrieval for RAG (2025), section IV. There cuts are made one by one,
    and only a threshold bounds a passage.
    """

    version: ClassVar[int] = 3  # since then passages of a table know its columns

    threshold: Annotated[float, Field(ge=0, le=1)] = 0.55
    """Probability of going on below which a seam is worth a cut."""
    min_tokens: NonNegativeInt = 40
    """Tokens that a passage has at least."""
    target_tokens: PositiveInt | None = None
    """Tokens that a passage should have; the further from them, the dearer. No matter where not given."""
    find: Literal["rules", "boundary"] = "rules"
    """How sentences are found: by rules, or by the skill `boundary`, for texts without punctuation."""

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if self.min_tokens * 2 > self.max_tokens - self.overlap:
            raise ValueError(
                f"min_tokens {self.min_tokens} is over half of max_tokens {self.max_tokens}: make it smaller"
            )
        return self

    @property
    def _whole(self) -> int:
        return self.min_tokens

    def _units(self, ruler: Ruler, start: int, end: int, limit: int) -> list[Unit]:
        return units(ruler, start, end, limit, sentences if self.find == "rules" else self._boundary.sentences)

    def _costs(self, ruler: Ruler, pieces: Sequence[Unit]) -> Sequence[float]:
        """By coherence; inside a sentence also by what the cut falls on."""
        texts = [ruler.text[unit.start : unit.end] for unit in pieces]
        goes_on = self._coherence.seams(self._encoder.encode(texts), texts)
        found = _PULL * (np.concatenate([[0.0], goes_on]) - self.threshold)
        return [
            float(cost) + (COSTS[unit.level] + _PULL if unit.level > Level.SENTENCE else 0.0)
            for cost, unit in zip(found, pieces, strict=True)
        ]

    def _empty(self, room: int) -> Sequence[float]:
        wanted = self.target_tokens
        costs = [0.0 if wanted is None else ((size - wanted) / wanted) ** 2 for size in range(room + 1)]
        return [_FORBIDDEN + costs[size] if size < self.min_tokens else costs[size] for size in range(room + 1)]

    @cached_property
    def _coherence(self) -> Coherence:
        found: Coherence = skills.load("coherence")
        return found

    @cached_property
    def _boundary(self) -> Boundary:
        found: Boundary = skills.load("boundary")
        return found

    @cached_property
    def _encoder(self) -> MiniLM:
        """The one that the skill was trained on, whatever the pipeline's is."""
        return MiniLM()
