"""Everything that is wrong with a filled tree, at once, without building anything."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from rag.config.choose import choose, expected
from rag.config.classes import allowed_names, class_of
from rag.config.fields import Field, Keys, adapter, keys_of
from rag.config.meant import meant_form, meant_indent, meant_key, meant_step
from rag.config.node import Node, Refused, problem
from rag.config.shape import Branch, Many, Part, Record, Shape, Table, Value
from rag.config.steps import step_field
from rag.config.values import parse, problems_of
from rag.errors import Problem
from rag.steps import STEPS

__all__ = ["Checker"]


_FINDS = frozenset(("retrieve", "compress"))
"""Steps that are made for those that follow."""


class Checker:
    """Walks a filled tree and gathers problems.

    Args:
        allow_import: packages whose classes a dotted `use` may name.
        shared: the shared parts that the root gives.
    """

    def __init__(self, allow_import: Collection[str], shared: Collection[str]) -> None:
        self.allow_import = allow_import
        self.shared = shared
        self.problems: list[Problem] = []

    def report(self, message: str, node: Node, path: str, hint: str = "", *, at_key: bool = False) -> None:
        """Adds a problem."""
        self.problems.append(problem(message, node, path, hint, at_key=at_key))

    def field(self, node: Node, field: Field, path: str) -> None:
        """Checks a field's value."""
        if any(inner.broken for _, inner in node.walk()) and isinstance(field.shape, Value):
            return
        if isinstance(field.shape, Value):
            self.value(node, path, field.parse)
        else:
            self.shape(node, field.shape, path)

    def value(self, node: Node, path: str, validate: Any) -> None:
        """Checks plain data."""
        try:
            parse(node, validate)
        except ValidationError as error:
            self.problems.extend(problems_of(error, node, path))

    def shape(self, node: Node, shape: Shape, path: str) -> None:
        """Checks a value that has components in it."""
        if node.broken:
            return
        chosen = choose(shape, node)
        match chosen:
            case Part() if node.is_mapping:
                self.part(node, chosen, path)
            case Record(cls) if node.is_mapping:
                self.keys(node, cls, path, path.rpartition(".")[2] or cls.__name__)
            case Branch() if node.is_list:
                self.steps(node, path)
            case Many(item) if node.is_list:
                for number, member in enumerate(node.members):
                    self.shape(member, item, f"{path}.{number}")
            case Table(item) if node.is_mapping:
                for name, child in node.entries.items():
                    self.shape(child, item, f"{path}.{name}")
            case Value(annotation):
                self.value(node, path, lambda value: adapter(annotation).validate_python(value, strict=True))
            case _:
                said = f"should be {expected(shape)}, not {node.said()}"
                self.report(said, node, path, meant_form(node, shape, path))

    def steps(self, node: Node, path: str) -> None:
        """Checks a list of steps."""
        answered = ""
        last = max((number for number, member in enumerate(node.members) if not _FINDS & {*member.entries}), default=-1)
        for number, member in enumerate(node.members):
            self.step(member, f"{path}.{number}")
            for name in _FINDS & {*member.entries} if answered and number > last and path == "pipeline" else ():
                said = f"stands behind {answered}, and nothing that follows uses what it finds or leaves"
                self.report(said, member.entries[name], f"{path}.{number}.{name}", "put it above", at_key=True)
            answered = f"generate (step {number})" if "generate" in member.entries else answered

    def step(self, node: Node, path: str) -> None:
        """Checks one step: a mapping with one key."""
        if node.broken:
            return
        known = [name for name in node.entries if name in STEPS]
        others = [name for name in node.entries if name not in STEPS]
        if len(known) == 1 and others and node.entries[known[0]].value is None:
            empty = node.entries[known[0]]
            self.report(
                f"{known[0]} is empty", empty, f"{path}.{known[0]}", meant_indent(known[0], others), at_key=True
            )
            return
        for name, child in node.entries.items():
            if field := step_field(name):
                self.shape(child, field.shape, f"{path}.{name}")
            else:
                message = f"there is no step {name!r}; steps are: {', '.join(STEPS)}"
                self.report(message, child, f"{path}.{name}", meant_step(name), at_key=True)
        if not node.is_mapping or not node.entries:
            alone = node.value if isinstance(node.value, str) and node.raw is None else ""
            hint = meant_step(alone) or f"for example `- retrieve: bm25`; steps are: {', '.join(STEPS)}"
            self.report(f"should be a step, not {node.said()}", node, path, hint)
        elif len(known) > 1:
            extra = node.entries[known[1]]
            said = f"a step has one key, and this one has {' and '.join(known)}"
            self.report(said, extra, path, f"begin each with a dash: `- {known[1]}: ...`", at_key=True)

    def part(self, node: Node, part: Part, path: str) -> None:
        """Checks a component that names its class."""
        use = node.entries.get("use")
        if use is not None and use.broken:
            return
        names = ", ".join(allowed_names(part)) or "none"
        if use is None:
            self.report(f"names no {part.kind.name}: add `use: NAME`; there are: {names}", node, path)
            return
        if not isinstance(use.value, str):
            self.report(
                f"should be a {part.kind.name}'s name, not {use.said()}; there are: {names}", use, f"{path}.use"
            )
            return
        try:
            cls = class_of(part, use.value, self.allow_import)
        except Refused as refused:
            where = path if use.key == node.key else f"{path}.use"
            said = str(refused).replace(repr(use.value), use.said())  # the value of a variable is not shown
            self.report(said, use, where, refused.hint)
            return
        self.keys(node, cls, path, use.value, named=True)

    def keys(self, node: Node, cls: type, path: str, name: str, *, named: bool = False) -> None:
        """Checks the keys of a component against its class; `named`: one of them is `use`."""
        keys = keys_of(cls)
        meant = set()
        for key, child in node.entries.items():
            if key == "use" and named:
                continue
            if field := keys.find(key):
                self.field(child, field, f"{path}.{key}")
            elif not keys.open:
                meant.add(self.unknown(child, key, keys.fields, path, name))
        self.missing(node, keys, path, name, meant)

    def unknown(self, node: Node, key: str, allowed: Collection[str], path: str, name: str) -> str:
        """Reports a key that nobody reads; returns the one that was probably meant."""
        message = f"{name} has no key {key!r}; it has: {', '.join(allowed) or 'none'}"
        hint = meant_key(key, allowed)
        self.report(message, node, f"{path}.{key}", hint, at_key=True)
        return next((other for other in allowed if repr(other) in hint), "")

    def missing(self, node: Node, keys: Keys, path: str, name: str, meant: Collection[str]) -> None:
        """Checks that every required key is there, is misspelt (and reported), or comes from the root."""
        given = {keys.aliases.get(key, key) for key in node.entries} | set(meant)
        for key, field in keys.fields.items():
            if key in given or not field.required:
                continue
            if not field.shared:
                self.report(f"{name} needs the key {key!r}", node, path, f"add `{key}: ...` ({expected(field.shape)})")
            elif key not in self.shared:
                self.dangling(node, key, field, path, name)

    def dangling(self, node: Node, key: str, field: Field, path: str, name: str) -> None:
        """Reports a shared part that a component relies on and nobody gives."""
        shape = field.shape
        names = ", ".join(allowed_names(shape)) if isinstance(shape, Part) else ""
        there = f" (there are: {names})" if names else ""
        hint = f"add a line `{key}: {{use: NAME}}` at the root{there}, or `{key}: ...` to {name} itself"
        if path.split(".", maxsplit=1)[0] == key:
            hint = f"add `{key}: {{use: NAME}}` to {name} itself{there}"
        self.report(f"{name} needs {key!r}, and nothing gives it", node, path, hint)
