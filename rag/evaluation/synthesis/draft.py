"""A question on its way into a data set, and one that did not make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from xxhash import xxh3_64_hexdigest

__all__ = ["Draft", "Question", "Reason", "Rejected", "Span"]

Span = tuple[int, int]
"""Characters of a document's text, half open."""

Reason = Literal[
    "unreadable reply", "nothing to ask", "excerpt not found", "points at the text", "names nothing", "answers itself",
    "answer not in its evidence", "evidence stands elsewhere too", "not relevant", "duplicate",
]  # fmt: skip
"""Why a question is left out."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that was made and not judged yet."""

    question: str
    answer: str | None
    """None where it is not known."""
    source: str
    spans: tuple[Span, ...]
    """Its evidence, in order, none overlapping another."""
    method: str
    """`llm`, or the rule that made it."""
    found: str = "exact"
    """How its evidence was located: the least strict attempt that any part of it took."""
    similarity: float = 1.0
    """Of the least similar excerpt to the span it was located at."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A question that is left out."""

    reason: Reason
    detail: str
    """In words, as a model is told them."""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the data set: `text[start:end]` of its source is the quote of every reference."""

    text: str
    answer: str | None
    source: str
    references: tuple[tuple[int, int, str], ...]
    """(start, end, quote), in order."""
    method: str
    scores: Mapping[str, Any] = field(default_factory=dict)
    """What the filters measured."""

    @property
    def id(self) -> str:
        """The same for the same question about the same place."""
        places = " ".join(f"{start}-{end}" for start, end, _ in self.references)
        return xxh3_64_hexdigest(f"{self.source}\x1f{places}\x1f{self.text}".encode(errors="replace"))

    def to_dict(self) -> dict[str, Any]:
        """A row of `queries.jsonl`."""
        places = [
            {"source": self.source, "start": start, "end": end, "quote": quote} for start, end, quote in self.references
        ]
        return {
            "_id": self.id,
            "text": self.text,
            **({"answers": [self.answer]} if self.answer is not None else {}),
            "references": places,
            "method": self.method,
            "scores": dict(self.scores),
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Question:
        """From such a row.

        Raises:
            KeyError: it is none.
        """
        places = row["references"]
        return cls(
            row["text"],
            next(iter(row.get("answers") or ()), None),
            places[0]["source"],
            tuple((place["start"], place["end"], place["quote"]) for place in places),
            row["method"],
            row["scores"],
        )
