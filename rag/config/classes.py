"""`use`: a registered name, or a dotted path into an allowed package, to a class."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from rag import registry
from rag.config.meant import elsewhere
from rag.config.node import Refused
from rag.config.shape import Part
from rag.errors import MissingExtra, did_you_mean
from rag.kinds import Kind

__all__ = ["allowed_names", "class_of", "is_dotted", "packages"]

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.\w+)*[.:][A-Za-z_]\w*")


def is_dotted(name: str) -> bool:
    """Whether a name has the form of a path to a class: `package.module:Class`."""
    return _DOTTED.fullmatch(name) is not None


def packages(allow_import: Collection[str]) -> tuple[str, ...]:
    """Packages that may be imported from. One alone is one: `in` a string would allow each part of its name."""
    return (allow_import,) if isinstance(allow_import, str) else tuple(allow_import)


def allowed_names(part: Part) -> list[str]:
    """Every registered name of a kind, sorted."""
    return registry.names(part.kind)


def class_of(part: Part, name: str, allow_import: Collection[str] = ()) -> type:
    """The class that `use: name` stands for.

    Only registered names, and paths whose top package the caller allows, are ever imported: a configuration from a
    stranger runs no code.

    Raises:
        Refused: there is none, it may not be imported, or it is of another kind.
    """
    rows = registry.table(part.kind)
    if name in rows:
        cls = _import(rows[name], name)
    elif is_dotted(name):
        cls = _foreign(name, allow_import)
    else:
        there = ", ".join(sorted(rows)) or "none"
        message = f"no {part.kind.name} is called {name!r}; there are: {there}"
        raise Refused(message, did_you_mean(name, rows) or elsewhere(name, part.kind))
    if not issubclass(cls, (part.base, *_stand_ins(part.kind))):
        raise Refused(f"{name!r} is no {part.base.__name__}; there are: {', '.join(sorted(rows))}")
    return cls


def _stand_ins(kind: Kind) -> tuple[type, ...]:
    """A vector store may stand where a retriever is wanted: it makes one of itself."""
    if kind.name != "retriever":
        return ()
    from langchain_core.vectorstores import VectorStore

    return (VectorStore,)


def _foreign(name: str, allow_import: Collection[str]) -> type:
    package = name.replace(":", ".").partition(".")[0]
    if package not in allow_import:
        allowed = f" (allowed: {', '.join(sorted(allow_import))})" if allow_import else ""
        raise Refused(
            f"{name!r} would import code from {package!r}, which is not allowed{allowed}",
            f"if you trust this configuration, add --allow-import {package}",
        )
    return _import(name, name)


@cache
def _import(path: str, name: str) -> type:
    try:
        return registry.import_path(path)
    except ModuleNotFoundError as error:
        raise Refused(f"{name!r} cannot be imported: {error}", _where(str(error.name))) from error
    except MissingExtra as error:
        raise Refused(str(error)) from error
    except (ImportError, AttributeError, TypeError) as error:
        raise Refused(f"{name!r} cannot be imported: {error}") from error


def _where(module: str) -> str:
    """What to do about a module that Python does not find."""
    name = module.partition(".")[0]
    if Path(f"{name}.py").is_file() or Path(name, "__init__.py").is_file():
        return f"{name} lies in this folder, where Python looks for nothing: set PYTHONPATH=. (or pip install it)"
    return f"pip install the package that has {module}"
