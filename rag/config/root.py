"""The root of a configuration: what stands at its first level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from rag.component import SHARED
from rag.config.fields import Field
from rag.config.node import Node, from_plain
from rag.registry import import_path

__all__ = ["ROOT", "Root", "given", "plain_keys", "root_default", "root_field"]

REQUIRED = object()


@dataclass(frozen=True)
class Root:
    """A root key: the class of what it holds, and what it is where nobody says."""

    place: str
    default: Any = None
    optional: bool = False
    """Whether it is not even null where nobody says."""
    switch: bool = False
    """Whether `true` stands for its defaults, and `false` for nothing."""


ROOT: dict[str, Root] = {
    "encoder": Root("langchain_core.embeddings:Embeddings", {"use": "minilm"}),
    "llm": Root("langchain_core.language_models:BaseChatModel"),
    "index": Root("rag.index:Index", {}),
    "pipeline": Root("rag.steps:Steps", REQUIRED),
    "cache": Root("rag.memory.cache:Cache", optional=True, switch=True),
    "limits": Root("rag.spending.limits:Limits", optional=True),
    "tune": Root("rag.config.tuning:Tuning", optional=True),
}
"""Every root key that holds a part, in the order they are made."""

VERSION = 1
"""Of the form of configurations."""


def plain_keys(name: str) -> bool:
    """Whether a root key holds no part: `version`, `extends`, and `x-...`, a place for anchors."""
    return name in ("version", "extends") or name.startswith("x-")


@cache
def root_field(name: str) -> Field:
    """A root key as a field."""
    root = ROOT[name]
    cls = import_path(root.place)
    annotation: Any = cls | None if root.default is None else cls
    return Field(name, annotation, root.default is REQUIRED, lambda: root.default)


def root_default(name: str) -> Node | None:
    """What a root key is where nobody says; none where somebody must."""
    root = ROOT[name]
    return None if root.default is REQUIRED or root.optional else from_plain(root.default, origin="default")


def _available(name: str) -> tuple[str, ...]:
    """The shared parts that a root part may rely on: those made before it."""
    return SHARED[: SHARED.index(name)] if name in SHARED else SHARED


def given(filled: Node, name: str) -> tuple[str, ...]:
    """The shared parts that a root part finds at the root."""
    return tuple(part for part in _available(name) if part in filled.entries and filled.entries[part].value is not None)
