"""The step that hands the turn to an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig

from rag.kinds import Agent
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Act"]


class Act(Step):
    """The turn as an agent leaves it. In YAML: `agent`."""

    agent: Agent

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """The search text, where the agent changed it, and what the agent says."""
        changed = {"query": after.search} if after.search != before.search else {}
        return {**changed, **after.notes}

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Act."""
        yield self.agent.act(turn.with_(notes={}), config)

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Act."""
        yield await self.agent.aact(turn.with_(notes={}), config)
