"""Several searches for one question, and their rankings made one: what agents that search share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.errors import UsageError
from rag.kinds import Retriever

__all__ = ["asearch", "filtering", "fused", "key_of", "search"]

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


def fused(rankings: Sequence[Sequence[Document]], top_k: int | None = None) -> list[Document]:
    """One ranking of several by reciprocal ranks; a single one stays as it is, its scores included."""
    if len(rankings) == 1:
        return list(rankings[0][:top_k])
    found: dict[str, Document] = {}
    gains: dict[str, float] = {}
    for ranking in rankings:
        for rank, passage in enumerate({key_of(one): one for one in ranking}.values(), 1):
            found.setdefault(key_of(passage), passage)
            gains[key_of(passage)] = gains.get(key_of(passage), 0.0) + 1 / (K + rank)
    order = sorted(gains, key=lambda key: -gains[key])  # of equals the one found first
    return [
        Document(found[key].page_content, id=found[key].id, metadata={**found[key].metadata, "score": gains[key]})
        for key in order[:top_k]
    ]


def key_of(passage: Document) -> str:
    """What tells passages apart."""
    return passage.id or passage.page_content
