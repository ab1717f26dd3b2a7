"""Configurations: one YAML to one pipeline, every mistake found at once.

`load` reads, extends, interpolates, fills and validates; parts are built when they are first asked for. Nothing here
loads a model, opens an index or touches the network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from rag.config.classes import packages
from rag.config.configuration import Configuration, Row
from rag.config.emit import document, dump
from rag.config.json_schema import schema
from rag.config.load import altered, prepare
from rag.config.node import Place, from_plain
from rag.config.shipped import find, presets
from rag.config.single import component
from rag.errors import ConfigError, Problem

__all__ = [
    "Configuration",
    "Row",
    "change",
    "check",
    "component",
    "document",
    "dump",
    "find",
    "load",
    "presets",
    "schema",
]


def load(
    source: str | Path | Mapping[str, Any],
    *,
    set: str | Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] | None = None,
    allow_import: Collection[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> Configuration:
    """The configuration of a source.

    Args:
        source: a file's path, a preset's name, or the content as a mapping.
        set: what is put over it, and wins: `pipeline.0.retrieve.top_k=5`, several of these, or `{path: value}`.
        environment: the variables of `${NAME}`; the process's, above those of `.env` here, where not given.
        allow_import: top packages whose classes a dotted `use` may name.
        overrides: data merged over it, below `set`.

    Raises:
        ConfigError: with every problem found.
    """
    allow_import = packages(allow_import)
    loaded = prepare(source, set=set, environment=environment, allow_import=allow_import, overrides=overrides)
    if loaded.problems:
        raise ConfigError(loaded.problems)
    return Configuration(loaded.name, loaded.filled, loaded.written, tuple(sorted(allow_import)))


def change(configuration: Configuration, values: Mapping[str, Any], *, origin: str = "changed") -> Configuration:
    """The same configuration with other values at some paths, as `--set` puts them; without its `tune`.

    Args:
        configuration: stays as it is.
        values: path, as `pipeline.0.retrieve.top_k`, to plain data.
        origin: who says so, for `Configuration.show`.

    Raises:
        ConfigError: with every problem found.
    """
    nodes = {path: from_plain(value, Place(), origin) for path, value in values.items()}
    loaded = altered(configuration.source, configuration.written, nodes, configuration.allow_import)
    if loaded.problems:
        raise ConfigError(loaded.problems)
    return Configuration(loaded.name, loaded.filled, loaded.written, configuration.allow_import)


def check(
    source: str | Path | Mapping[str, Any],
    *,
    set: str | Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] | None = None,
    allow_import: Collection[str] = (),
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Problem, ...]:
    """Everything that is wrong with a source, in the order of its lines; nothing where it can be used. See `load`."""
    allow_import = packages(allow_import)
    loaded = prepare(source, set=set, environment=environment, allow_import=allow_import, overrides=overrides)
    return tuple(loaded.problems)
