"""One component from a piece of YAML."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from rag.config.build import Builder
from rag.config.classes import packages
from rag.config.fill import fill
from rag.config.node import from_plain
from rag.config.read import read_text
from rag.config.shape import shape_of
from rag.config.validate import Checker
from rag.errors import ConfigError

__all__ = ["component"]


def component(
    spec: str | Mapping[str, Any],
    base: type,
    *,
    shared: Mapping[str, Any] | None = None,
    allow_import: Collection[str] = (),
) -> Any:
    """The component that a piece of YAML (or the same as data) describes.

        component("{use: bm25, top_k: 5}", BaseRetriever, shared={"index": index})

    Args:
        spec: `{use: NAME, ...}`, or just the name.
        base: the class it must be: a kind's base, `Steps`, or a component's own class.
        shared: the parts that stand at a configuration's root (`encoder`, `llm`, `index`).
        allow_import: top packages whose classes a dotted `use` may name.

    Raises:
        ConfigError: with every problem found.
    """
    allow_import = packages(allow_import)
    shared = {name: part for name, part in (shared or {}).items() if part is not None}
    node, problems = read_text(spec) if isinstance(spec, str) else (from_plain(spec), [])
    shape = shape_of(base)
    node = fill(node, shape, allow_import)
    checker = Checker(allow_import, shared)
    checker.shape(node, shape, "")
    if problems or checker.problems:
        raise ConfigError([*problems, *checker.problems])
    return Builder(allow_import, {name: partial(shared.get, name) for name in shared}, {}).build(node, shape, "")
