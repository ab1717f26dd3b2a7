"""Which option of a union a node means."""

from __future__ import annotations

from pydantic import ValidationError

from rag import registry
from rag.config.fields import adapter
from rag.config.node import Node
from rag.config.shape import Branch, Choice, Many, Part, Record, Shape, Table, Value, options_of
from rag.config.values import parse

__all__ = ["choose", "expected"]


def choose(shape: Shape, node: Node) -> Shape | None:
    """The option of a choice that a node has the form of; other shapes stay as they are."""
    if not isinstance(shape, Choice):
        return shape
    options = sorted(options_of(shape), key=lambda option: not isinstance(option, Value))
    fitting = [option for option in options if _fits(option, node)]
    named = [option for option in fitting if isinstance(option, Part) and _name(node) in registry.table(option.kind)]
    plain = [option for option in fitting if isinstance(option, Value)]
    unnamed = [option for option in options if isinstance(option, Part) and node.is_mapping]
    return next(iter([*plain, *named, *fitting, *unnamed]), None)


def expected(shape: Shape) -> str:  # noqa: PLR0911  # one a shape
    """What a shape wants, in words."""
    match shape:
        case Part():
            article = "an" if shape.kind.name[0] in "aeio" else "a"
            return f"{article} {shape.kind.name} (a name, or `{{use: NAME, ...}}`)"
        case Record():
            return "a mapping"
        case Branch():
            return "a list of steps"
        case Many():
            return f"a list, each member {expected(shape.item)}"
        case Table():
            return f"a mapping, each value {expected(shape.item)}"
        case Choice():
            return " or ".join(expected(option) for option in shape.options)
        case Value():
            return "null" if shape.annotation is type(None) else getattr(shape.annotation, "__name__", "plain data")


def _name(node: Node) -> str:
    use = node.entries.get("use", node)
    return use.value if isinstance(use.value, str) else ""


def _fits(option: Shape, node: Node) -> bool:
    match option:
        case Part():
            return isinstance(node.value, str) or "use" in node.entries
        case Record() | Table():
            return node.is_mapping and "use" not in node.entries
        case Branch() | Many():
            return node.is_list
        case Value(annotation):
            try:
                parse(node, lambda value: adapter(annotation).validate_python(value, strict=True))
            except ValidationError:
                return False
            return True
        case Choice():
            return choose(option, node) is not None
