"""The steps a pipeline may have: YAML key to class and field."""

from __future__ import annotations

from functools import cache

from rag.config.fields import Field, keys_of
from rag.registry import import_path
from rag.steps import STEPS

__all__ = ["step_class", "step_field", "step_key"]


@cache
def step_class(name: str) -> type:
    """The class of a step."""
    return import_path(STEPS[name][0])


@cache
def step_field(name: str) -> Field | None:
    """The field that holds a step's component; none where there is no such step."""
    if name not in STEPS:
        return None
    return keys_of(step_class(name)).fields[STEPS[name][1]]


def step_key(step: object) -> str:
    """A step's YAML key."""
    return next(name for name in STEPS if step_class(name) is type(step))
