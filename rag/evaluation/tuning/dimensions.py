"""What may change: one dimension a path of the configuration."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rag.config import Configuration, change
from rag.config.space import at
from rag.config.tuning import Range
from rag.errors import ConfigError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

__all__ = ["Dimension", "Numbers", "OneOf", "Values", "dimensions", "holds", "key_of", "size", "standing"]

Values: TypeAlias = dict[str, Any]
"""Path to value: one point of the space."""


@dataclass(frozen=True)
class OneOf:
    """One of several values, of any kind and without an order."""

    path: str
    choices: tuple[Any, ...]

    @property
    def values(self) -> tuple[Any, ...]:
        """All of them."""
        return self.choices

    def distribution(self) -> BaseDistribution:
        """As Optuna has it. It knows scalars only, so a choice is its JSON."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution([_text(choice) for choice in self.choices])

    def parameter(self, value: Any) -> str:
        """What Optuna calls a value."""
        return _text(value)

    def value(self, parameter: Any) -> Any:
        """The value of a parameter."""
        return json.loads(parameter)

    def holds(self, value: Any) -> bool:
        """Whether it is one of them."""
        return _text(value) in map(_text, self.choices)


@dataclass(frozen=True)
class Numbers:
    """Numbers from `low` to `high`; where there is a step, `high` lies on it."""

    path: str
    low: float
    high: float
    step: float | None
    log: bool
    whole: bool

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All of them, in order; None where they are not counted."""
        if self.step is None:
            return None
        count = round((self.high - self.low) / self.step)
        return tuple(self.value(self.low + number * self.step) for number in range(count + 1))

    def distribution(self) -> BaseDistribution:
        """As Optuna has it."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=int(self.step or 1))
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def parameter(self, value: Any) -> float:
        """What Optuna calls a value."""
        return int(value) if self.whole else float(value)

    def value(self, parameter: Any) -> float:
        """The value of a parameter: with four digits that count, as somebody would write it."""
        if self.whole:
            return int(parameter)
        short = float(f"{parameter:.4g}") if self.step is None else round(parameter, 10)
        return min(max(short, self.low), self.high)

    def holds(self, value: Any) -> bool:
        """Whether it lies in the range and on the step."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high or (self.whole and value != int(value)):
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return math.isclose(steps, round(steps), abs_tol=1e-8)


Dimension: TypeAlias = OneOf | Numbers


def dimensions(configuration: Configuration, space: Mapping[str, tuple[Any, ...] | Range]) -> tuple[Dimension, ...]:
    """The dimensions of a checked space, in its order."""
    return tuple(
        _numbers(configuration, path, searched) if isinstance(searched, Range) else OneOf(path, _distinct(searched))
        for path, searched in space.items()
    )


def _numbers(configuration: Configuration, path: str, given: Range) -> Numbers:
    numbers = (given.low, given.high, *(() if given.step is None else (given.step,)))
    whole = all(isinstance(number, int) for number in numbers)
    if whole and given.step is None and _takes(configuration, path, given.low + 0.5):
        whole = False  # `{low: 0, high: 1}` of a key that takes fractions
    step = given.step if given.step is not None or not whole or given.log else 1
    high: float = given.high
    if step is not None:  # Optuna would move it there with a warning
        high = given.low + math.floor((given.high - given.low) / step + 1e-9) * step
    return Numbers(path, given.low, high, step, given.log, whole)


def _takes(configuration: Configuration, path: str, value: float) -> bool:
    try:
        change(configuration, {path: value})
    except ConfigError:
        return False
    return True


def standing(configuration: Configuration, space: Sequence[Dimension]) -> Values:
    """What the configuration itself says at each path."""
    return {dimension.path: at(configuration.node, dimension.path).plain() for dimension in space}


def holds(space: Sequence[Dimension], values: Mapping[str, Any]) -> bool:
    """Whether a point lies in the space."""
    return {dimension.path for dimension in space} == set(values) and all(
        dimension.holds(values[dimension.path]) for dimension in space
    )


def size(space: Sequence[Dimension]) -> float:
    """How many points there are; infinite where a dimension is not counted."""
    counts = [math.inf if dimension.values is None else len(dimension.values) for dimension in space]
    return math.prod(counts)


def key_of(values: Mapping[str, Any]) -> str:
    """Equal for equal points."""
    return _text(dict(values))


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple({_text(value): value for value in values}.values())


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
