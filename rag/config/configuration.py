"""A loaded configuration: what was said, where it was said, and the parts it describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from rag.config.emit import write_node
from rag.config.node import REDACTED, Node
from rag.config.parts import Parts
from rag.steps import Steps

if TYPE_CHECKING:
    from rag.config.tuning import Tuning
    from rag.index import Index
    from rag.memory.cache import Cache
    from rag.spending.limits import Limits

__all__ = ["Configuration", "Row"]


class Row(NamedTuple):
    """One line of `Configuration.show`."""

    path: str
    value: Any
    """Secrets redacted."""
    origin: str
    """`file:line`, `environment NAME`, `--set`, `override` or `default`."""


@dataclass(frozen=True)
class Configuration:
    """A checked configuration. Its parts are built when first asked for; equal configurations are equal."""

    source: str = field(compare=False)
    """The file, as it was named; `<mapping>` for one given as data."""
    node: Node
    """Everything, defaults included, each value with its origin."""
    written: Node = field(compare=False)
    """What somebody wrote."""
    allow_import: tuple[str, ...] = ()

    @cached_property
    def parts(self) -> Parts:
        """Builds each part once."""
        return Parts(self.node, self.allow_import)

    @property
    def encoder(self) -> Embeddings:
        """The encoder that every component shares."""
        part: Embeddings = self.parts.part("encoder")
        return part

    @property
    def llm(self) -> BaseChatModel | None:
        """The chat model that every component shares."""
        part: BaseChatModel | None = self.parts.part("llm")
        return part

    @property
    def index(self) -> Index:
        """The index that every retriever searches."""
        part: Index = self.parts.part("index")
        return part

    @property
    def pipeline(self) -> Steps:
        """The steps."""
        part: Steps = self.parts.part("pipeline")
        return part

    @property
    def cache(self) -> Cache | None:
        """Keeps answers, where that is switched on."""
        part: Cache | None = self.parts.part("cache")
        return part

    @property
    def limits(self) -> Limits | None:
        """What a question may cost."""
        part: Limits | None = self.parts.part("limits")
        return part

    @property
    def tune(self) -> Tuning | None:
        """What `rag tune` searches."""
        part: Tuning | None = self.parts.part("tune")
        return part

    def show(self) -> list[Row]:
        """Every value with its path and origin; lists of plain values are one value."""
        return list(_rows(self.node, ""))

    def dump(self) -> str:
        """What was written, as one YAML: what it extends is merged in, defaults are left out, comments stay.

        Variables stay `${NAME}`; secrets that stand there in clear are redacted.
        """
        entries = {name: child for name, child in self.written.entries.items() if not name.startswith("x-")}
        return write_node(self.written.with_(value=entries), self.node)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: what was said, secrets included; the parts are built again."""
        return {name: value for name, value in vars(self).items() if name != "parts"}

    def __repr__(self) -> str:
        return f"Configuration({self.source!r})"

    def __hash__(self) -> int:
        return hash(json.dumps(self.node.plain(), sort_keys=True))


def _rows(node: Node, path: str) -> Iterator[Row]:
    children = list(node.children())
    if not children or (node.is_list and not any(list(child.children()) for _, child in children)):
        yield Row(path, _shown(node), node.source)
        return
    for name, child in children:
        yield from _rows(child, f"{path}.{name}" if path else name)


def _shown(node: Node) -> Any:
    """A value without its secrets."""
    if node.is_list:
        return [_shown(child) for child in node.members]
    return REDACTED if node.secret and node.value not in (None, "") else node.plain()
