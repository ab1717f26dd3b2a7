"""What a run did, will do, or is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Failure", "Plan", "Progress", "Report"]

_COUNTS = ("added", "changed", "unchanged", "deleted", "failed")


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be indexed. What the index had of it before stays."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, in documents."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    failures: tuple[Failure, ...] = ()
    empty: tuple[str, ...] = ()
    """Sources without a word of text; there is nothing of them in the index."""
    passages: int = 0
    """Passages stored."""
    encoded: int = 0
    """Of these, passages that no earlier run had derived."""
    tokens: int = 0
    """Tokens of the passages stored."""
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """How many sources failed."""
        return len(self.failures)

    def __str__(self) -> str:
        done = ", ".join(f"{getattr(self, name)} {name}" for name in _COUNTS) + _and_empty(self.empty)
        return f"{done}; {self.passages:,} passages, {self.tokens:,} tokens, {self.seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. Nothing was written and nothing encoded, except a few passages where no speed was known."""

    added: tuple[str, ...] = ()
    """Sources."""
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    failures: tuple[Failure, ...] = ()
    empty: tuple[str, ...] = ()
    passages: int = 0
    """Passages that would be stored."""
    encoded: int = 0
    """Passages that would be derived: those stored that are new, and old ones for views that the index lacks."""
    tokens: int = 0
    seconds: float = 0.0
    """Estimated, by the speed of earlier runs."""

    @property
    def failed(self) -> int:
        """How many sources would fail."""
        return len(self.failures)

    def __str__(self) -> str:
        counts = {name: value if isinstance(value := getattr(self, name), int) else len(value) for name in _COUNTS}
        would = ", ".join(f"{count} {name}" for name, count in counts.items()) + _and_empty(self.empty)
        return (
            f"would be: {would}; {self.encoded:,} of {self.passages:,} passages to encode, about {self.seconds:.0f} s"
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `progress(...)` is called with one after every source and every batch."""

    stage: Literal["reading", "deriving", "merging", "asking"]
    done: int
    """Sources read, passages derived, or segments merged."""
    total: int | None = None
    """Of how many, where it is known."""
    passages: int = 0
    """Passages stored so far."""
    source: str = ""
    """What was just read."""


def _and_empty(sources: tuple[str, ...]) -> str:
    return f", {len(sources)} empty" if sources else ""
