"""The step that searches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.errors import UsageError
from rag.kinds import Retriever
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Retrieve"]


class Retrieve(Step):
    """The passages that a retriever finds for the turn's question."""

    retriever: BaseRetriever

    def _keywords(self, turn: Turn) -> dict[str, object]:
        if not turn.filter:
            return {}
        if not isinstance(self.retriever, Retriever):
            raise UsageError(
                f"{type(self.retriever).__name__} cannot filter by metadata and would ignore {dict(turn.filter)}; "
                "use one of this package's retrievers, or set the filter on the retriever itself"
            )
        return {"filter": turn.filter}

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Search and carry the passages on."""
        yield turn.with_passages(self.retriever.invoke(turn.search, config, **self._keywords(turn)))

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Search and carry the passages on."""
        yield turn.with_passages(await self.retriever.ainvoke(turn.search, config, **self._keywords(turn)))
