"""`extends`: a chain of files made one tree."""

from __future__ import annotations

from pathlib import Path

from rag.config.node import BROKEN, Node, Refused, expanded, problem
from rag.config.read import read_file
from rag.config.shipped import near, presets
from rag.errors import Problem

__all__ = ["extend", "merge"]

MAX_FILES = 32
"""Files in a chain."""


def merge(below: Node, above: Node) -> Node:
    """Two trees as one: mappings key by key, lists and scalars replaced by what is above.

    A component that names another class (`use`) replaces the one below with all its keys. A mapping without `use` over
    a bare name (`segment: recursive`) changes that component.
    """
    if isinstance(below.value, str) and above.is_mapping and "use" not in above.entries:
        below = expanded(below)
    if not (below.is_mapping and above.is_mapping):
        return above
    mine, theirs = above.entries.get("use"), below.entries.get("use")
    if mine is not None and theirs is not None and mine != theirs:
        return above
    merged = dict(below.entries)
    for name, child in above.entries.items():
        merged[name] = merge(merged[name], child) if name in merged else child
    return above.with_(value=merged)


def extend(node: Node, folder: Path, chain: tuple[Path, ...] = ()) -> tuple[Node, list[Problem]]:
    """A tree over everything it extends. `folder` is where relative names start; `chain` the files on the way here."""
    wanted = node.entries.get("extends")
    if wanted is None:
        return node, []
    rest = node.with_(value={name: child for name, child in node.entries.items() if name != "extends"})
    if wanted.broken:
        return rest, []
    try:
        path = _base(wanted, folder, chain)
    except Refused as refused:
        return _alone(rest), [problem(str(refused), wanted, "extends", refused.hint)]
    below, problems = read_file(path)
    if not below.is_mapping:
        return _alone(rest), problems or [problem(f"{path} holds no mapping", wanted, "extends")]
    below, more = extend(below, path.parent, (*chain, path))
    return merge(below, rest), [*problems, *more]


def _base(wanted: Node, folder: Path, chain: tuple[Path, ...]) -> Path:
    """The file that is extended."""
    if not isinstance(wanted.value, str):
        raise Refused(f"should be a file or a preset's name, not {wanted.said()}")
    path = _place(wanted.value, folder)
    if path is None:
        message = f"there is no file and no preset {wanted.value!r}; presets: {', '.join(presets())}"
        raise Refused(message, near(wanted.value))
    real = [file.resolve() for file in chain]
    if path.resolve() in real:
        ring = " -> ".join(file.name for file in (*chain[real.index(path.resolve()) :], path))
        raise Refused(f"files extend each other in a ring: {ring}")
    if len(chain) >= MAX_FILES:
        raise Refused(f"more than {MAX_FILES} files extend each other")
    return path


def _alone(node: Node) -> Node:
    """A tree whose base could not be had: that it lacks a pipeline is no second problem."""
    return node.with_(value={"pipeline": Node(BROKEN), **node.entries})


def _place(name: str, folder: Path) -> Path | None:
    path = folder / name
    if path.is_file():
        return path
    return presets().get(name.removesuffix(".yaml"))
