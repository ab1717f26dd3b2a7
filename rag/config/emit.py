"""Trees, components and whole pipelines to YAML.

Variables are written as `${NAME}`, never their values; secrets in clear are redacted; comments stand where they stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.config.node import REDACTED, Node, from_plain
from rag.config.scalars import quote, write
from rag.config.spec import spec_of

__all__ = ["document", "dump", "write_node"]

_WIDTH = 100
"""Columns up to which a component is written on one line."""


def dump(part: Any, shared: Mapping[str, Any] | None = None) -> str:
    """A component as YAML: its name, and the keys that differ from their defaults.

    Args:
        part: a component, `Steps`, or any value of a field.
        shared: parts that stand at the root (`encoder`, `llm`, `index`): where the component uses the same, it does
            not say so. Without it everything is said, so that `component(dump(part), kind) == part`.

    Raises:
        NoSpec: it holds something that YAML cannot say.
    """
    return write_node(from_plain(spec_of(part, shared)))


def document(*, pipeline: Any, encoder: Any = None, llm: Any = None, index: Any = None) -> str:
    """A whole configuration of objects: the shared parts once at the root, then the steps.

    Raises:
        NoSpec: a part holds something that YAML cannot say.
    """
    shared = {"encoder": encoder, "llm": llm, "index": index}
    entries: dict[str, Any] = {"version": 1}
    for name, part in shared.items():
        if part is not None:
            entries[name] = spec_of(
                part, {other: shared[other] for other in shared if other != name and shared[other] is not None}
            )
    entries["pipeline"] = spec_of(pipeline, shared)
    return write_node(from_plain(entries))


def write_node(node: Node, filled: Node | None = None) -> str:
    """A tree as YAML.

    Args:
        node: the tree.
        filled: the same tree with defaults: tells the type of text from a command line.
    """
    text = _Writer().lines(node, 0, filled)
    return "\n".join([*node.above, *text, *node.below]) + "\n"


class _Writer:
    def lines(self, node: Node, indent: int, filled: Node | None) -> list[str]:
        """The lines of a value that stands alone."""
        if node.is_mapping and node.entries:
            return self.mapping(node, indent, filled)
        if node.is_list and node.members:
            return self.sequence(node, indent, filled)
        return [" " * indent + _inline(node, filled)]

    def mapping(self, node: Node, indent: int, filled: Node | None) -> list[str]:
        lines = []
        for name, child in node.entries.items():
            lines += _comments(child.above, indent)
            lines += self.entry(f"{' ' * indent}{write(name)}:", child, indent + 2, _below(filled, name))
        return lines

    def sequence(self, node: Node, indent: int, filled: Node | None) -> list[str]:
        lines = []
        for number, member in enumerate(node.members):
            above, child = _lifted(member)
            lines += _comments(above, indent)
            below = _below(filled, str(number))
            if _on_one_line(child, indent + 2, below):
                lines += self.entry(f"{' ' * indent}-", child, indent + 2, below)
                continue
            first, *rest = self.lines(child, indent + 2, below)
            lines += [_beside(f"{' ' * indent}- {first.lstrip()}", child.beside), *rest]
        return lines

    def entry(self, head: str, node: Node, indent: int, filled: Node | None) -> list[str]:
        """A value after its key or dash."""
        if block := _block(node, indent):
            return [_beside(f"{head} {block[0]}", node.beside), *block[1:]]
        if _on_one_line(node, len(head), filled):
            return [_beside(f"{head} {_inline(node, filled)}", node.beside)]
        return [_beside(head, node.beside), *self.lines(node, indent, filled)]


def _comments(lines: tuple[str, ...], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]


def _below(filled: Node | None, name: str) -> Node | None:
    return dict(filled.children()).get(name) if filled is not None else None


def _lifted(node: Node) -> tuple[tuple[str, ...], Node]:
    """The comments above a member, with those above its first entry: nothing may stand between a dash and its value."""
    if node.entries:
        name, first = next(iter(node.entries.items()))
        return node.above + first.above, node.with_(value={**node.entries, name: first.with_(above=())}, above=())
    if node.members:
        above, first = _lifted(node.members[0])
        return node.above + above, node.with_(value=(first, *node.members[1:]), above=())
    return node.above, node.with_(above=())


def _beside(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _on_one_line(node: Node, column: int, filled: Node | None) -> bool:
    children = [child for _, child in node.children()]
    if not children:
        return True
    if any(any(inner.above) or inner.beside for path, inner in node.walk() if path):
        return False
    if any(_block(child, 0) for child in children):
        return False
    simple = "use" in node.entries or not any(list(child.children()) for child in children)
    written_so = node.flow if node.place.line is not None else simple
    return written_so and column + len(_inline(node, filled)) <= _WIDTH


def _block(node: Node, indent: int) -> list[str]:
    """Text of several lines as YAML's literal block; nothing where that cannot say it."""
    text = node.value if node.raw is None else node.raw
    if not isinstance(text, str) or "\n" not in text.strip("\n") or node.secret:
        return []
    lines = text.rstrip("\n").split("\n")
    if lines[0][:1] in ("", " ", "\t") or not all(line.isprintable() for line in lines):
        return []
    ending = len(text) - len(text.rstrip("\n"))
    lines += [""] * (ending - 1)
    return [("|-", "|")[ending] if ending < 2 else "|+", *(" " * indent + line if line else "" for line in lines)]


def _inline(node: Node, filled: Node | None) -> str:
    if node.is_mapping:
        inner = (f"{write(name)}: {_inline(child, _below(filled, name))}" for name, child in node.entries.items())
        return "{" + ", ".join(inner) + "}"
    if node.is_list:
        return "[" + ", ".join(_inline(child, _below(filled, str(n))) for n, child in enumerate(node.members)) + "]"
    return _scalar(node, filled)


def _scalar(node: Node, filled: Node | None) -> str:
    if node.raw is not None:
        return quote(node.raw)
    if node.secret or (filled is not None and filled.secret):
        return quote(REDACTED) if node.value else write(node.scalar)
    if node.loose and filled is not None and not list(filled.children()):
        return write(filled.scalar)
    return write(node.scalar)
