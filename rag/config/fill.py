"""Defaults written out: after this every component is `{use: NAME, ...}` with all of its keys.

Shared parts that a component leaves to the root stay out: they are said once, at the root.
"""

from __future__ import annotations

from collections.abc import Collection

from rag.config.choose import choose
from rag.config.classes import class_of
from rag.config.fields import Field, adapter, keys_of
from rag.config.merge import merge
from rag.config.node import Node, Refused, expanded, from_plain
from rag.config.shape import Branch, Many, Part, Record, Shape, Table, Value
from rag.config.spec import spec_of
from rag.config.steps import step_field
from rag.config.values import settle

__all__ = ["DEFAULT", "default_node", "fill", "fill_field"]

DEFAULT = "default"
"""The origin of what nobody wrote."""


def fill(node: Node, shape: Shape, allow_import: Collection[str] = ()) -> Node:  # noqa: PLR0911  # one a shape
    """A tree with the defaults of every component in it. What is not well formed stays as it is."""
    match choose(shape, node):
        case Part() as part:
            if isinstance(node.value, str):
                node = expanded(node)
            return _component(node, part, allow_import) if node.is_mapping else node
        case Record(cls) if node.is_mapping:
            return _keys(node, cls, allow_import)
        case Branch() if node.is_list:
            return node.with_(value=tuple(_step(member, allow_import) for member in node.members))
        case Many(item) if node.is_list:
            return node.with_(value=tuple(fill(member, item, allow_import) for member in node.members))
        case Value(annotation):
            return settle(node, lambda value: adapter(annotation).validate_python(value, strict=True))
        case Table(item) if node.is_mapping:
            return node.with_(value={name: fill(child, item, allow_import) for name, child in node.entries.items()})
    return node


def fill_field(node: Node, field: Field, allow_import: Collection[str] = ()) -> Node:
    """A field's value with its defaults; a mapping without `use` changes the component that is the field's default."""
    if node.is_mapping and "use" not in node.entries and isinstance(choose(field.shape, node) or field.shape, Part):
        default = default_node(field)
        if default is not None and default.is_mapping:
            node = merge(default, node)
    filled = settle(node, field.parse) if isinstance(field.shape, Value) else fill(node, field.shape, allow_import)
    return filled.with_(secret=True) if field.secret else filled


def _step(node: Node, allow_import: Collection[str]) -> Node:
    filled = {}
    for name, child in node.entries.items():
        field = step_field(name)
        filled[name] = fill(child, field.shape, allow_import) if field else child
    return node.with_(value=filled) if node.is_mapping else node


def _component(node: Node, part: Part, allow_import: Collection[str]) -> Node:
    use = node.entries.get("use")
    if use is None or not isinstance(use.value, str):
        return node
    try:
        cls = class_of(part, use.value, allow_import)
    except Refused:
        return node
    return _keys(node, cls, allow_import)


def _keys(node: Node, cls: type, allow_import: Collection[str]) -> Node:
    keys = keys_of(cls)
    entries: dict[str, Node] = {}
    for name, child in node.entries.items():
        field = keys.find(name) if name != "use" else None
        entries[name] = fill_field(child, field, allow_import) if field else child
    given = {keys.aliases.get(name, name) for name in entries}
    for name, field in keys.fields.items():
        if name not in given and not field.shared and field.own:  # foreign defaults may read keys, files, anything
            default = default_node(field)
            if default is not None:
                entries[name] = fill(default, field.shape, allow_import)
    return node.with_(value=entries)


def default_node(field: Field) -> Node | None:
    """A field's default; none where there is none, or where it cannot be said before the component is built."""
    if field.required:
        return None
    try:
        return from_plain(spec_of(field.default()), origin=DEFAULT)
    except (TypeError, ValueError, LookupError):  # nothing that YAML can say, or made of the component's other fields
        return None
