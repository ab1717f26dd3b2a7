"""Objects back to what a configuration would say: `{use: NAME, key: value}` with what differs from the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr

from rag.component import SHARED, Component, default_of, yaml_fields
from rag.config.node import REDACTED
from rag.config.steps import step_key
from rag.registry import kind_of, name_of
from rag.steps import STEPS, Step, Steps

__all__ = ["NoSpec", "spec_of"]


class NoSpec(TypeError):  # says what an object lacks
    """An object that YAML cannot say."""


def spec_of(value: Any, shared: Mapping[str, Any] | None = None) -> Any:
    """A component, or any value of a field, as plain data for YAML. Secrets are redacted.

    Args:
        value: the object.
        shared: parts that stand at the root; a component whose own part equals the root's does not say it.

    Raises:
        NoSpec: it is, or holds, something that YAML cannot say.
    """
    shared = shared or {}
    if isinstance(value, Steps):
        return [spec_of(step, shared) for step in value.steps]
    if isinstance(value, Step):
        name = step_key(value)
        return {name: spec_of(getattr(value, STEPS[name][1]), shared)}
    if isinstance(value, Component):
        named = {"use": name_of(type(value))} if kind_of(type(value)) else {}
        return named | _fields(value, shared)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value.value if isinstance(value, Enum) else value
    return _plain(value, shared)


def _plain(value: Any, shared: Mapping[str, Any]) -> Any:  # noqa: PLR0911  # one a type
    if isinstance(value, (SecretStr, SecretBytes)):
        return REDACTED if value.get_secret_value() else ""
    if isinstance(value, Enum):
        return spec_of(value.value, shared)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): spec_of(child, shared) for name, child in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((spec_of(child, shared) for child in value), key=repr)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [spec_of(child, shared) for child in value]
    if kind_of(type(value)) and isinstance(value, BaseModel):
        return _foreign(value, shared)
    raise NoSpec(f"YAML cannot say a {type(value).__module__}.{type(value).__qualname__}")


def _fields(component: Component, shared: Mapping[str, Any]) -> dict[str, Any]:
    said = {}
    for name, info in yaml_fields(type(component)).items():
        value = getattr(component, name)
        at_root = name in SHARED and name in shared
        if value != shared[name] if at_root else info.is_required() or value != _default(info):
            said[name] = spec_of(value, shared)
    return said


def _default(info: Any) -> Any:
    try:
        return default_of(info)
    except KeyError:  # a default made of other fields: known only inside the constructor
        return NoSpec


def _foreign(model: BaseModel, shared: Mapping[str, Any]) -> dict[str, Any]:
    """A component of another package: its dotted path, and the fields that were set."""
    said: dict[str, Any] = {"use": name_of(type(model))}
    for name, info in type(model).model_fields.items():
        if name in model.model_fields_set and not info.exclude:
            said[name] = spec_of(getattr(model, name), shared)
    return said
