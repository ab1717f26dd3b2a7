"""One row of tokens with its targets, and a passage in tokens: what samples are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.encoders.tokenizer import default_tokenizer
from rag.segmenters.sentences import sentences
from rag.training.cross.examples import Span

__all__ = ["UNKNOWN", "Sample", "Tokens"]

UNKNOWN = -1
"""Target of a token about which the data say nothing."""


@dataclass(slots=True)
class Sample:
    """A row and what should be said of it."""

    ids: list[int]
    roles: list[int]
    judged: dict[int, float] = field(default_factory=dict)
    """Column to target, 0 to 1; a column that is missing is not learnt from."""
    starts: list[int] = field(default_factory=list)
    """Places in the row; every annotator's. Place 0 means that there is no answer; empty: not learnt from."""
    ends: list[int] = field(default_factory=list)
    keep: list[int] = field(default_factory=list)
    """For each token 1, 0 or `UNKNOWN`; empty: not learnt from."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A passage in tokens."""

    ids: list[int]
    offsets: NDArray[np.int32]
    """First character and the one after the last of each, `[n, 2]`."""
    begins: list[int]
    """First tokens of its sentences."""

    @classmethod
    def of(cls, text: str) -> Tokens:
        """Tokenised, with sentences by rule."""
        found = default_tokenizer().engine.encode(text, add_special_tokens=False)
        offsets = np.array(found.offsets, dtype=np.int32).reshape(-1, 2)
        begins = {int(np.searchsorted(offsets[:, 0], start)) for start, _ in sentences(text)}
        return cls(found.ids, offsets, sorted(begin for begin in begins if begin < len(found.ids)) or [0])

    def span(self, characters: Span) -> Span | None:
        """The first and the last token of a stretch of characters; None where it holds none."""
        inside = np.flatnonzero((self.offsets[:, 1] > characters[0]) & (self.offsets[:, 0] < characters[1]))
        return (int(inside[0]), int(inside[-1])) if len(inside) else None
