"""A configuration as a tree that remembers where everything came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from rag.errors import Problem

__all__ = ["BROKEN", "REDACTED", "Node", "Place", "Refused", "Scalar", "discreet", "expanded", "from_plain", "problem"]

REDACTED: Final = "**********"
"""What stands for a secret wherever a configuration is shown."""


class Broken:
    """Stands where a value could not be had; its problem is already reported, so later stages pass it by."""

    def __repr__(self) -> str:
        return "BROKEN"


BROKEN: Final = Broken()

Scalar: TypeAlias = str | int | float | bool | None


class Refused(Exception):  # becomes a problem with its place
    """Why something that a configuration names cannot be had, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a configuration: a scalar, a sequence or a mapping of nodes.

    Equality is of values only: two files that say the same are equal wherever they say it.
    """

    value: Scalar | tuple[Node, ...] | dict[str, Node] | Broken
    place: Place = field(default=Place(), compare=False)
    key: Place = field(default=Place(), compare=False)
    """Where the key stands that leads here; the value's own place in a sequence."""
    origin: str = field(default="", compare=False)
    """Who set it, where that is not the place: `default`, `--set`, `environment NAME`."""
    raw: str | None = field(default=None, compare=False)
    """The text before variables were put in, where there were any."""
    loose: bool = field(default=False, compare=False)
    """Text whose type its field decides: it came from a variable or a command line."""
    secret: bool = field(default=False, compare=False)
    flow: bool = field(default=False, compare=False)
    """Written in `{}` or `[]`."""
    above: tuple[str, ...] = field(default=(), compare=False)
    """Comment lines above it."""
    beside: str = field(default="", compare=False)
    """The comment at the end of its line."""
    below: tuple[str, ...] = field(default=(), compare=False)
    """Comment lines below everything; the root's only."""

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; none otherwise."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def members(self) -> tuple[Node, ...]:
        """The members of a sequence; none otherwise."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a sequence."""
        return isinstance(self.value, tuple)

    @property
    def broken(self) -> bool:
        """Whether its problem is already reported."""
        return isinstance(self.value, Broken)

    @property
    def scalar(self) -> Scalar:
        """The value of a leaf.

        Raises:
            TypeError: it has children, or its problem is already reported.
        """
        if isinstance(self.value, (dict, tuple, Broken)):
            raise TypeError(f"{self!r} is no scalar")
        return self.value

    @property
    def source(self) -> str:
        """Who set it, for people: `file:line`, `environment NAME`, `--set`, `default`."""
        return self.origin or str(self.place) or "given"

    def with_(self, **changes: Any) -> Node:
        """A copy with some parts changed."""
        return replace(self, **changes)

    def plain(self) -> Any:
        """The value as plain data, secrets included: for building, never for showing."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def children(self) -> Iterator[tuple[str, Node]]:
        """Every child with its key or index."""
        yield from self.entries.items()
        yield from ((str(number), child) for number, child in enumerate(self.members))

    def walk(self, path: str = "") -> Iterator[tuple[str, Node]]:
        """Itself and everything below, with paths such as `pipeline.0.retrieve.top_k`."""
        yield path, self
        for name, child in self.children():
            yield from child.walk(f"{path}.{name}" if path else name)

    def said(self) -> str:
        """The value for a message: never that of a variable or a secret, and never long."""
        if self.raw is not None:
            return f"the value of {self.raw}"
        if self.secret and self.value not in (None, ""):
            return REDACTED
        if self.is_mapping or self.is_list:
            return "a mapping" if self.is_mapping else "a list"
        if self.value is None or isinstance(self.value, bool):
            return {True: "true", False: "false", None: "null"}[self.value]
        text = repr(self.value)
        return text if len(text) <= 80 else text[:79] + "…"

    def __repr__(self) -> str:
        return f"Node({self.said()} from {self.source})"


def problem(message: str, node: Node, path: str, hint: str = "", *, at_key: bool = False) -> Problem:
    """A problem at a node: at its value or, where the key itself is wrong, at its key."""
    place = node.key if at_key and node.key.line is not None else node.place
    return Problem(message, path.lstrip("."), place.file, place.line, place.column, hint)


def discreet(message: str, node: Node) -> str:
    """A message of somebody else's, without the secrets and values of variables below a node that it may quote."""
    for _, inner in node.walk():
        if isinstance(inner.value, str) and len(inner.value) > 2 and (inner.secret or inner.raw is not None):
            message = message.replace(inner.value, REDACTED)
    return message


def expanded(node: Node) -> Node:
    """A component's bare name as `{use: NAME}`."""
    return node.with_(value={"use": node.with_(above=(), beside="")}, raw=None, loose=False)


def from_plain(value: Any, place: Place = Place(), origin: str = "", *, loose: bool = False) -> Node:
    """Plain data as a node. Tuples and lists are sequences; keys become text."""

    def child(inner: Any) -> Node:
        return from_plain(inner, place, origin, loose=loose)

    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        content: Any = {str(key): child(inner) for key, inner in value.items()}
    elif isinstance(value, (list, tuple)):
        content = tuple(map(child, value))
    elif value is None or isinstance(value, (str, int, float, bool)):
        content = value
    else:
        content = str(value)  # a path or a number type of another library
    return Node(content, place, place, origin, loose=loose and isinstance(content, str))
