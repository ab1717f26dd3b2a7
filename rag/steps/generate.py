"""The step that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig

from rag.kinds import Generator
from rag.passages.parts import context_tokens, fitting
from rag.schema import Delta, Turn
from rag.spending.allowance import current
from rag.steps.base import Step

__all__ = ["Generate"]


class Generate(Step):
    """The turn with its answer, streamed while it is written."""

    generator: Generator

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """What was not shown to the generator, where limits forbid it; and what the generator says of its work."""
        own = after.notes if after.notes is not before.notes else {}
        allowance = current()
        if allowance is None or after.passages == before.passages:
            return own
        shown, given = context_tokens(after.passages), context_tokens(before.passages)
        name = "latency_ms"
        allowed = fitting(before.passages, allowance.limits.context_tokens)
        if [passage.id for passage in after.passages] == [passage.id for passage in allowed]:
            name = "context_tokens"
        return {**own, "skipped": f"{name}: {given - shown} of {given} tokens of passages"}

    def size(self, after: Turn) -> int:
        """Tokens that it was shown."""
        return context_tokens(after.passages)

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Answer."""
        yield from self.generator.stream(self._shown(turn), config)

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Answer."""
        async for piece in self.generator.astream(self._shown(turn), config):
            yield piece

    def _shown(self, turn: Turn) -> Turn:
        """The turn with as many of its best passages as its limits allow."""
        if (allowance := current()) is None:
            return turn
        allowed = [most for most in (allowance.limits.context_tokens, allowance.tokens_for(self)) if most is not None]
        return turn.with_passages(fitting(turn.passages, min(allowed))) if allowed and turn.passages else turn
