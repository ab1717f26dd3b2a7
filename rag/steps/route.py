"""The step that chooses what happens next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from time import perf_counter
from typing import ClassVar

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor

from rag.errors import UsageError
from rag.kinds import Decision, Router
from rag.schema import Delta, Span, Turn
from rag.steps.base import Step, Steps

__all__ = ["Route"]


class Route(Step):
    """One branch of several, chosen by a router for each turn."""

    router: Router
    recorded: ClassVar[bool] = False

    def _decided(self, turn: Turn, decision: Decision, started: float) -> tuple[Turn, Steps]:
        branches = self.router.branches()
        if decision.route not in branches:
            raise UsageError(
                f"{type(self.router).__name__} chose {decision.route!r}; its branches are: {', '.join(branches)}"
            )
        detail = {
            "route": decision.route,
            **({"probabilities": dict(decision.probabilities)} if decision.probabilities else {}),
            **({"reason": decision.reason} if decision.reason else {}),
        }
        ms = (perf_counter() - started) * 1e3
        span = Span(self.label, ms, turn.passages, turn.passages, detail=detail)
        usage = turn.usage + decision.usage
        return turn.with_(route=decision.route, usage=usage, trace=(*turn.trace, span)), branches[decision.route]

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Choose, then run the branch."""
        started = perf_counter()
        turn, branch = self._decided(turn, self.router.choose(turn, config), started)
        yield from branch.run(turn, config)

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Choose, then run the branch."""
        started = perf_counter()
        decision = await run_in_executor(config, self.router.choose, turn, config)
        turn, branch = self._decided(turn, decision, started)
        async for piece in branch.arun(turn, config):
            yield piece
