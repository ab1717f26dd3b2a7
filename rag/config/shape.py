"""What a field of a component may hold, read from its annotation."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from rag.component import Component
from rag.kinds import KINDS, Kind
from rag.steps import Steps

__all__ = ["Branch", "Choice", "Many", "Part", "Record", "Shape", "Table", "Value", "holds_parts", "shape_of"]


@dataclass(frozen=True)
class Value:
    """Plain data."""

    annotation: Any = Any


@dataclass(frozen=True)
class Part:
    """A component of a kind: `{use: NAME, ...}`, or just its name."""

    kind: Kind
    base: type
    """The class it must be: the kind's, or a narrower one."""


@dataclass(frozen=True)
class Record:
    """A component of a known class: a mapping without `use`."""

    cls: type[Component]


@dataclass(frozen=True)
class Branch:
    """A list of steps."""


@dataclass(frozen=True)
class Many:
    """A list."""

    item: Shape


@dataclass(frozen=True)
class Table:
    """A mapping with keys of the user's choice."""

    item: Shape


@dataclass(frozen=True)
class Choice:
    """One of several."""

    options: tuple[Shape, ...]


Shape: TypeAlias = Value | Part | Record | Branch | Many | Table | Choice

_LISTS = (list, tuple, set, frozenset)


@cache
def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation: `Optional`, lists, tuples, mappings and unions of components are looked into."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(arguments[0])
    if isinstance(annotation, type) and origin is None:
        return _of_class(annotation)
    if origin in (Union, types.UnionType):
        options = tuple(shape_of(argument) for argument in arguments)
        return Choice(options) if any(map(holds_parts, options)) else Value(annotation)
    if isinstance(origin, type) and arguments:
        inner = shape_of(arguments[-1] if arguments[-1] is not Ellipsis else arguments[0])
        if holds_parts(inner):
            return Table(inner) if len(arguments) == 2 and hasattr(origin, "keys") else Many(inner)
    return Value(annotation)


def _of_class(cls: type) -> Shape:
    if issubclass(cls, Steps):
        return Branch()
    for kind in KINDS:
        if issubclass(cls, kind.base):
            return Part(kind, cls)
    return Record(cls) if issubclass(cls, Component) else Value(cls)


def holds_parts(shape: Shape) -> bool:
    """Whether there are components in it."""
    return not isinstance(shape, Value)


def options_of(shape: Shape) -> Iterator[Shape]:
    """What a shape may be: itself, or each option of a choice."""
    if isinstance(shape, Choice):
        for option in shape.options:
            yield from options_of(option)
    else:
        yield shape
