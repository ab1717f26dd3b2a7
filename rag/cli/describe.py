"""A component as data: what `rag components` prints."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from rag.component import SHARED, Component, default_of, yaml_fields
from rag.kinds import KINDS, Kind
from rag.registry import find
from rag.steps import Steps

__all__ = ["describe", "field_docs", "type_name"]


def describe(kind: Kind, name: str, *, fields: bool) -> dict[str, Any]:
    """A component as data: name, kind, class, first line of its docstring; with `fields`, those too."""
    try:
        cls = find(kind, name)
    except ImportError as error:  # its package is not there: the others are listed all the same
        return {"name": name, "kind": kind.name, "class": "", "doc": f"cannot be imported: {error}", "fields": []}
    doc = (cls.__doc__ or "").strip()
    found: dict[str, Any] = {"name": name, "kind": kind.name, "class": f"{cls.__module__}:{cls.__qualname__}"}
    if fields:
        return {**found, "doc": doc, "fields": list(_fields(cls))}
    line = " ".join(doc.split("\n\n")[0].split())
    return {**found, "doc": re.sub(r" \[\d+\]", "", line)}  # references stand further below


def _fields(cls: type) -> Iterable[dict[str, Any]]:
    if not issubclass(cls, Component):
        return
    documents = field_docs(cls)
    for name, info in yaml_fields(cls).items():
        required = info.is_required() and name not in SHARED
        yield {
            "name": name,
            "type": type_name(info.annotation),
            "required": required,
            "default": None if info.is_required() else plain(default_of(info)),
            "shared": name in SHARED,
            "doc": info.description or documents.get(name, ""),
        }


def plain(value: Any) -> Any:
    """A default as JSON can hold it; a component as the program that makes it."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)


def type_name(annotation: Any) -> str:
    """A type as a reader of YAML would say it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_name(arguments[0])
    if origin is Literal:
        return " | ".join(map(str, arguments))
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(map(type_name, arguments)))
    if isinstance(origin, type) and issubclass(origin, Collection):
        return "mapping" if issubclass(origin, Mapping) else f"list of {type_name(arguments[0])}"
    said = {kind.base: kind.name for kind in KINDS} | {Steps: "list of steps", type(None): "null"}
    return said.get(annotation) or str(getattr(annotation, "__name__", annotation))


def field_docs(cls: type) -> dict[str, str]:
    """The docstrings written below fields, read from the source."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not base.__module__.startswith("rag"):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError):  # no source at hand: the names speak for themselves
            continue
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for field, text in pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[field.target.id] = " ".join(text.value.value.split())
    return found
