"""Which sources a question needs, without a chat model: by what one search finds of each, and by their descriptions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from rag.asking.searching import key_of
from rag.encoders.vocabulary import of
from rag.index.encoding import encoder_of
from rag.index.filters import matcher
from rag.knowledge.gather import Means, Rank, relevance_of
from rag.knowledge.plan import Plan
from rag.knowledge.source import Source, closed
from rag.schema import Turn

__all__ = ["ASKED", "Probe", "Signs", "by_nearness", "chance", "probe", "signs"]

ASKED = 0.15
"""Probability from which a source is asked: low, for two that are needed share the first passages between them."""
_JUDGED = 2
"""Passages of each source that are judged."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells whether a source is needed."""

    best: float
    """Relevance of its best passage, 0 to 1."""
    ahead: float
    """That less the best of any other source, -1 to 1."""
    share: float
    """Its share of the first passages of the common search, by their reciprocal ranks, 0 to 1; of the relevance where
    a source has a retriever of its own."""
    described: float
    """Cosine of question and description less that of the nearest description, -2 to 0; 0 where there are none."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found while it was decided."""

    by_source: Mapping[str, Sequence[Document]]
    """Best first."""
    first: Sequence[str]
    """The sources of the first passages of the common search, best first."""
    searches: int


_WEIGHTS = Signs(best=1.0, ahead=2.0, share=5.0, described=1.0)
_SHIFT = -3.3
"""Fitted on questions about Wikipedia, HotpotQA and COVID-QA over six sources: docs/presets/unims-rag.md."""


def chance(one: Signs) -> float:
    """The probability that a source is needed."""
    odds = _SHIFT + sum(weight * sign for weight, sign in zip(astuple(_WEIGHTS), astuple(one), strict=True))
    return 1 / (1 + math.exp(-odds))


def by_nearness(turn: Turn, sources: Sequence[Source], means: Means, encoder: Embeddings, threshold: float) -> Plan:
    """The sources whose probability is at least `threshold`, and those that they depend on.

    Args:
        turn: the question and its filter.
        sources: all.
        means: how they are searched, and what was found judged.
        encoder: compares descriptions with the question.
        threshold: probability.
    """
    made = probe(turn, sources, means)
    told = signs(turn.search, sources, made, means.rank, encoder)
    chances = {name: round(chance(one), 4) for name, one in told.items()}
    chosen = [name for name, value in chances.items() if value >= threshold]
    own = {source.name: made.by_source[source.name] for source in sources if source.retrieve is not None}
    return Plan(closed(chosen, sources), "skill", chances, probed=own, searches=made.searches)


def probe(turn: Turn, sources: Sequence[Source], means: Means) -> Probe:
    """One search over everything for all sources that share a retriever; one with its own is searched by itself."""
    found: dict[str, list[Document]] = {source.name: [] for source in sources}
    first: list[str] = []
    common = [(source.name, matcher(source.filter)) for source in sources if source.retrieve is None]
    for hit in means.find(None, [turn.search], turn.filter) if common else ():
        mine = [name for name, holds in common if holds(hit.metadata)]
        first += mine[:1]
        for name in mine:
            found[name].append(hit)
    own = [source for source in sources if source.retrieve is not None]
    for source in own:
        narrowed, _ = source.model_copy(update={"tie": None}).narrowed(turn.filter)
        found[source.name] = means.find(source, [turn.search], narrowed)
    return Probe(found, first, len(own) + bool(common))


def signs(question: str, sources: Sequence[Source], made: Probe, rank: Rank, encoder: Embeddings) -> dict[str, Signs]:
    """What tells of each source whether it is needed.

    Args:
        question: stand-alone.
        sources: all.
        made: what was found of each.
        rank: judges passages.
        encoder: compares descriptions with the question.
    """
    heads = {name: passages[:_JUDGED] for name, passages in made.by_source.items()}
    unique = {key_of(passage): passage for passages in heads.values() for passage in passages}
    judged = {key_of(passage): relevance_of(passage) for passage in rank(question, list(unique.values()))}
    best = {
        name: max((judged.get(key_of(passage), 0.0) for passage in passages), default=0.0)
        for name, passages in heads.items()
    }
    shares = _shares(sources, made.first, best)
    near = _described(question, sources, encoder)
    return {
        name: Signs(
            score,
            score - max((other for key, other in best.items() if key != name), default=0.0),
            shares.get(name, 0.0),
            near.get(name, 0.0),
        )
        for name, score in best.items()
    }


def _shares(sources: Sequence[Source], first: Sequence[str], best: Mapping[str, float]) -> dict[str, float]:
    """Each source's share of the first passages; of the relevance where sources were not searched together."""
    shares: dict[str, float] = {}
    if any(source.retrieve is not None for source in sources):
        shares.update(best)
    else:
        for place, name in enumerate(first):
            shares[name] = shares.get(name, 0.0) + 1 / (place + 1)
    whole = sum(shares.values()) or 1.0
    return {name: share / whole for name, share in shares.items()}


def _described(question: str, sources: Sequence[Source], encoder: Embeddings) -> dict[str, float]:
    """How much farther from the question each description is than the nearest; nothing where none can be read."""
    told = {source.name: source.description for source in sources if source.description}
    words = of(encoder)
    if not told or (words is not None and not words.alone(question).weight):
        return {}
    vectors = encoder_of(encoder).encode([question, *told.values()])
    cosines = np.asarray(vectors[1:] @ vectors[0], np.float64)
    return {name: float(cosine - cosines.max()) for name, cosine in zip(told, cosines, strict=True)}
