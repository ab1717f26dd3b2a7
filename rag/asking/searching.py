"""Several searches for one question, and their rankings made one: what agents that search share."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.errors import UsageError
from rag.kinds import Retriever
from rag.passages.parts import context_tokens

__all__ = ["asearch", "filtering", "fused", "key_of", "search", "without_last"]

K = 60
"""Reciprocal rank fusion's constant [1].

[1] Cormack, Clarke, Buettcher: Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning (2009).
"""


def search(
    retriever: BaseRetriever, queries: Sequence[str], filter: Mapping[str, Any] | None, config: RunnableConfig | None
) -> list[list[Document]]:
    """What a retriever finds for each query."""
    keywords = filtering(retriever, filter)
    return [retriever.invoke(query, config, **keywords) for query in queries]


async def asearch(
    retriever: BaseRetriever, queries: Sequence[str], filter: Mapping[str, Any] | None, config: RunnableConfig | None
) -> list[list[Document]]:
    """`search`, all at once, without blocking the event loop."""
    keywords = filtering(retriever, filter)
    return list(await asyncio.gather(*(retriever.ainvoke(query, config, **keywords) for query in queries)))


def filtering(retriever: BaseRetriever, filter: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keywords that hand a turn's filter to a retriever.

    Raises:
        UsageError: there is a filter, and the retriever would ignore it.
    """
    if not filter:
        return {}
    if not isinstance(retriever, Retriever):
        raise UsageError(
            f"{type(retriever).__name__} cannot filter by metadata and would ignore {dict(filter)}; "
            "use one of this package's retrievers, or set the filter on the retriever itself"
        )
    return {"filter": filter}


def fused(
    rankings: Sequence[Sequence[Document]],
    top_k: int | None = None,
    weights: Sequence[float] | None = None,
    k: int = K,
) -> list[Document]:
    """One ranking of several by reciprocal ranks; a single one stays as it is, its scores included.

    Args:
        rankings: best first; of a passage that one names twice its better rank counts.
        top_k: passages at most.
        weights: one a ranking; all 1 where not given.
        k: the larger, the less the first ranks stand out.
    """
    if len(rankings) == 1:
        return list(rankings[0][:top_k])
    found: dict[str, Document] = {}
    gains: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, key in enumerate(dict.fromkeys(map(key_of, ranking)), 1):
            gains[key] = gains.get(key, 0.0) + weight / (k + rank)
        for passage in ranking:
            found.setdefault(key_of(passage), passage)
    order = sorted(gains, key=lambda key: -gains[key])  # of equals the one found first
    return [
        Document(found[key].page_content, id=found[key].id, metadata={**found[key].metadata, "score": gains[key]})
        for key in order[:top_k]
    ]


def key_of(passage: Document) -> str:
    """What tells passages apart."""
    return passage.id or passage.page_content


def without_last(passages: Sequence[Document], tokens: int, needed: Collection[str] = ()) -> list[Document]:
    """Without the last passages that have so many tokens together: room for others.

    Args:
        passages: best first.
        tokens: of the others.
        needed: keys of passages that stay.
    """
    kept: list[Document] = []
    for passage in reversed(passages):
        if tokens > 0 and key_of(passage) not in needed:
            tokens -= context_tokens([passage])
        else:
            kept.append(passage)
    return kept[::-1]
