"""The step that hands the turn to an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.asking.searching import filtering
from rag.kinds import Agent
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Act"]


class Act(Step):
    """The turn as an agent leaves it. In YAML: `agent`."""

    agent: Agent

    def without(self, turn: Turn, config: RunnableConfig | None) -> Turn:
        """An agent that searches is left out for a plain search by its retriever, where none was made before it."""
        retriever = getattr(self.agent, "retrieve", None)
        if turn.passages or not isinstance(retriever, BaseRetriever):
            return turn
        return turn.with_passages(retriever.invoke(turn.search, config, **filtering(retriever, turn.filter)))

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """The search text, where the agent changed it, and what the agent says."""
        changed = {"query": after.search} if after.search != before.search else {}
        return {**changed, **after.notes}

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Act."""
        yield from _pieces(turn, self.agent.act(turn.with_(notes={}), config))

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Act."""
        for piece in _pieces(turn, await self.agent.aact(turn.with_(notes={}), config)):
            yield piece


def _pieces(before: Turn, after: Turn) -> Iterator[Delta | Turn]:
    """The turn; before it the text of its answer, where an agent gave the first: nothing of it has streamed."""
    if before.answer is None and after.answer is not None and after.answer.text:
        yield Delta(after.answer.text)
    yield after
