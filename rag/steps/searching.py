"""Steps up to where an answer would be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.component import yaml_fields
from rag.steps.base import Step, Steps
from rag.steps.generate import Generate
from rag.steps.route import Route

__all__ = ["without_generators"]


def without_generators(steps: Steps) -> Steps:
    """The same steps without those that answer, in every branch of every route."""
    return Steps(steps=tuple(_searching(step) for step in steps if not isinstance(step, Generate)))


def _searching(step: Step) -> Step:
    if not isinstance(step, Route):
        return step
    router = step.router
    changed = {name: _branches(getattr(router, name)) for name in yaml_fields(type(router))}
    return step.model_copy(update={"router": router.model_copy(update=changed)})


def _branches(value: Any) -> Any:
    if isinstance(value, Steps):
        return without_generators(value)
    if isinstance(value, Mapping):
        return {name: _branches(inner) for name, inner in value.items()}
    return value
