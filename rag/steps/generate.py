"""The step that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from langchain_core.runnables import RunnableConfig

from rag.kinds import Generator
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Generate"]


class Generate(Step):
    """The turn with its answer, streamed while it is written."""

    generator: Generator

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Answer."""
        yield from self.generator.stream(turn, config)

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Answer."""
        async for piece in self.generator.astream(turn, config):
            yield piece
