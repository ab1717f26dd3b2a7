"""What is left of a question's limits while it is on its way.

The pipeline pins one `Allowance` a turn in a context variable; steps ask it whether there is time for them, and whoever
calls a chat model asks whether there is a call, and how long it may take. Without limits there is none, and nothing
here costs anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from rag.schema import Usage
from rag.spending.costs import Costs
from rag.spending.limits import GivesWay, Limits

__all__ = ["PORTION", "Allowance", "current", "pinned", "time_for"]

MARGIN = 0.1
"""Share of the time that is not planned with: some steps take longer than usual."""
MOMENT = 0.002
"""Seconds that a step is expected to take at least; one that takes no more is never left out."""
LEAST = 64
"""Tokens of passages that a generator is shown however little time there is."""
PORTION = 256
"""Tokens that work in portions does at once: fewer fill a processor badly, more are late by more."""

pinned: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


class Allowance:
    """One turn's limits, what was spent of them, and which steps are still to come.

    Args:
        limits: the pipeline's.
        costs: of the pipeline's steps.
    """

    def __init__(self, limits: Limits, costs: Costs) -> None:
        self.limits = limits
        self.costs = costs
        self.started = perf_counter()
        self.ahead: Sequence[Any] = ()
        """The steps behind the one that runs, in order, to the end of the pipeline."""
        self.running: Any = None
        """The step that runs."""
        self.paced = 0.0
        """Seconds of work that was done in portions (`rag.spending.pace`)."""
        self.gone: frozenset[int] = frozenset()
        """Steps that were left out."""
        self.untold: list[str] = []
        """What the step that runs left out of its own work, for the trace."""
        self.spent = Usage()
        """By chat models."""

    @property
    def left(self) -> float:
        """Seconds until the deadline; infinite where there is none."""
        if self.limits.latency_ms is None:
            return math.inf
        return self.limits.latency_ms / 1e3 - (perf_counter() - self.started)

    @property
    def planned(self) -> float:
        """Seconds that may be planned with: what is left without a share for what takes longer than usual."""
        return self.left - MARGIN * (self.limits.latency_ms or 0.0) / 1e3

    def owed(self, worth: int = max(GivesWay), done: Sequence[str] = ()) -> float:
        """Seconds that the steps to come should take which never give way, or are worth more and fit beside those.

        Args:
            worth: of what is decided about.
            done: works in portions that are decided about: what they did then is remembered.
        """
        takes = [(step.gives_way, max(MOMENT, self._least(step, done))) for step in self.ahead]
        total = sum(seconds for gives_way, seconds in takes if gives_way is None)
        planned = self.planned
        for _, seconds in sorted(((way, cost) for way, cost in takes if way is not None and way > worth), reverse=True):
            if total + seconds <= planned:
                total += seconds
        return total

    @property
    def spare(self) -> float:
        """Seconds beside those that the steps to come take at the very least, whatever they leave out."""
        return self.planned - sum(self.costs.least(step) for step in self.ahead if step.gives_way is None)

    def _least(self, step: Any, done: Sequence[str] = ()) -> float:
        """Seconds that a step should take: of one that works in portions, with the first of them."""
        portions = self._portions([name for name in getattr(step, "paced", ()) if name not in done])
        return self.costs.of(step, self.gone) + portions * self.costs.faded(step)

    def _portions(self, names: Sequence[str]) -> float:
        """Seconds that a portion of each of some works should take."""
        return sum(self.costs.takes(name, PORTION) for name in names)

    def free(self, name: str, *, first: bool = False) -> float:
        """Seconds that the step that runs has for some work in portions.

        Args:
            name: of the work.
            first: whether it is worth more than what the step does in portions behind it, of which a first portion is
                kept free otherwise.
        """
        owed = self.owed(getattr(self.running, "gives_way", None) or max(GivesWay), (name,))
        paced = tuple(getattr(self.running, "paced", ()))
        behind = paced[paced.index(name) + 1 :] if name in paced and not first else ()
        return self.planned - owed - self.costs.of(self.running, self.gone) - self._portions(behind)

    def too_slow(self, step: Any) -> str:
        """Why a step has to be left out; empty where there is time for it."""
        if step.gives_way is None or self.limits.latency_ms is None:
            return ""
        takes, room = self._least(step), self.planned - self.owed(step.gives_way, getattr(step, "paced", ()))
        if takes <= max(room, MOMENT):
            return ""
        return f"latency_ms: takes {takes * 1e3:.0f} ms, {max(0.0, room) * 1e3:.0f} are left"

    def tokens_for(self, step: Any) -> int | None:
        """How many tokens of passages a generator has time for; None where it has for all, or nobody knows."""
        if self.limits.latency_ms is None or _answers_by_model(step) or bool(getattr(step, "paced", ())):
            return None
        most = self.costs.size_for(step, self.gone, self.planned - self.owed())
        return None if most is None else max(LEAST, most)

    def left_out(self, step: Any) -> None:
        """Notes that a step was left out."""
        self.costs.skipped(step)
        self.gone |= {id(step)}

    def no_call(self, llm: BaseChatModel, messages: Sequence[BaseMessage] = (), *, last: bool = False) -> str:
        """Why a chat model cannot be called; empty where it can.

        Args:
            llm: the model.
            messages: what it would be told: what they cost counts, where the model has prices.
            last: whether it is the answer's own call; others leave one for it.
        """
        limits = self.limits
        kept = 0 if last else sum(_answers_by_model(step) for step in self.ahead)
        if limits.llm_calls is not None and self.spent.llm_calls + kept >= limits.llm_calls:
            return f"llm_calls: {self.spent.llm_calls} of {limits.llm_calls} were made" + (
                ", one is kept" if kept else ""
            )
        if limits.usd is not None and (self.spent.cost or 0.0) + _cost(llm, messages) > limits.usd:
            return f"usd: {self.spent.cost or 0.0:.4f} of {limits.usd} were spent"
        return "latency_ms: no time is left" if self.seconds() <= 0 else ""

    def seconds(self) -> float:
        """How long a chat model may take: what is left without what must follow."""
        return self.left - self.owed()

    def called(self, usage: Usage) -> None:
        """A chat model was called."""
        self.spent += usage

    def exceeded(self) -> Mapping[str, Any]:
        """The limits that were not kept, each with what was spent."""
        spent = {
            "latency_ms": round((perf_counter() - self.started) * 1e3, 1),
            "llm_calls": self.spent.llm_calls,
            "usd": self.spent.cost,
        }
        allowed = {name: getattr(self.limits, name) for name in spent}
        return {
            name: value
            for name, value in spent.items()
            if value and allowed[name] is not None and value > allowed[name]
        }


def current() -> Allowance | None:
    """The allowance of the turn that runs here; None where it has no limits."""
    return pinned.get()


def time_for(seconds: float) -> str:
    """Why there is no time for a further search, or round, of so many seconds; empty where there is."""
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        return ""
    room = allowance.planned - allowance.owed(GivesWay.HOPS)
    if seconds <= room:
        return ""
    return f"latency_ms: another search takes {seconds * 1e3:.0f} ms, {max(0.0, room) * 1e3:.0f} are left"


def _answers_by_model(step: Any) -> bool:
    """Whether a step is a generator that calls a chat model, or an agent that holds one."""
    generator = getattr(step, "generator", None) or getattr(getattr(step, "agent", None), "generate", None)
    return step.gives_way is None and getattr(generator, "llm", None) is not None


def _cost(llm: BaseChatModel, messages: Sequence[BaseMessage]) -> float:
    """What reading the messages costs at least, in US dollars; 0 where the model has no prices."""
    prices = getattr(llm, "prices", None)
    if prices is None or not messages:
        return 0.0
    from rag.encoders.tokenizer import default_tokenizer

    tokens = sum(default_tokenizer().count([str(message.text) for message in messages]))
    return float(tokens * prices.prompt / 1e6)
