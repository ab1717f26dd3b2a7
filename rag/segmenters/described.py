"""How a definition reads to who calls it: its signature, and what it says of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.segmenters.grammars import TRANSPARENT, definition

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Described", "described"]

_LONGEST = 400
"""Characters of either."""
_FRAME = re.compile(r"""\A[rRbBuU]{0,2}(?:\"{3}|'{3}|["'])|(?:\"{3}|'{3}|["'])\Z""")
_MARKS = re.compile(
    r"^[ \t]*(?:/\*+!?|\*+/|\*(?!/)|//[/!]?|#+!?|--+|;+|%+|\(\*|\*\))[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE
)
_REMARK = ("comment", "doc")


class Described(NamedTuple):
    """Both empty where there is none."""

    signature: str
    """One line: name, parameters, what is returned; a class's with its bases."""
    docstring: str
    """The first paragraph: in its body (Python), or of the comment right above."""


def described(node: Node) -> Described:
    """Of a node that defines something, wrappers (decorators, exports) included."""
    inner = _inner(node)
    return Described(_signature(inner), _docstring(node, inner))


def _inner(node: Node) -> Node:
    while TRANSPARENT.match(node.type):
        found = next((child for child in node.named_children if definition(child)), None)
        if found is None:
            break
        node = found
    return node


def _body(node: Node) -> Node | None:
    value = node.child_by_field_name("value")
    return (value if value is not None else node).child_by_field_name("body")


def _signature(node: Node) -> str:
    body = _body(node)
    text = node.text or b""
    if body is not None:
        text = text[: body.start_byte - node.start_byte]
    line = " ".join(text.decode(errors="replace").split())
    return re.sub(r"\s*(?::|\{|=>\s*\{?|=|\bis|\bdo|\bthen|\bbegin)$", "", line)[:_LONGEST]


def _docstring(node: Node, inner: Node) -> str:
    body = _body(inner)
    first = body.named_children[0] if body is not None and body.named_children else None
    if first is not None and first.type == "expression_statement" and first.named_children:
        first = first.named_children[0]
    if first is not None and first.type == "string":
        return _paragraph(_FRAME.sub("", (first.text or b"").decode(errors="replace").strip()))
    above: list[str] = []
    below, before = node, node.prev_sibling
    while before is not None and any(word in before.type for word in _REMARK):
        if below.start_point[0] - before.end_point[0] > 1:
            break
        above.insert(0, (before.text or b"").decode(errors="replace").rstrip("\n"))
        below, before = before, before.prev_sibling
    return _paragraph(_MARKS.sub("", "\n".join(above)))


def _paragraph(text: str) -> str:
    first = re.split(r"\n\s*\n", text.strip("\n \t"), maxsplit=1)[0]
    return " ".join(first.split())[:_LONGEST]
