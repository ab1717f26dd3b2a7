"""The root key `tune`: which keys of a configuration `rag tune` may change, and what it looks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Tag,
    model_validator,
)

from rag.component import Component
from rag.errors import did_you_mean

__all__ = ["OBJECTIVES", "Range", "Tuning"]

OBJECTIVES: dict[str, Literal["maximize", "minimize"]] = {
    "ndcg@10": "maximize",
    "context_tokens": "minimize",
    "latency_ms_p50": "minimize",
}
"""What is looked for where nobody says: quality, context, time."""


class Range(BaseModel):
    """Numbers from `low` to `high`, both included. Whole ones where both are whole and the key takes nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: int | float
    high: int | float
    step: int | float | None = None
    """Only `low`, `low + step`, ..."""
    log: bool = False
    """Search orders of magnitude evenly."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        for key in given if isinstance(given, dict) else ():
            if key not in cls.model_fields:
                hint = did_you_mean(str(key), cls.model_fields)
                raise ValueError(
                    f"a range has no key {key!r}; it has: {', '.join(cls.model_fields)}; {hint}".rstrip("; ")
                )
        return given

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low is {self.low} and high {self.high}: low must be the smaller")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ValueError(f"step is {self.step}; it must be above 0 and at most high - low")
        if self.log and self.low <= 0:
            raise ValueError("log needs low above 0")
        if self.log and self.step is not None:
            raise ValueError("either step or log, not both")
        return self


def _form(given: Any) -> str:
    return "range" if isinstance(given, (dict, Range)) else "list"


Choices = Annotated[tuple[Any, ...], Field(min_length=1)]
Searched = Annotated[Annotated[Choices, Tag("list")] | Annotated[Range, Tag("range")], Discriminator(_form)]


class Tuning(Component):
    """What `rag tune` searches, for what, and for how long."""

    objectives: Annotated[dict[str, Literal["maximize", "minimize"]], Field(min_length=1)] = OBJECTIVES
    """Figures of `rag eval`. The first one picks the winner; the others decide among equals, and make the front."""
    space: dict[str, Searched] = Field(default_factory=dict)
    """Paths of this configuration, each with a list of values or with `{low, high, step, log}`."""
    trials: PositiveInt = 30
    """Configurations tried, the default one included."""
    minutes: PositiveFloat | None = None
    """No trial begins later than this; counted over all runs of the same search."""
    tolerance: NonNegativeFloat = 0.0
    """Trials this near to the best by the first objective count as equally good, and the others decide among them.

    Above 0 the first objective is paid for the others: on a few hundred queries .005 is less than chance, and what
    looks equally good and costs less is, more often than not, a little worse.
    """
    seed: int = 0
    """Of the search."""
