"""What `rag doctor` looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.errors import RagError

if TYPE_CHECKING:
    from rag.cli.options import Chosen

__all__ = ["Finding", "examine"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: Literal["ok", "warn", "fail"]
    subject: str
    text: str
    advice: str = ""
    """What to do."""


def examine(chosen: Chosen, *, repair: bool = False) -> Iterator[Finding]:
    """Everything, from the machine up to the index."""
    from rag.cli.health_machine import machine
    from rag.cli.health_parts import caches, databases, endpoint, models, store

    yield from machine(chosen)
    try:
        configuration = chosen.configuration()
    except RagError as error:
        yield Finding("fail", "configuration", str(error).splitlines()[0], f"rag check {chosen.source}")
        return
    yield Finding("ok", "configuration", configuration.source)
    yield from models(configuration)
    yield from store(configuration, chosen.flags, repair=repair)
    yield from databases(configuration)
    yield caches()
    yield from endpoint(configuration)
