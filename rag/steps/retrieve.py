"""The step that searches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.asking.searching import filtering
from rag.encoders.vocabulary import ASIDE, said
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Retrieve"]


class Retrieve(Step):
    """The passages that a retriever finds for the turn's question."""

    retriever: BaseRetriever

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """`ranks`: of each passage its rank in every retriever, where several were asked.

        `aside`: which of them weighed less, because they do not know the words.
        """
        ranks = {passage.id: passage.metadata["ranks"] for passage in after.passages if "ranks" in passage.metadata}
        noted = after.passages[0].metadata.get(ASIDE) if after.passages else None
        return {**({"ranks": ranks} if ranks else {}), **({ASIDE: said(noted)} if noted else {})}

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Search and carry the passages on."""
        yield turn.with_passages(self.retriever.invoke(turn.search, config, **filtering(self.retriever, turn.filter)))

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Search and carry the passages on."""
        yield turn.with_passages(
            await self.retriever.ainvoke(turn.search, config, **filtering(self.retriever, turn.filter))
        )
