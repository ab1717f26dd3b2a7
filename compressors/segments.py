"""Relevant segments: hits that lie near each other become one stretch of their document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from rag.index import Index
from rag.kinds import Compressor
from rag.passages.parts import context_tokens, spanning, start_of
from rag.passages.relevance import Scale, relevance
from rag.passages.surroundings import Surroundings
from rag.spending.limits import GivesWay

__all__ = ["Segments"]


class Segments(Compressor):
    """The runs of neighbouring passages whose relevance, less `cost` for every passage in them, sums up to most.

    A passage that was not found is worth nothing and costs the same, so it comes along where what lies on both sides
    of it is worth more: an answer that a boundary tore apart is whole again. A hit worth less than it costs goes,
    unless it connects others. Runs come best first; what is in one is in no other. Best behind `rerank`, whose scores
    are probabilities. Finding the best run is the maximum-sum interval of Bentley [1].

    [1] Bentley: Programming Pearls: Algorithm Design Techniques (1984).
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    index: Index
    """Where the passages between the hits are read."""
    cost: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """What a passage must be worth to stay by itself, on the scale 0 to 1."""
    max_run: PositiveInt = 12
    """Passages in one run."""
    max_runs: PositiveInt | None = None
    """Runs at most; all that are worth something where not given."""
    max_tokens: PositiveInt | None = None
    """Tokens of all runs together; the first run that does not fit ends the list. The best one always stays."""
    scale: Scale = "auto"
    """What the scores are: `as-is` in 0 to 1, `share` of the best (BM25), `sigmoid` of logits; `auto` looks at them."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The runs, best first; a hit of no known source is a run by itself. Unscored passages stay as they are."""
        worth = relevance(documents, self.scale)
        if worth is None:
            return list(documents)
        with self.index.reading() as snapshot:
            sources = Surroundings.read(snapshot, documents)
        found: list[_Run] = []
        for source in {id(one): one for one in sources}.values():
            hits = [place for place, other in enumerate(sources) if other is source]
            if source is None:
                found += [_Run(float(worth[place]) - self.cost, place, documents[place]) for place in hits]
            else:
                found += self._runs(source, [(place, documents[place], float(worth[place])) for place in hits])
        found.sort(key=lambda run: (-run.worth, run.place))
        kept = [run.passage for run in found if run.worth > 0] or [found[0].passage]
        return self._fitting(kept[: self.max_runs])

    def _runs(self, source: Surroundings, hits: Sequence[tuple[int, Document, float]]) -> Iterable[_Run]:
        """The runs of one document that are worth something; where none is, its best hit."""
        values = np.zeros(len(source.passages))
        at = [source.at(hit) for _, hit, _ in hits]
        for (first, last), (_, _, worth) in zip(at, hits, strict=True):
            values[first : last + 1] = np.maximum(values[first : last + 1], max(worth, 1e-9))  # found beats not found
        for first, last, worth in best_runs(values - self.cost, self.max_run):
            inside = [hit for hit, (low, high) in zip(hits, at, strict=True) if low <= last and high >= first]
            if not inside:
                continue
            inside.sort(key=lambda hit: (-hit[2], hit[0]))
            found = [hit for _, hit, _ in inside]
            stretch = [*found, *source.passages[first : last + 1]]
            start = start_of(source.passages[first])
            end = max(start_of(one) + len(one.page_content) for one in source.passages[first : last + 1])
            yield _Run(worth, inside[0][0], spanning(stretch, source.text[start:end], start))

    def _fitting(self, passages: Sequence[Document]) -> list[Document]:
        if self.max_tokens is None:
            return list(passages)
        total, kept = 0, list(passages[:1])
        for before, passage in pairwise(passages):
            total += context_tokens([before])
            if total + context_tokens([passage]) > self.max_tokens:
                break
            kept.append(passage)
        return kept


@dataclass(frozen=True)
class _Run:
    """A stretch of a document as a passage, what it is worth, and the rank of its best hit."""

    worth: float
    place: int
    passage: Document


def best_runs(values: NDArray[np.float64], longest: int) -> Iterable[tuple[int, int, float]]:
    """First, last and sum of the intervals of greatest sum, best first, each disjoint from the better ones.

    Args:
        values: `[passages]`, negative where a passage costs more than it is worth.
        longest: passages in an interval at most.

    Yields:
        Intervals of positive sum; where there is none, the one passage of greatest value. Of equal sums the shorter.
    """
    if not len(values):
        return
    if values.max() <= 0:
        place = int(values.argmax())
        yield place, place, float(values[place])
        return
    free = [(0, len(values))]
    found: list[tuple[int, int, float]] = []
    while free:
        low, high = free.pop()
        run = _best_run(values[low:high], longest)
        if run is None:
            continue
        first, last = low + run[0], low + run[1]
        found.append((first, last, run[2]))
        free += [(low, first), (last + 1, high)]
    yield from sorted(found, key=lambda run: (-run[2], run[0]))


def _best_run(values: NDArray[np.float64], longest: int) -> tuple[int, int, float] | None:
    best: tuple[int, int, float] | None = None
    sums = np.concatenate([[0.0], np.cumsum(values)])
    for first in np.flatnonzero(values > 0):  # no best run begins with a loss
        ends = sums[first + 1 : first + 1 + longest] - sums[first]
        last = int(ends.argmax())
        if best is None or ends[last] > best[2] + 1e-12:
            best = int(first), int(first) + last, float(ends[last])
    return best
