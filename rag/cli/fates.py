"""What became of each passage on its way through a pipeline, read from an answer's trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.schema import Answer, Document, Span

__all__ = ["Fate", "Found", "alive_in", "fates_of", "found_by", "short", "telling"]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage in one retriever's ranking."""

    rank: int
    """1 is best."""
    score: float


@dataclass(slots=True)
class Fate:
    """One passage's way."""

    passage: Document
    """As it was found."""
    found: dict[str, Found]
    """By retriever."""
    score: float | None
    """Of the step that brought it in: fused, where retrievers were fused."""
    ranks: dict[str, int | None] = field(default_factory=dict)
    """Rank after each step that it reached, by the step's name; None where that step dropped it."""
    cited: list[int] = field(default_factory=list)
    """The `[n]` that cite it."""

    @property
    def dropped_at(self) -> str | None:
        """The step that dropped it."""
        return next((step for step, rank in self.ranks.items() if rank is None), None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "id": self.passage.id,
            **{key: self.passage.metadata.get(key) for key in ("source", "page", "start", "end", "title")},
            "text": self.passage.page_content,
            "retrievers": {label: {"rank": each.rank, "score": each.score} for label, each in self.found.items()},
            "score": self.score,
            "ranks": self.ranks,
            "dropped_at": self.dropped_at,
            "cited": self.cited,
            **({"matches": self.passage.metadata["matches"]} if self.passage.metadata.get("matches") else {}),
        }


def short(step: str) -> str:
    """`compress:Budget` as `budget`."""
    return step.rpartition(":")[2].lower()


def telling(trace: Sequence[Span]) -> dict[str, Span]:
    """The spans that changed the passages, by a name that is theirs alone."""
    steps: dict[str, Span] = {}
    for span in trace:
        if _places(span.passages_in) != _places(span.passages_out):
            name, number = short(span.name), 1
            while name in steps:
                number += 1
                name = f"{short(span.name)}#{number}"
            steps[name] = span
    return steps


def fates_of(answer: Answer) -> list[Fate]:
    """Every passage that a step brought in, in the order in which they were found."""
    fates: list[Fate] = []
    for name, span in telling(answer.trace).items():
        living = [fate for fate in fates if fate.dropped_at is None]
        for fate in living:
            fate.ranks[name] = alive_in(fate.passage, span.passages_out)
        known = [fate.passage for fate in fates]
        for rank, passage in enumerate(span.passages_out, 1):
            if alive_in(passage, known) is None:
                found = found_by(passage, rank, name)
                fates.append(Fate(passage, found, passage.metadata.get("score"), {name: rank}))
    for fate in fates:
        fate.cited = [
            citation.number or number
            for number, citation in enumerate(answer.citations, 1)
            if citation.passage_id == fate.passage.id or _covers(fate.passage, _place(citation))
        ]
    return fates


def found_by(passage: Document, rank: int, label: str) -> dict[str, Found]:
    """Its rank and score in each retriever of a fusion, or in the only one."""
    ranks, scores = passage.metadata.get("ranks"), passage.metadata.get("scores", {})
    if ranks:
        return {name: Found(place, float(scores.get(name, 0.0))) for name, place in ranks.items()}
    return {label: Found(rank, float(passage.metadata.get("score") or 0.0))}


def alive_in(passage: Document, passages: Sequence[Document]) -> int | None:
    """The rank at which a passage, or what became of it, stands: itself, or a longer or shorter piece of the place."""
    for rank, other in enumerate(passages, 1):
        if other.id == passage.id:
            return rank
    return next((rank for rank, other in enumerate(passages, 1) if _overlap(passage.metadata, other.metadata)), None)


def _place(citation: Any) -> dict[str, Any]:
    """A citation's place in the form of a passage's metadata."""
    return {"source": citation.source, "start": citation.start, "end": citation.end}


def _covers(passage: Document, place: dict[str, Any]) -> bool:
    start, end = passage.metadata.get("start"), passage.metadata.get("end")
    same = passage.metadata.get("source") == place["source"]
    return same and start is not None and end is not None and start <= place["start"] < end


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the shorter lies in the other by half or more: neighbours may share an edge."""
    if one.get("source") is None or one.get("source") != other.get("source"):
        return False
    try:
        start, end, first, last = one["start"], one["end"], other["start"], other["end"]
    except KeyError:  # a foreign retriever's passages have no place
        return False
    common = min(end, last) - max(start, first)
    return bool(common > 0 and 2 * common >= min(end - start, last - first))


def _places(passages: Sequence[Document]) -> list[tuple[Any, ...]]:
    return [(passage.id, passage.metadata.get("start"), passage.metadata.get("end")) for passage in passages]
