"""The root key `limits`: what a question may cost at most, and what gives way where it would cost more."""

from __future__ import annotations

from enum import IntEnum

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from rag.component import Component

__all__ = ["GivesWay", "Limits"]


class Limits(Component):
    """What one question may cost.

    Nothing is raised where it would be more: parts are left out, and the trace says which.
    """

    latency_ms: PositiveFloat | None = None
    """Milliseconds from the question to the whole answer."""
    context_tokens: PositiveInt | None = None
    """Tokens of passages that the generator is shown; the best come first."""
    llm_calls: NonNegativeInt | None = None
    """Calls of chat models, those of agents, routers and compressors included."""
    usd: NonNegativeFloat | None = None
    """US dollars for chat models; they need `prices`."""


class GivesWay(IntEnum):
    """What is given up where time is short, in this order: the first goes first."""

    HOPS = 1
    """Further searches: the question alone is searched for."""
    REWRITING = 2
    """Making the question stand alone."""
    CHECKING = 3
    """Checking the answer."""
    SHORTENING = 4
    """Choosing and shortening passages."""
    RANKING = 5
    """Ordering passages anew."""
