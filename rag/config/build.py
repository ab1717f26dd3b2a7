"""A validated tree to objects. Constructors only store, so this opens no file and loads no model."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from rag.component import SHARED, Component
from rag.config.choose import choose
from rag.config.classes import class_of
from rag.config.fields import Field, Keys, adapter, keys_of
from rag.config.fill import DEFAULT, default_node
from rag.config.node import Node, discreet, problem
from rag.config.shape import Branch, Many, Part, Record, Shape, Table, Value
from rag.config.steps import step_class, step_field
from rag.config.values import parse, problems_of
from rag.errors import ConfigError, Problem, RagError
from rag.registry import kind_of
from rag.steps import STEPS, Steps

__all__ = ["Builder", "Unbuilt"]

_STORE_KEYS = ("search_type", "search_kwargs")


class Unbuilt(Exception):  # control flow: the problem is already reported
    """A component could not be made."""


class Builder:
    """Makes objects of nodes; what is said twice in the same words is made once.

    Args:
        allow_import: packages whose classes a dotted `use` may name.
        shared: the shared parts, each made when the first component asks for it.
        made: what was built already, for whoever says the same again.
        dry: components of other packages, whose constructors may do anything, are left blank.
    """

    def __init__(
        self,
        allow_import: Collection[str],
        shared: Mapping[str, Callable[[], Any]],
        made: dict[tuple[type, str, tuple[str, ...]], Any],
        *,
        dry: bool = False,
    ) -> None:
        self.allow_import = allow_import
        self.shared = shared
        self.dry = dry
        self.problems: list[Problem] = []
        self.made = made
        self.leaned = 0
        """How often a shared part was taken: what took none is the same under any."""

    def build(self, node: Node, shape: Shape, path: str) -> Any:
        """The object of a node.

        Raises:
            ConfigError: a constructor refused its values, together or alone.
        """
        try:
            return self.make(node, shape, path)
        except Unbuilt:
            raise ConfigError(self.problems) from None

    def make(self, node: Node, shape: Shape, path: str) -> Any:
        """The object of a node; every member is tried before the first failure ends it."""
        match choose(shape, node):
            case Part() as part:
                return self.component(node, class_of(part, str(node.entries["use"].value), self.allow_import), path)
            case Record(cls):
                return self.component(node, cls, path)
            case Branch():
                return Steps(steps=tuple(self.each([(child, self.step) for child in node.members], path)))
            case Many(item):
                return tuple(self.each([(child, self.of(item)) for child in node.members], path))
            case Table(item):
                values = self.each([(child, self.of(item)) for child in node.entries.values()], path, node.entries)
                return dict(zip(node.entries, values, strict=True))
            case Value(annotation):
                return parse(node, lambda value: adapter(annotation).validate_python(value, strict=True))
            case None:
                raise Unbuilt

    def of(self, shape: Shape) -> Callable[[Node, str], Any]:
        """`make` for one shape."""
        return lambda node, path: self.make(node, shape, path)

    def each(
        self, work: list[tuple[Node, Callable[[Node, str], Any]]], path: str, names: Collection[str] = ()
    ) -> list[Any]:
        """What each piece of work makes, all of them tried."""
        made, failed = [], False
        for name, (node, make) in zip(names or map(str, range(len(work))), work, strict=False):
            try:
                made.append(make(node, f"{path}.{name}" if path else name))
            except Unbuilt:
                failed = True
        if failed:
            raise Unbuilt
        return made

    def step(self, node: Node, path: str) -> Any:
        """One step."""
        ((name, child),) = node.entries.items()
        field = step_field(name)
        assert field is not None
        made = self.make(child, field.shape, f"{path}.{name}")
        return self.construct(step_class(name), {STEPS[name][1]: made}, child, f"{path}.{name}")

    def component(self, node: Node, cls: type, path: str) -> Any:
        """A component with its parts: the one made before, where the same was said under the same shared parts."""
        keys = keys_of(cls)
        said = (cls, json.dumps(node.plain(), sort_keys=True))
        everywhere, here = (*said, ()), (*said, tuple(sorted(self.shared)))
        if everywhere in self.made:
            return self.made[everywhere]
        if here in self.made:
            self.leaned += 1
            return self.made[here]
        before = self.leaned
        arguments = self.lent(keys) | self.arguments(node, keys, path)
        made = self.construct(cls, arguments, node, path)
        self.made[everywhere if self.leaned == before else here] = made
        return made

    def lent(self, keys: Keys) -> dict[str, Any]:
        """The shared parts that a component takes."""
        names = [name for name in SHARED if name in self.shared and name in keys.fields and keys.fields[name].shared]
        self.leaned += len(names)
        try:
            parts = {name: self.shared[name]() for name in names}
        except ConfigError as error:
            self.problems.extend(error.problems)
            raise Unbuilt from None
        return {name: part for name, part in parts.items() if part is not None}

    def arguments(self, node: Node, keys: Keys, path: str) -> dict[str, Any]:
        """What a constructor is called with: what was said, not its own defaults."""
        said = {
            name: (child, self.filler(keys.find(name)))
            for name, child in node.entries.items()
            if not (_is_default(child, keys.find(name)) or (name == "use" and "use" not in keys.fields))
        }
        return dict(zip(map(keys.argument, said), self.each(list(said.values()), path, said), strict=True))

    def filler(self, field: Field | None) -> Callable[[Node, str], Any]:
        """How the value of a field is made."""
        if field is None:
            return lambda node, _: node.plain()
        if isinstance(field.shape, Value):
            return lambda node, _: parse(node, field.parse)
        return self.of(field.shape)

    def construct(self, cls: type, arguments: dict[str, Any], node: Node, path: str) -> Any:
        """Calls a constructor; what it refuses becomes problems."""
        own = issubclass(cls, Component)
        if self.dry and not own:
            return _blank(cls)
        after = {name: arguments.pop(name) for name in _STORE_KEYS if not own and name in arguments}
        try:
            made = cls(**arguments)
        except ValidationError as error:
            self.problems.extend(problems_of(error, node, path))
        except (ValueError, TypeError, ImportError, RagError) as error:
            self.problems.append(problem(discreet(f"{cls.__name__} cannot be made: {error}", node), node, path))
        else:
            return made.as_retriever(**after) if hasattr(made, "as_retriever") and kind_of(cls) is None else made
        raise Unbuilt


def _is_default(node: Node, field: Field | None) -> bool:
    """Whether a plain value is the class's own default; components are made anew, for they may take shared parts."""
    if node.origin != DEFAULT or field is None or not isinstance(field.shape, Value):
        return False
    return node == default_node(field)


def _blank(cls: type) -> Any:
    """An object of a class whose constructor was not called."""
    if hasattr(cls, "as_retriever") and kind_of(cls) is None:
        from langchain_core.vectorstores import VectorStoreRetriever

        cls = VectorStoreRetriever
    return cls.model_construct() if issubclass(cls, BaseModel) else object.__new__(cls)
