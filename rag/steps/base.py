"""A step takes a turn and gives a turn; a sequence of steps is itself a step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, ClassVar

from langchain_core.runnables import RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import run_in_executor

from rag.component import Component, yaml_fields
from rag.passages.parts import context_tokens
from rag.schema import Delta, Span, Turn
from rag.spending.allowance import Allowance, current
from rag.spending.limits import GivesWay
from rag.steps.observe import aobserve, observe

__all__ = ["Step", "Steps"]


class Step(RunnableSerializable[Turn, Turn], Component):
    """One move of a turn.

    A subclass implements `move` and `amove`: pieces of answer text while they come (most steps have none), then the
    turn as it left the step. The base adds what every step shares: callbacks, timing, and a span in the trace.
    """

    recorded: ClassVar[bool] = True
    """Whether the step's own span goes into the trace; a step that records its inner moves itself says no."""

    @abstractmethod
    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """The step's work."""

    @abstractmethod
    def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """The step's work without blocking the event loop."""

    @property
    def part(self) -> Any:
        """The component that does the work."""
        return getattr(self, next(iter(yaml_fields(type(self)))))

    @property
    def gives_way(self) -> GivesWay | None:
        """When the step is left out where time is short; None for never."""
        found: GivesWay | None = getattr(self.part, "gives_way", None)
        return found

    @property
    def paced(self) -> tuple[str, ...]:
        """The names of what the step does in portions (`rag.spending.pace`), in order."""
        found: tuple[str, ...] = getattr(self.part, "paced", ())
        return found

    def without(self, turn: Turn, config: RunnableConfig | None) -> Turn:
        """What becomes of a turn where the step is left out."""
        return turn

    def size(self, after: Turn) -> int:
        """What the step's time depends on, in tokens; 0 where it is no matter."""
        return 0

    def _noted(self, after: Turn, gone: frozenset[int] | None, seconds: float) -> None:
        """`seconds`: what it took, and those of all portions before it began."""
        if (allowance := current()) is not None and gone is not None:
            allowance.costs.note(self, gone, max(0.0, seconds - allowance.paced), self.size(after))

    def _left_out(self, turn: Turn, config: RunnableConfig | None, allowance: Allowance | None) -> Turn | None:
        """The turn without this step, which the trace says; None where there is time for it."""
        reason = allowance.too_slow(self) if allowance is not None else ""
        if allowance is None or not reason:
            return None
        started = perf_counter()
        allowance.left_out(self)
        after = self.without(turn, config)
        ms = (perf_counter() - started) * 1e3
        span = Span(self.label, ms, turn.passages, after.passages, detail={"skipped": reason})
        return after.with_(trace=(*after.trace, span))

    @property
    def label(self) -> str:
        """What the step is called in traces: its own name and its component's."""
        inner = next(iter(self.non_defaults().values()), None)
        return f"{type(self).__name__.lower()}:{type(inner).__name__}" if inner is not None else type(self).__name__

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """What the trace should say beyond passages and time."""
        return {}

    def _record(self, before: Turn, after: Turn, started: float) -> Turn:
        if not self.recorded:
            return after
        ms = (perf_counter() - started) * 1e3
        span = Span(
            self.label,
            ms,
            before.passages,
            after.passages,
            context_tokens(before.passages),
            context_tokens(after.passages),
            {**self.detail(before, after), **_untold()},
        )
        return after.with_(trace=(*after.trace, span))

    def run(self, turn: Turn, config: RunnableConfig | None = None) -> Iterator[Delta | Turn]:
        """Pieces of the answer while they come, then the turn, last."""
        allowance = current()

        def work(inner: RunnableConfig) -> Iterator[Delta | Turn]:
            started = perf_counter()
            if (short := self._left_out(turn, inner, allowance)) is not None:
                yield short
                return
            gone, before = (allowance.gone, allowance.paced) if allowance else (None, 0.0)
            for piece in self.move(turn, inner):
                if isinstance(piece, Turn):
                    self._noted(piece, gone, perf_counter() - started + before)
                yield self._record(turn, piece, started) if isinstance(piece, Turn) else piece

        return observe(self.label, turn, config, work)

    def arun(self, turn: Turn, config: RunnableConfig | None = None) -> AsyncIterator[Delta | Turn]:
        """`run` without blocking the event loop."""
        allowance = current()

        async def work(inner: RunnableConfig) -> AsyncIterator[Delta | Turn]:
            started = perf_counter()
            if allowance is not None and (
                short := await run_in_executor(inner, self._left_out, turn, inner, allowance)
            ):
                yield short
                return
            gone, before = (allowance.gone, allowance.paced) if allowance else (None, 0.0)
            async for piece in self.amove(turn, inner):
                if isinstance(piece, Turn):
                    self._noted(piece, gone, perf_counter() - started + before)
                yield self._record(turn, piece, started) if isinstance(piece, Turn) else piece

        return aobserve(self.label, turn, config, work)

    def __or__(self, other: Any) -> Any:
        """Steps beside steps make steps; beside anything else, langchain-core's own sequence."""
        return Steps(steps=(self,)) | other if isinstance(other, Step | Steps) else super().__or__(other)

    def invoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """The turn after this step."""
        for piece in self.run(input, config):
            if isinstance(piece, Turn):
                input = piece
        return input

    async def ainvoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:
        """`invoke` without blocking the event loop."""
        async for piece in self.arun(input, config):
            if isinstance(piece, Turn):
                input = piece
        return input


class Steps(Component):
    """Steps one after the other; an empty sequence passes the turn through unchanged. In YAML: a list.

    Once a turn is settled, the steps behind are left out.
    """

    steps: tuple[Step, ...] = ()

    def run(self, turn: Turn, config: RunnableConfig | None = None) -> Iterator[Delta | Turn]:
        """Pieces of the answer while they come, then the turn, last."""
        for step in _watched(self.steps):
            for piece in step.run(turn, config):
                if isinstance(piece, Turn):
                    turn = piece
                else:
                    yield piece
            if turn.settled:
                break
        yield turn

    async def arun(self, turn: Turn, config: RunnableConfig | None = None) -> AsyncIterator[Delta | Turn]:
        """`run` without blocking the event loop."""
        for step in _watched(self.steps):
            async for piece in step.arun(turn, config):
                if isinstance(piece, Turn):
                    turn = piece
                else:
                    yield piece
            if turn.settled:
                break
        yield turn

    def __or__(self, other: Step | Steps) -> Steps:
        """These steps, then the others."""
        return Steps(steps=(*self.steps, *(other.steps if isinstance(other, Steps) else (other,))))

    def __iter__(self) -> Iterator[Step]:  # type: ignore[override]  # a sequence of steps, not of field names
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, place: int) -> Step:
        return self.steps[place]

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.steps)) or "Steps()"


def _untold() -> dict[str, str]:
    """What a step left out of its own work where time is limited."""
    allowance = current()
    if allowance is None or not allowance.untold:
        return {}
    told, allowance.untold = allowance.untold, []
    return {"skipped": "; ".join(told)}


def _watched(steps: Sequence[Step]) -> Iterator[Step]:
    """Steps one by one; the turn's allowance, if it has one, knows which are still to come."""
    allowance = current()
    if allowance is None:
        yield from steps
        return
    behind = tuple(allowance.ahead)
    for place, step in enumerate(steps):
        allowance.ahead, allowance.running = (*steps[place + 1 :], *behind), step
        yield step
    allowance.ahead = behind
