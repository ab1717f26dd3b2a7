"""YAML text to a tree of plain data, every key and value with its line and column.

Tags build nothing, so a file from a stranger runs no code; limits keep one from growing in memory (nested aliases) or
from exhausting the stack. What is wrong is reported beside what is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.config.comments import LINES, Comments
from rag.config.node import BROKEN, Node, Place, Scalar
from rag.config.scalars import resolve
from rag.errors import Problem

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "read_file", "read_text"]

MAX_BYTES = 1 << 20
"""Size of a file."""
MAX_DEPTH = 64
"""Levels of nesting."""
MAX_NODES = 100_000
"""Values after every alias is expanded."""

_TAGS = ("str", "int", "float", "bool", "null")


def read_file(path: Path) -> tuple[Node, list[Problem]]:
    """The tree of a file, and what is wrong with it."""
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Node(BROKEN), [Problem(f"cannot be read: {error.strerror or error}", file=name)]
    if len(data) > MAX_BYTES:
        return Node(BROKEN), [Problem(f"is larger than {MAX_BYTES:,} bytes", file=name)]
    try:
        return read_text(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return Node(BROKEN), [Problem("is not UTF-8", "", name, line, column, "save the file as UTF-8")]


def read_text(text: str, name: str | None = None) -> tuple[Node, list[Problem]]:
    """The tree of a text that `name` stands for in messages, and what is wrong with it. Nothing is an empty mapping."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        events = list(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        return Node(BROKEN), [_syntax(error, text, name)]
    except (YAMLError, ValueError) as error:  # characters that YAML forbids
        return Node(BROKEN), [Problem(f"is not YAML: {str(error).splitlines()[0]}", file=name)]
    composer = _Composer(events, text, name)
    try:
        return composer.document(), composer.problems
    except _Limit:
        return Node(BROKEN), composer.problems


def _syntax(error: Any, text: str, name: str | None) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = " ".join(filter(None, (error.problem, error.context and f"({error.context})")))
    lines = LINES.split(text)
    line = (lines[mark.line].strip() if mark.line < len(lines) else "") or "(end of file)"
    tab = mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t"
    hint = f"in: {line[:120]}{'; YAML is indented with spaces, not with tabs' if tab else ''}"
    return Problem(f"is not YAML: {said}", "", name, mark.line + 1, mark.column + 1, hint)


class _Limit(Exception):  # control flow: reading stops here
    pass


class _Composer:
    """Parser events to nodes, aliases expanded."""

    def __init__(self, events: list[Any], text: str, name: str | None) -> None:
        self.events: Iterator[Any] = iter(events)
        self.comments = Comments(events, text)
        self.name = name
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.size = 0

    def document(self) -> Node:
        next(self.events)
        if type(next(self.events)).__name__ != "DocumentStartEvent":
            return Node({}, self.place(None))
        root = self.node(next(self.events), 0, "")
        next(self.events)
        after = next(self.events)
        if type(after).__name__ == "DocumentStartEvent":
            self.report("a file holds one document, and a second begins here", after, "")
        return (Node({}, root.place) if root.value is None else root).with_(below=self.comments.rest())

    def place(self, event: Any) -> Place:
        if event is None:
            return Place(self.name, 1, 1)
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def report(self, message: str, event: Any, path: str, hint: str = "") -> None:
        place = self.place(event)
        self.problems.append(Problem(message, path, place.file, place.line, place.column, hint))

    def grow(self, by: int, event: Any, path: str) -> None:
        self.size += by
        if self.size > MAX_NODES:
            self.report(f"holds more than {MAX_NODES:,} values once its aliases are expanded", event, path)
            raise _Limit

    def node(self, event: Any, depth: int, path: str) -> Node:
        """The node that an event begins."""
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self.alias(event, path)
        if depth > MAX_DEPTH:
            self.report(f"is nested deeper than {MAX_DEPTH} levels", event, "")
            raise _Limit
        self.grow(1, event, path)
        before = self.size
        if event.anchor:
            self.anchors[event.anchor] = None
        place, flow = self.place(event), bool(getattr(event, "flow_style", False))
        whole = kind == "ScalarEvent" or flow  # the first entry of a block collection takes its comments
        above, beside = self.comments.take(event.start_mark.line, beside=whole) if whole or depth == 0 else ((), "")
        value: Any
        if kind == "ScalarEvent":
            value = self.scalar(event, path)
        elif kind == "SequenceStartEvent":
            self.tag(event, "seq", path)
            value = tuple(self.sequence(depth, path))
        else:
            self.tag(event, "map", path)
            value = self.mapping(depth, path)
        node = Node(value, place, place, flow=flow, above=above, beside=beside)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.size - before + 1)
        return node

    def alias(self, event: Any, path: str) -> Node:
        place = self.place(event)
        if event.anchor not in self.anchors:
            known = ", ".join(f"&{name}" for name in self.anchors) or "none"
            self.report(f"nothing above is anchored as &{event.anchor}", event, path, f"anchors so far: {known}")
            return Node(BROKEN, place, place)
        found = self.anchors[event.anchor]
        if found is None:
            self.report(f"*{event.anchor} stands inside what it refers to", event, path)
            return Node(BROKEN, place, place)
        node, size = found
        self.grow(size, event, path)
        above, beside = self.comments.take(event.start_mark.line)
        return node.with_(key=place, above=above, beside=beside)

    def tag(self, event: Any, own: str, path: str) -> None:
        if event.tag and event.tag not in ("!", f"tag:yaml.org,2002:{own}"):
            self.report(f"tags are not used here: {event.tag}", event, path, "write plain data")

    def scalar(self, event: Any, path: str) -> Scalar:
        text: str = event.value
        tag = str(event.tag or "").removeprefix("tag:yaml.org,2002:")
        if tag in _TAGS and tag != "str":
            return resolve(text)
        if tag not in ("", "!", "str"):
            self.report(f"tags are not used here: {event.tag}", event, path, "write plain data")
        return resolve(text) if not tag and event.implicit[0] else text

    def sequence(self, depth: int, path: str) -> Iterator[Node]:
        number = 0
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            yield self.node(event, depth + 1, f"{path}.{number}")
            number += 1

    def mapping(self, depth: int, path: str) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            above, beside = self.comments.take(event.start_mark.line)
            name = self.key(event, depth, path)
            inner = f"{path}.{name}".lstrip(".")
            node = self.node(next(self.events), depth + 1, inner)
            if name == "<<":
                merged = self.merged(node, inner) | merged
                continue
            if name in own:
                first = own[name].key.line
                self.report(f"{name!r} is given twice; the first time in line {first}", event, inner, "keep one")
            own[name] = node.with_(key=self.place(event), above=above + node.above, beside=beside or node.beside)
        return merged | own

    def key(self, event: Any, depth: int, path: str) -> str:
        if type(event).__name__ == "ScalarEvent":
            self.grow(1, event, path)
            if event.anchor:
                node = Node(event.value, self.place(event), self.place(event))
                self.anchors[event.anchor] = (node, 1)
            return str(event.value)
        node = self.node(event, depth + 1, path)
        if isinstance(node.value, str):
            return node.value
        self.report("a key is a word, not a collection", event, path)
        return f"?{event.start_mark.line + 1}"

    def merged(self, node: Node, path: str) -> dict[str, Node]:
        """What `<<` brings in: earlier mappings of a list win."""
        found: dict[str, Node] = {}
        for part in node.members or (node,):
            if part.is_mapping:
                found = part.entries | found
            elif not part.broken:
                place = part.key
                self.problems.append(
                    Problem("<< takes a mapping or a list of mappings", path, place.file, place.line, place.column)
                )
        return found
