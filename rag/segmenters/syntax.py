"""A syntax tree taken apart into the stretches of code that are kept whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.segmenters.described import Described, described
from rag.segmenters.grammars import Definition, definition
from rag.segmenters.packing import Level
from rag.segmenters.tokens import Ruler
from rag.segmenters.units import Unit, units

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["Atom", "atoms"]

_ALONE = 3  # a definition of at least a third of a passage is a passage of its own
_ABOVE = ("comment", "attribute", "decorator", "annotation", "doc")  # in node types: belongs to what follows


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch of code that fits a passage."""

    unit: Unit
    path: tuple[Definition, ...]
    """The definitions around it, outermost first; the last is its own, if it is one."""
    own: bool
    """Whether it is a whole definition."""
    group: tuple[int, bool]
    """Only atoms of one group share a passage."""
    described: Described | None = None
    """How the definition reads; None of what is none."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A node with the comments above it."""

    start: int
    end: int
    node: Node
    path: tuple[Definition, ...] = ()
    scope: int = -1
    """Where the innermost definition that had to be taken apart begins."""
    depth: int = 0
    """Nodes between that definition and this one."""


def atoms(ruler: Ruler, parser: Parser, limit: int) -> Iterator[Atom]:
    """The largest nodes of at most `limit` tokens, in the order of the text; they hold all of it."""
    text = ruler.text
    source = text.encode("utf-8", "surrogatepass")
    characters = _characters(source) if len(source) != len(text) else None
    start = len(text) - len(text.lstrip())
    # An explicit stack: trees of real files are deeper than Python's.
    stack = [_Item(start, len(text.rstrip()), parser.parse(source).root_node)] if text.strip() else []
    while stack:
        item = stack.pop()
        root = item.node.parent is None
        defined = None if root else definition(item.node)
        path = (*item.path, defined) if defined else item.path
        size = ruler.count(item.start, item.end)
        if size <= limit and not (root and item.node.child_count):
            alone = defined is not None and size * _ALONE >= limit
            group = (item.start, True) if alone else (item.scope, False)
            unit = Unit(item.start, item.end, _level(text, item, defined))
            yield Atom(unit, path, defined is not None, group, described(item.node) if defined else None)
        elif item.node.child_count:
            scope, depth = (item.start, 1) if defined else (item.scope, item.depth + 1)
            spans = _children(text, item, characters)
            stack.extend(_Item(*span, path, scope, depth) for span in reversed(spans))
        else:
            for unit in units(ruler, item.start, item.end, limit):
                yield Atom(unit, path, False, (item.scope, False))


def _children(text: str, item: _Item, characters: NDArray[np.int64] | None) -> list[tuple[int, int, Node]]:
    """Spans of a node's children that leave nothing of it out, comments joined to what they stand above."""
    children = item.node.children
    starts = np.array([child.start_byte for child in children])
    ends = np.array([child.end_byte for child in children])
    if characters is not None:
        starts, ends = characters[starts], characters[ends]
    kept: list[tuple[int, Node]] = []
    pending: int | None = None
    last = item.start
    for child, start, end in zip(children, starts.tolist(), ends.tolist(), strict=True):
        gap = text[last:start]
        if pending is not None and gap.count("\n") > 1:
            pending = None
        remark = child.is_named and any(word in child.type for word in _ABOVE) and child.type != "document"
        if remark and kept and "\n" not in gap:
            last = end  # behind code on its line: belongs to that
            continue
        begin = start if pending is None else pending
        if pending is None:
            kept.append((begin, child))
        else:
            kept[-1] = (begin, child)
        pending = begin if remark else None
        last = end
    begins = [item.start, *(begin for begin, _ in kept[1:]), item.end]
    spans = []
    for i, (_, child) in enumerate(kept):
        inner = text[begins[i] : begins[i + 1]]
        if inner.strip():
            spans.append((begins[i + 1] - len(inner.lstrip()), begins[i] + len(inner.rstrip()), child))
    return spans


def _level(text: str, item: _Item, defined: Definition | None) -> Level:
    """How good a place to cut the beginning of an item is."""
    line = text.rfind("\n", 0, item.start) + 1
    if text[line : item.start].strip() or not item.node.is_named:
        return Level.WORD
    blank = not text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line].strip()
    if defined or (blank and item.depth < 4):
        return Level.PARAGRAPH
    return Level.LINE if item.depth < 4 else Level.SENTENCE if item.depth < 6 else Level.CLAUSE


def _characters(source: bytes) -> NDArray[np.int64]:
    """For each place in UTF-8 bytes, how many characters begin before it."""
    begins = (np.frombuffer(source, np.uint8) & 0xC0) != 0x80
    return np.concatenate([[0], np.cumsum(begins)])
