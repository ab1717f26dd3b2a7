"""Names to classes. Each folder's `__init__.py` holds one table of strings; nothing heavy is imported until it is used.

Other packages add components by entry points of the group `rag.components`: the entry's name is the component's, its
value `package.module:Class`; its kind is the base class's.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from warnings import warn

from rag.errors import UsageError, did_you_mean
from rag.kinds import KINDS, Kind

__all__ = ["find", "import_path", "kind_of", "name_of", "names"]


@cache
def _plugins() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="rag.components")}


def import_path(path: str) -> type:
    """The class at `package.module:Class` (or `package.module.Class`)."""
    module, _, name = path.partition(":") if ":" in path else path.rpartition(".")
    found = getattr(import_module(module), name)
    if not isinstance(found, type):
        raise TypeError(f"{path} is not a class")
    return found


def kind_of(cls: type) -> Kind | None:
    """The kind whose base a class has."""
    return next((kind for kind in KINDS if issubclass(cls, kind.base)), None)


@cache
def table(kind: Kind) -> dict[str, str]:
    """Every registered name of a kind, with the place of its class: `package.module:Class`."""
    rows: dict[str, str] = import_module(kind.table).COMPONENTS
    shared = sum(other.table == kind.table for other in KINDS) > 1
    own = {name: path for name, path in rows.items() if not shared or issubclass(import_path(path), kind.base)}
    plugins = {name: entry.value for name, entry in _plugins().items() if _is_a(entry, kind)}
    return plugins | own


def _is_a(entry: EntryPoint, kind: Kind) -> bool:
    """Whether an entry point is of a kind. One that cannot be imported is of none: it takes no other along."""
    try:
        found = entry.load()
    except Exception as error:  # noqa: BLE001  whatever another package's import may raise
        warn(f"component {entry.name!r} ({entry.value}) cannot be imported and is left out: {error}", stacklevel=2)
        return False
    return isinstance(found, type) and issubclass(found, kind.base)


def names(kind: Kind) -> list[str]:
    """Every registered name of a kind."""
    return sorted(table(kind))


def find(kind: Kind, name: str) -> type:
    """The class that a name stands for.

    Raises:
        UsageError: no component of that kind has that name.
    """
    rows = table(kind)
    if name not in rows:
        hint = did_you_mean(name, rows)
        raise UsageError(f"no {kind.name} is called {name!r}; there are: {', '.join(sorted(rows))}. {hint}".rstrip())
    return import_path(rows[name])


@cache
def name_of(cls: type) -> str:
    """The name a class is registered by, or its dotted path."""
    kind = kind_of(cls)
    path = f"{cls.__module__}:{cls.__qualname__}"
    rows = table(kind) if kind else {}
    return next((name for name, place in rows.items() if place == path), path)
