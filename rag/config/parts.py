"""The parts of a configuration, each built when it is first asked for."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from threading import RLock
from typing import Any

from rag.config.build import Builder
from rag.config.node import Node
from rag.config.root import given, root_field

__all__ = ["Parts"]


class Parts:
    """Builds root parts once each. Threads may share it.

    Args:
        filled: a checked tree with defaults.
        allow_import: packages whose classes a dotted `use` may name.
        dry: leaves components of other packages blank: a trial of everything our own constructors check.
    """

    def __init__(self, filled: Node, allow_import: Collection[str] = (), *, dry: bool = False) -> None:
        self.filled = filled
        self.allow_import = allow_import
        self.dry = dry
        self.made: dict[tuple[type, str, tuple[str, ...]], Any] = {}
        self.built: dict[str, Any] = {}
        self.lock = RLock()

    def part(self, name: str) -> Any:
        """A root part; None where there is none.

        Raises:
            ConfigError: a constructor refused its values.
        """
        with self.lock:
            if name not in self.built:
                node = self.filled.entries.get(name)
                shared = {part: partial(self.part, part) for part in given(self.filled, name)}
                builder = Builder(self.allow_import, shared, self.made, dry=self.dry)
                self.built[name] = None if node is None else builder.build(node, root_field(name).shape, name)
            return self.built[name]
