"""A view: a search structure derived from passages, one immutable part a segment.

The index keeps passages in segments. For every segment and every view it stores one checksummed safetensors file with
the arrays that `View.derive` made; row i of the arrays belongs to row i of the segment. Everything a view holds can be
derived again from the passages, so damage costs a segment and not the collection.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Arrays", "Hits", "Passage", "Rows", "Together", "View", "best"]

Arrays = Mapping[str, NDArray[Any]]
"""Named arrays of one segment; memory-mapped when they come from disk."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as views see it."""

    text: str
    """What is stored and cited."""
    context: str = ""
    """What is put in front when the passage is encoded: its title and heading path, or what a model wrote."""
    source: str = ""
    start: int = 0
    end: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def encoded(self) -> str:
        """What is encoded and tokenised."""
        return f"{self.context}\n{self.text}" if self.context else self.text

    @property
    def described(self) -> str:
        """What code that defines something is called and says of itself; empty of other passages.

        Its own name stands there twice, those of what is around it once.
        """
        symbol = str(self.metadata.get("symbol") or "")
        names = (symbol, symbol.rpartition(".")[2], str(self.metadata.get("docstring") or ""))
        return "\n".join(filter(None, names)) if symbol else ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a snapshot: its visible segments laid end to end, dead rows included."""

    ids: NDArray[np.int64]
    """Passage numbers in SQLite, `[rows]`."""
    keys: NDArray[np.uint64]
    """The passages' public identity, `[rows]`: breaks ties in the same way whatever the order of indexing."""
    alive: NDArray[np.bool_]
    """`[rows]`; False where a passage was deleted or replaced."""


class Hits(NamedTuple):
    """Rows and their scores, best first."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def best(scores: NDArray[np.float32], rows: NDArray[np.int64], keys: NDArray[np.uint64], top_k: int) -> Hits:
    """The `top_k` best of some rows, ties broken by key so that the order of indexing never shows.

    Args:
        scores: float32 `[n]`, of each candidate.
        rows: int64 `[n]`, the candidates' rows.
        keys: uint64 `[all rows]`.
        top_k: how many.
    """
    if len(scores) > top_k:
        kth = np.partition(scores, len(scores) - top_k)[len(scores) - top_k]
        chosen = np.flatnonzero(scores >= kth)
        scores, rows = scores[chosen], rows[chosen]
    order = np.lexsort((keys[rows], -scores))[:top_k]
    return Hits(rows[order], scores[order])


Together = Callable[[Sequence[Passage]], tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]]
"""Passages to the arrays of two views."""


class View(ABC):
    """How one search structure is derived, merged and opened. Stateless: its fields are its settings."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Kind and fingerprint of whatever shapes the arrays, for example `vectors-1f3a9c2e`."""

    @property
    @abstractmethod
    def manifest(self) -> Mapping[str, str | int | float]:
        """What the fingerprint stands for: encoder, tokenizer, settings. Compared key by key on a mismatch."""

    @abstractmethod
    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """The arrays of one segment."""

    def together(self, other: View) -> Together | None:
        """How this view's arrays and another's are derived in one pass; None where they have nothing in common."""
        return None

    @abstractmethod
    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The arrays of several segments as one, only the rows marked in each mask, without deriving anything again."""

    def overlay(self, parts: Sequence[Arrays], rows: Rows, previous: Arrays | None) -> Arrays | None:
        """A structure over the whole collection (inverted lists, a graph), where it is large enough to need one.

        It must name passages by `rows.ids`, not by row: segments are merged and rows move. `previous` is the one made
        last; it may be given back where it still serves.
        """
        return None

    @abstractmethod
    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Any:
        """The searchable object over the parts, in the order of `rows`."""
