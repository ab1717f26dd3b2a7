"""Plain values: a node as its field's own type, or the problems that keep it from being that."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from rag.config.node import Node, discreet, problem
from rag.config.scalars import resolve
from rag.errors import Problem, did_you_mean

__all__ = ["parse", "problems_of", "settle"]

_INPUT = re.compile(r"^(Input|Value) should ")

_SWITCHES = {**dict.fromkeys(("yes", "on"), "true"), **dict.fromkeys(("no", "off"), "false")}
"""What YAML 1.1 took for a truth value."""


def parse(node: Node, validate: Callable[[Any], Any]) -> Any:
    """A node's value as `validate` returns it. Text of a variable or a command line takes whatever type fits.

    Raises:
        pydantic.ValidationError: no reading fits.
    """
    if not any(inner.loose for _, inner in node.walk()):
        return validate(node.plain())
    try:
        return validate(_typed(node).plain())
    except ValidationError as typed:
        try:
            return validate(node.plain())
        except ValidationError as text:
            wrong_kind = all(error["type"].endswith("_type") for error in text.errors())
            raise (typed if wrong_kind else text) from None


def settle(node: Node, validate: Callable[[Any], Any]) -> Node:
    """A node whose text from variables and command lines has the type that `validate` takes; as it was if none fits."""
    loose = not node.broken and any(inner.loose for _, inner in node.walk())
    if loose and all(not inner.broken for _, inner in node.walk()):
        for reading in (_typed(node), _texts(node)):
            try:
                validate(reading.plain())
            except ValidationError:
                continue
            return reading
    return node


def _texts(node: Node) -> Node:
    if node.is_mapping:
        return node.with_(value={name: _texts(child) for name, child in node.entries.items()})
    if node.is_list:
        return node.with_(value=tuple(map(_texts, node.members)))
    return node.with_(loose=False)


def _typed(node: Node) -> Node:
    if node.is_mapping:
        return node.with_(value={name: _typed(child) for name, child in node.entries.items()})
    if node.is_list:
        return node.with_(value=tuple(map(_typed, node.members)))
    return node.with_(value=resolve(node.value), loose=False) if node.loose and isinstance(node.value, str) else node


def problems_of(error: ValidationError, node: Node, path: str) -> list[Problem]:
    """What pydantic found wrong, each at its place; several complaints about one value are one problem."""
    found: dict[str, tuple[Node, list[str], str]] = {}
    for entry in error.errors(include_url=False, include_input=False):
        where, inner = _locate(node, path, entry["loc"])
        message, hint = _said(entry, inner)
        _, messages, _ = found.setdefault(where, (inner, [], hint))
        if message not in messages:
            messages.append(message)
    return [problem(_joined(messages, inner), inner, where, hint) for where, (inner, messages, hint) in found.items()]


def _locate(node: Node, path: str, location: Sequence[str | int]) -> tuple[str, Node]:
    """The deepest node that a pydantic location names; names of union members are no keys and are passed over."""
    for part in location:
        children = dict(node.children())
        if str(part) in children:
            node = children[str(part)]
            path = f"{path}.{part}" if path else str(part)
    return path, node


def _said(entry: Any, node: Node) -> tuple[str, str]:
    message = str(entry["msg"])
    if entry["type"] == "value_error":
        return discreet(str(entry["ctx"]["error"]), node), ""
    hint = ""
    if entry["type"] in ("literal_error", "enum") and isinstance(node.value, str):
        hint = did_you_mean(node.value, re.findall(r"'([^']*)'", str(entry["ctx"]["expected"])))
    if entry["type"] in ("bool_parsing", "bool_type") and str(node.value).lower() in _SWITCHES:
        hint = f"write {_SWITCHES[str(node.value).lower()]}: in YAML 1.2 {node.said()} is a word"
    if entry["type"] in ("too_short", "too_long"):
        bound = entry["ctx"].get("min_length", entry["ctx"].get("max_length"))
        few = "least" if entry["type"] == "too_short" else "most"
        return f"should have {bound} member{'s' * (bound != 1)} at {few}, not {len(node.members)}", hint
    return _INPUT.sub("should ", message), hint


def _joined(messages: list[str], node: Node) -> str:
    bare = [message for message in messages if message.startswith("should ")]
    if len(bare) < len(messages) or node.is_mapping or node.is_list:
        return "; ".join(messages)
    return f"{' or '.join([bare[0], *(message.removeprefix('should be ') for message in bare[1:])])}, not {node.said()}"
