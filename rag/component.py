"""What every component is: a class whose typed fields are its YAML keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from inspect import get_annotations
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

__all__ = ["SHARED", "Component", "default_of", "walk", "yaml_fields"]

SHARED = ("encoder", "llm", "index")
"""Field names that a configuration fills from its root: one encoder, one model, one index for the whole pipeline."""


class Component(BaseModel):
    """The base of every part of a pipeline.

    It comes last in a class's bases (`class Retriever(BaseRetriever, Component)`): pydantic lets the last base win, so
    unknown keys are refused although langchain-core's classes let them pass.

    Constructors store and nothing else: weights, files and connections are opened on first use
    (`functools.cached_property`). That is what lets a configuration be checked without loading a model, and a part go
    to another process.
    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True, protected_namespaces=())

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """langchain-core's and pydantic's own versions of these would win otherwise."""
        super().__pydantic_init_subclass__(**kwargs)
        for name in ("__repr__", "__str__", "__repr_args__", "__eq__", "__hash__"):
            if name == "__hash__" or name not in vars(cls):
                setattr(cls, name, Component.__dict__[name])

    def non_defaults(self) -> dict[str, Any]:
        """The fields that say something: those that differ from their default, shared parts left out."""
        return {
            name: getattr(self, name)
            for name, info in yaml_fields(type(self)).items()
            if name not in SHARED and (info.is_required() or getattr(self, name) != default_of(info))
        }

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return self.non_defaults().items()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.non_defaults().items())})"

    def __str__(self) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in yaml_fields(type(self)))

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

    def warm_up(self) -> None:
        """Loads or computes what a first question would wait for, and no other; nothing where there is nothing."""

    def __getstate__(self) -> dict[Any, Any]:
        """What is pickled: the fields. What was opened or loaded for them is opened again where it is needed."""
        state = super().__getstate__()
        fields = type(self).model_fields
        return {**state, "__dict__": {name: value for name, value in state["__dict__"].items() if name in fields}}

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """The same as through a pickle."""
        made = type(self).__new__(type(self))
        made.__setstate__(deepcopy(self.__getstate__(), memo))
        return made


def default_of(info: FieldInfo) -> Any:
    """A field's default value."""
    return info.get_default(call_default_factory=True, validated_data={})


def walk(part: Any) -> Iterator[Component]:
    """A component and every component inside it, outermost first; shared parts are not entered."""
    if isinstance(part, Component):
        yield part
        for name in yaml_fields(type(part)):
            if name not in SHARED:
                yield from walk(getattr(part, name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from walk(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from walk(value)


@cache
def yaml_fields(cls: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields that are YAML keys: those that our own classes declare, not langchain-core's bookkeeping."""
    own = {name for base in cls.__mro__ if issubclass(base, Component) for name in get_annotations(base)}
    return {name: info for name, info in cls.model_fields.items() if name in own and not info.exclude}
