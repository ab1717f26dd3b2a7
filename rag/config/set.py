"""Single values put over a configuration: `--set pipeline.0.retrieve.top_k=5`, `RAG__INDEX__PATH=...`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.config.interpolate import secretive
from rag.config.node import Node, Place, expanded, from_plain
from rag.config.read import read_text
from rag.errors import Problem
from rag.steps import STEPS

__all__ = ["Assignment", "assign", "from_environment", "from_flags", "put"]

PREFIX = "RAG__"
"""Of environment variables that set a value: `RAG__PIPELINE__0__RETRIEVE__TOP_K=5`."""


@dataclass(frozen=True)
class Assignment:
    """A value for a path such as `pipeline.0.retrieve.top_k`."""

    path: str
    value: str | None
    """YAML; None where somebody forgot it."""
    name: str
    """Who says so, for messages; never the value, which may be a secret."""
    origin: str
    secret: bool = False


def from_flags(given: str | Iterable[str] | Mapping[str, Any]) -> Iterator[Assignment]:
    """Assignments of one `path=value` text or several, or of a mapping from paths to plain data."""
    if isinstance(given, Mapping):
        given = [f"{path}={json.dumps(value, ensure_ascii=False, default=str)}" for path, value in given.items()]
    for text in [given] if isinstance(given, str) else given:
        path, equals, value = text.partition("=")
        yield Assignment(path.strip(), value.strip() if equals else None, f"--set {path.strip()}", "--set")


def from_environment(variables: Mapping[str, str]) -> Iterator[Assignment]:
    """Assignments of variables that begin with `RAG__`; their parts stand between double underscores."""
    for name in sorted(variables):
        if name.startswith(PREFIX):
            path = name.removeprefix(PREFIX).replace("__", ".").lower()
            origin = f"environment {name}"
            yield Assignment(path, variables[name].strip(), origin, origin, secretive(name))


def assign(node: Node, assignments: Iterable[Assignment]) -> tuple[Node, list[Problem]]:
    """A tree with values put in.

    Keys that are not there are made: whether they may be is for validation to say. Members of lists must be there. A
    component given by its bare name becomes `{use: NAME}` when one of its keys is set.
    """
    problems: list[Problem] = []
    for assignment in assignments:
        keys = assignment.path.split(".")
        if assignment.value is None or not all(keys):
            hint = "for example: --set index.path=.rag/handbook"
            problems.append(Problem("should be PATH=VALUE", "", assignment.name, hint=hint))
            continue
        try:
            value, wrong = _value(assignment, assignment.value)
            node = _put(node, keys, value, "")
            problems.extend(wrong)
        except _NoSuchPlaceError as error:
            problems.append(Problem(str(error), assignment.path, assignment.name))
    return node, problems


def put(node: Node, path: str, value: Node) -> Node:
    """A tree with one value put in, as `assign` does.

    Raises:
        ValueError: the path leads through something that has no such member.
    """
    return _put(node, path.split("."), value, "")


class _NoSuchPlaceError(ValueError):
    pass


def _value(assignment: Assignment, text: str) -> tuple[Node, list[Problem]]:
    """A value as YAML; an unquoted scalar keeps its text, so that its field decides whether `5` is a number."""
    place, origin = Place(assignment.name), assignment.origin
    quoted = text.startswith(("'", '"'))
    if not quoted and not text.startswith(("[", "{")):
        return Node(text, place, place, origin, loose=True, secret=assignment.secret), []
    node, problems = read_text(text, assignment.name)
    plain = node.plain() if not node.broken else None
    return from_plain(plain, place, origin, loose=not quoted).with_(secret=assignment.secret), problems


def _put(node: Node, keys: list[str], value: Node, path: str) -> Node:
    if not keys:
        return value
    head, *rest = keys
    inner = f"{path}.{head}" if path else head
    if node.is_list:
        members = list(node.members)
        if not head.isdecimal() or int(head) >= len(members):
            there = f"members 0 to {len(members) - 1}" if members else "no members"
            raise _NoSuchPlaceError(f"{path} is a list with {there}, so there is no {inner}")
        _same_step(members, int(head), rest, inner)
        members[int(head)] = _put(members[int(head)], rest, value, inner)
        return node.with_(value=tuple(members))
    if isinstance(node.value, str) and path:
        node = expanded(node)
    elif not node.is_mapping and node.value is not None and not node.broken:
        raise _NoSuchPlaceError(f"{path} is {node.said()} and has no keys")
    fallback = Node({}, value.place, value.key, value.origin)
    child = _put(node.entries.get(head, fallback), rest, value, inner)
    return node.with_(value={**node.entries, head: child.with_(above=_above(node, head))})


def _same_step(members: Sequence[Node], number: int, rest: Sequence[str], path: str) -> None:
    """Refuses to make another step of one that stands there, as a number that is off by one would."""
    here = [name for name in members[number].entries if name in STEPS]
    wanted = rest[0] if rest else ""
    if here and wanted in STEPS and wanted not in here:
        places = [f"{path.rpartition('.')[0]}.{place}" for place, node in enumerate(members) if wanted in node.entries]
        raise _NoSuchPlaceError(f"{path} is a {here[0]} step; {wanted} stands at {', '.join(places) or 'no place'}")


def _above(node: Node, name: str) -> tuple[str, ...]:
    """The comments above a key stay when its value is replaced."""
    return node.entries[name].above if name in node.entries else ()
