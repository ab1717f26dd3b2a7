"""Asking the sources of a plan in order, and what each gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.asking.searching import fused, key_of, search
from rag.knowledge.plan import Plan
from rag.knowledge.source import Source
from rag.schema import KNOWLEDGE, SIMILARITY, Turn
from rag.spending.allowance import time_for

__all__ = ["Found", "Means", "Rank", "chained", "gather", "in_line", "marked", "relevance_of", "shown"]

RELEVANCE = "relevance"
"""Metadata of a passage: how well it fits the question, 0 to 1, before it is rounded to a similarity."""

Rank = Callable[[str, Sequence[Document]], list[Document]]
"""Passages of one source for a question, each `marked` with its relevance, best first."""


@dataclass(frozen=True, slots=True)
class Means:
    """What sources are searched and judged with."""

    retrieve: BaseRetriever
    """For those without a retriever of their own."""
    rank: Rank
    config: RunnableConfig | None = None
    """Of the step that asks."""

    def find(self, source: Source | None, queries: Sequence[str], filter: Mapping[str, Any] | None) -> list[Document]:
        """One ranking of some queries, of one source or of everything."""
        retrieve = (source.retrieve if source else None) or self.retrieve
        return fused(search(retrieve, queries, filter, self.config))


@dataclass(slots=True)
class Found:
    """What one source gave."""

    source: Source
    passages: list[Document] = field(default_factory=list)
    """Given to the generator at first, best first."""
    reserve: list[Document] = field(default_factory=list)
    """Found as well and held back, best first."""
    queries: list[str] = field(default_factory=list)
    tied: Mapping[str, Any] | None = None
    """The condition that the passages of a source before put on this one."""
    names: list[str] = field(default_factory=list)
    """Values of its metadata that those passages name."""
    reason: str = ""
    """Why it was not searched."""

    def told(self) -> dict[str, Any]:
        """For the trace."""
        return {
            "searches": len(self.queries),
            "found": len(self.passages) + len(self.reserve),
            "passages": [passage.id for passage in self.passages],
            "similarity": [passage.metadata[SIMILARITY] for passage in self.passages],
            **({"queries": self.queries} if len(self.queries) > 1 else {}),
            **({"tied": dict(self.tied)} if self.tied else {}),
            **({"named": self.names} if self.names else {}),
            **({"skipped": self.reason} if self.reason else {}),
        }


def gather(turn: Turn, plan: Plan, sources: Mapping[str, Source], means: Means) -> list[Found]:
    """What each source of a plan gives, in its order. No passage is given by two: the first keeps it.

    A source behind others is searched with the question and, where it says `extend`, once more with the best passage of
    each of those in front of it; both rankings become one. Its `tie` narrows both searches.

    Args:
        turn: the question and its filter.
        plan: in order.
        sources: by name.
        means: how they are searched, and what was found judged.
    """
    found: dict[str, Found] = {}
    seen: set[str] = set()
    took = 0.0
    for name in plan.sources:
        source = sources[name]
        mine = found[name] = Found(source)
        if took and (short := time_for(took)):
            mine.reason = short
            continue
        started = perf_counter()
        before = [passage for other in source.needs if other in found for passage in found[other].passages]
        heads = [found[other].passages[0] for other in source.needs if other in found and found[other].passages]
        filter, there = source.narrowed(turn.filter, before)
        if not there:
            mine.reason = f"no passage of {', '.join(source.needs)} has {source.tie!r}"
            continue
        if source.tie is not None and filter is not None:
            mine.tied = {source.tie: _tied(filter, source.tie)}
        mine.queries = [turn.search, *(_extended(turn.search, head) for head in heads if source.extend)]
        if name in plan.probed and len(mine.queries) == 1 and source.tie is None:
            hits = list(plan.probed[name])
            mine.queries = []  # searched when it was planned
        else:
            hits = means.find(source, mine.queries, filter)
        hits, mine.names = source.taken(hits, before)
        fresh = {key_of(hit): _named(hit, name) for hit in hits if key_of(hit) not in seen}
        ranked = means.rank(mine.queries[-1] if heads and source.extend else turn.search, list(fresh.values()))
        mine.passages, mine.reserve = ranked[: source.top_k], ranked[source.top_k :]
        seen.update(fresh)
        took = max(took, perf_counter() - started)
    return list(found.values())


def shown(found: Sequence[Found], most: int) -> list[Document]:
    """What the generator is shown: the most relevant passages of all sources, of each that gave any at least one.

    The most relevant come first; where a source was led to by another, sources come in the order they were asked. Those
    left out go back in front of their source's reserve.
    """
    heads = [key_of(one.passages[0]) for one in found if one.passages]
    flat = sorted((passage for one in found for passage in one.passages), key=lambda passage: -relevance_of(passage))
    room = max(0, most - len(heads))
    others = [key_of(passage) for passage in flat if key_of(passage) not in heads][:room]
    kept = {*heads, *others}
    for one in found:
        out = [passage for passage in one.passages if key_of(passage) not in kept]
        one.passages = [passage for passage in one.passages if key_of(passage) in kept]
        one.reserve = [*out, *one.reserve]
    return in_line([passage for passage in flat if key_of(passage) in kept], found)


def chained(found: Sequence[Found]) -> bool:
    """Whether a source was led to by another."""
    asked = {one.source.name for one in found}
    return any(asked.intersection(one.source.needs) for one in found)


def in_line(passages: Sequence[Document], found: Sequence[Found]) -> list[Document]:
    """Passages as the generator is shown them: by relevance, in a chain of sources by its order first."""
    order = {one.source.name: place for place, one in enumerate(found)} if chained(found) else {}
    return sorted(passages, key=lambda passage: (order.get(passage.metadata[KNOWLEDGE], 0), -relevance_of(passage)))


def marked(passage: Document, relevance: float) -> Document:
    """A passage with its relevance and the similarity that it is rounded to."""
    relevance = min(1.0, max(0.0, relevance))
    told = {RELEVANCE: relevance, SIMILARITY: round(relevance, 1), "score": relevance}
    return Document(passage.page_content, id=passage.id, metadata={**passage.metadata, **told})


def relevance_of(passage: Document) -> float:
    """As it was marked."""
    return float(passage.metadata[RELEVANCE])


def _named(passage: Document, name: str) -> Document:
    return Document(passage.page_content, id=passage.id, metadata={**passage.metadata, KNOWLEDGE: name})


def _extended(question: str, passage: Document) -> str:
    """The question behind what was found for it."""
    return f"{passage.page_content}\n{question}"


def _tied(filter: Mapping[str, Any], key: str) -> Any:
    """The condition on a key in a filter that `Source.narrowed` made."""
    parts = filter.get("and", [filter])
    return parts[-1][key]
