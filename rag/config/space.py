"""Whether the paths and values under `tune.space` are ones that the configuration takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rag.config.node import Node, Refused, problem
from rag.errors import Problem, did_you_mean

__all__ = ["Try", "at", "space_problems"]

Try = Callable[[str, Node], list[Problem]]
"""What is wrong with the configuration once a value stands at a path."""

_HEADS = ("encoder", "llm", "index", "pipeline")


def at(filled: Node, path: str) -> Node:
    """What stands at a path of a filled tree.

    Raises:
        Refused: nothing does.
    """
    node, walked = filled, ""
    for part in path.split("."):
        children = dict(node.children())
        if part not in children:
            raise Refused(*_missing(node, walked, part, tuple(children)))
        node, walked = children[part], f"{walked}.{part}" if walked else part
    return node


def _missing(node: Node, walked: str, part: str, there: tuple[str, ...]) -> tuple[str, str]:
    if not walked:
        return f"a configuration has no {part!r} to search; it has: {', '.join(there)}", did_you_mean(part, there)
    if node.is_list:
        return f"{walked} has members 0 to {len(there) - 1}, so there is no {walked}.{part}", ""
    if node.is_mapping:
        use = node.entries.get("use")
        named = f" ({use.value})" if use is not None and isinstance(use.value, str) else ""
        return f"{walked}{named} has no key {part!r}; it has: {', '.join(there) or 'none'}", did_you_mean(part, there)
    hint = f"write {walked} out in the configuration, or search {walked} itself, with whole values in the list"
    return f"{walked} is {node.said()} here and has no {part!r}", hint


def space_problems(filled: Node, attempt: Try) -> Iterator[Problem]:
    """Everything wrong with the space of a filled tree that is sound otherwise.

    Args:
        filled: the tree, defaults included.
        attempt: tries one value.
    """
    space = filled.entries["tune"].entries.get("space", Node({}))
    parts = filled.with_(value={name: child for name, child in filled.entries.items() if name in _HEADS})
    for path, searched in space.entries.items():
        place = f"tune.space.{path}"
        above = next((other for other in space.entries if path.startswith(f"{other}.")), None)
        if above is not None:
            yield problem(
                f"lies inside {above}, which is searched too: whether there is such a key depends on the choice there",
                searched,
                place,
                f"conditional keys cannot be searched; list whole components under {above} instead",
                at_key=True,
            )
            continue
        try:
            at(parts, path)
        except Refused as refused:
            yield problem(str(refused), searched, place, refused.hint, at_key=True)
            continue
        for value in _values(searched):
            yield from _refusals(path, place, value, attempt)


def _values(searched: Node) -> Iterator[Node]:
    """The values of a list; the ends of a range."""
    yield from searched.members
    yield from (searched.entries[name] for name in ("low", "high") if name in searched.entries)


def _refusals(path: str, place: str, value: Node, attempt: Try) -> Iterator[Problem]:
    for wrong in attempt(path, value):
        said = wrong.message if wrong.path == path else f"with {value.said()}: {wrong.path}: {wrong.message}"
        yield problem(said, value, place, wrong.hint)
