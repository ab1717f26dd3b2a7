"""Fusion: several retrievers asked at once, their rankings made one."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Annotated, Any, Literal, Self

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import ASIDE, Known, of
from rag.kinds import Retriever
from rag.registry import name_of
from rag.spending.allowance import current
from rag.spending.pace import affordable, timed

Ranking = Sequence[Document]
_READ = 5
"""Passages of a ranking that tell which language is spoken."""


class Fusion(Retriever):
    """The passages of several retrievers, by reciprocal rank fusion [1] or by weighted normalised scores.

    `rrf`: score(d) = sum over retrievers of weight / (k + rank(d)). `weighted`: sum of weight * score, each retriever's
    scores stretched to [0, 1] over its own list; a passage that a retriever did not find counts 0 there.

    A retriever that cannot read the question (its encoder's vocabulary does not hold the words of it and of what was
    found for it: another language) weighs less, down to nothing. What only such a one found comes behind the rest.
    Under a limit of time those are asked that there is time for, the quickest in any case.

    Each passage keeps its rank and score in every retriever under `ranks` and `scores`.

    [1] Cormack, Clarke, Buettcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning (2009).
    """

    of: Annotated[tuple[BaseRetriever, ...], Field(min_length=1)]
    """The retrievers."""
    method: Literal["rrf", "weighted"] = "rrf"
    weights: tuple[PositiveFloat, ...] | None = None
    """One a retriever; all 1 where not given."""
    by_language: bool = True
    """Whether a retriever weighs less where its encoder does not know the language."""
    k: PositiveInt = 60
    """Reciprocal rank fusion's constant: the larger, the less the first ranks stand out."""
    top_k: PositiveInt = 20
    """Passages returned."""

    @model_validator(mode="after")
    def _one_weight_each(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.of):
            raise ValueError(f"{len(self.weights)} weights for {len(self.of)} retrievers")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """What each retriever is called in `ranks` and `scores`: its name, numbered where two share it."""
        names = [name_of(type(retriever)) for retriever in self.of]
        seen: Counter[str] = Counter()
        labels = []
        for name in names:
            seen[name] += 1
            labels.append(name if names.count(name) == 1 else f"{name}#{seen[name]}")
        return tuple(labels)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        config = RunnableConfig(callbacks=run_manager.get_child())
        keywords = {"filter": filter} if filter else {}

        size = _size(query)

        def ask(place: int) -> list[Document]:
            with timed(self.labels[place], size):
                return self.of[place].invoke(query, config, **keywords)

        first, *later = self._in_time(size)
        others = [_threads().submit(copy_context().run, ask, place) for place in later]
        found = {first: ask(first)}
        # One that no thread has taken yet is asked here: fusions inside fusions must not wait for each other's threads.
        for place, other in zip(later, others, strict=True):
            found[place] = ask(place) if other.cancel() else other.result()
        return self.fuse([found.get(place, []) for place in range(len(self.of))], query)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        config = RunnableConfig(callbacks=run_manager.get_child())
        keywords = {"filter": filter} if filter else {}
        size = _size(query)

        async def ask(place: int) -> list[Document]:
            with timed(self.labels[place], size):
                return await self.of[place].ainvoke(query, config, **keywords)

        asked = self._in_time(size)
        found = dict(zip(asked, await asyncio.gather(*map(ask, asked)), strict=True))
        return self.fuse([found.get(place, []) for place in range(len(self.of))], query)

    def _in_time(self, size: int) -> list[int]:
        """The places of the retrievers that there is time to ask a question of so many tokens."""
        return [place for place, fits in enumerate(affordable(self.labels, size)) if fits]

    def fuse(self, rankings: Sequence[Ranking], question: str = "") -> list[Document]:
        """One ranking of several. Ties go to the better best rank, then to the smaller id.

        Args:
            rankings: of each retriever, best first.
            question: what they answer; where it is not given, every retriever is taken to have read it.
        """
        known = self._known(question, rankings) if question and self.by_language else {}
        aside = {label: round(one.share, 3) for label, one in known.items() if one.weight < 1}
        trust = {label: known[label].weight if label in known else 1.0 for label in self.labels}
        if not any(trust.values()):
            trust = dict.fromkeys(trust, 1.0)  # none reads it better than the others
        found: dict[str, Document] = {}
        told: dict[str, dict[str, Any]] = {}
        ranks: dict[str, dict[str, int]] = {}
        scores: dict[str, dict[str, float]] = {}
        fused: defaultdict[str, float] = defaultdict(float)
        weights = self.weights or (1.0,) * len(self.of)
        for label, weight, ranking in zip(self.labels, weights, rankings, strict=True):
            gains = self._gains(ranking)
            for rank, (passage, gain) in enumerate(zip(ranking, gains, strict=True), 1):
                key = passage.id or passage.page_content
                if label in ranks.setdefault(key, {}):
                    continue  # a retriever that lists a passage twice gets its better rank
                found.setdefault(key, passage)
                told[key] = {**passage.metadata, **told.get(key, {})}  # the first one's word, and what only others say
                ranks[key][label] = rank
                scores.setdefault(key, {})[label] = passage.metadata.get("score", 0.0)
                fused[key] += weight * gain * trust[label]
        order = sorted(fused, key=lambda key: (-fused[key], min(ranks[key].values()), key))[: self.top_k]
        more = {ASIDE: aside} if aside else {}
        return [
            Document(
                found[key].page_content,
                id=found[key].id,
                metadata={**told[key], "score": fused[key], "ranks": ranks[key], "scores": scores[key]} | more,
            )
            for key in order
        ]

    def _known(self, question: str, rankings: Sequence[Ranking]) -> dict[str, Known]:
        """What the retrievers with a vocabulary know of the question and of what the others found, all where alone."""
        words = {label: of(retriever) for label, retriever in zip(self.labels, self.of, strict=True)}
        sure = [ranking for each, ranking in zip(words.values(), rankings, strict=True) if each is None and ranking]
        heads = [passage for ranking in sure or rankings for passage in ranking[:_READ]]
        return {label: each.known(question, heads) for label, each in words.items() if each is not None}

    def _gains(self, ranking: Ranking) -> list[float]:
        if self.method == "rrf":
            return [1 / (self.k + rank) for rank in range(1, len(ranking) + 1)]
        scores = [float(passage.metadata.get("score", 0.0)) for passage in ranking]
        low, high = min(scores, default=0.0), max(scores, default=0.0)
        return [(score - low) / (high - low) if high > low else 1.0 for score in scores]


def _size(question: str) -> int:
    """Tokens of a question where time is limited, else 0."""
    return sum(default_tokenizer().count([question])) if current() else 0


@cache
def _threads() -> ThreadPoolExecutor:
    """Shared by every fusion: starting threads for each question would cost more than a search."""
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="rag-fusion")
