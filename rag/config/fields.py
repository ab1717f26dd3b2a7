"""The keys of a class: ours by its pydantic fields, anybody's by its pydantic fields or its constructor's signature."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, PydanticSchemaGenerationError, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import PydanticUndefined

from rag.component import SHARED, Component, default_of, yaml_fields
from rag.config.shape import Part, Shape, shape_of
from rag.kinds import KINDS

__all__ = ["Field", "Keys", "adapter", "keys_of"]

_SECRET_WORDS = frozenset({"key", "apikey", "token", "secret", "password", "passwd", "credential", "credentials"})


@dataclass(frozen=True)
class Field:
    """One key of a class."""

    name: str
    annotation: Any
    """With its constraints, as `Annotated`."""
    required: bool
    default: Callable[[], Any]
    secret: bool = False
    own: bool = False
    """Whether its class is one of ours, or of a plugin's."""

    @cached_property
    def shape(self) -> Shape:
        """What it may hold."""
        return shape_of(self.annotation)

    @cached_property
    def shared(self) -> bool:
        """Whether the root gives it where nobody else does. In classes of other packages the type must agree, too."""
        return self.name in SHARED and (self.own or isinstance(self.shape, Part))

    def parse(self, value: Any) -> Any:
        """Plain data as the field's own type, by strict rules: `"5"` is no number and `1` no boolean.

        Raises:
            pydantic.ValidationError: it is none.
        """
        return adapter(self.annotation).validate_json(json.dumps(value), strict=True)


@dataclass(frozen=True)
class Keys:
    """All keys of a class."""

    fields: dict[str, Field]
    aliases: dict[str, str]
    """Other names of fields."""
    open: bool = False
    """Whether other keys are taken too (`**kwargs`)."""

    def find(self, name: str) -> Field | None:
        """The field that a key stands for."""
        return self.fields.get(self.aliases.get(name, name))

    def argument(self, name: str) -> str:
        """What the constructor calls a key: pydantic takes an alias where there is one."""
        field = self.aliases.get(name, name)
        return next((alias for alias, aliased in self.aliases.items() if aliased == field), field)


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


@cache
def adapter(annotation: Any) -> TypeAdapter[Any]:
    """Pydantic's validator of an annotation; foreign classes count as themselves."""
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:
        return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


@cache
def keys_of(cls: type) -> Keys:
    """The keys that a class takes."""
    if issubclass(cls, BaseModel):
        return _of_model(cls)
    keys = _of_signature(cls)
    if hasattr(cls, "as_retriever"):  # a vector store where a retriever is wanted
        search = {"search_type": Field("search_type", str, False, lambda: "similarity")}
        search["search_kwargs"] = Field("search_kwargs", dict[str, Any], False, dict)
        return Keys(keys.fields | search, keys.aliases, keys.open)
    return keys


def _secret(name: str, annotation: Any) -> bool:
    if any(word in _SECRET_WORDS for word in name.lower().split("_")):
        return True
    inner = (_bare(annotation), *get_args(_bare(annotation)))
    return any(part in (SecretStr, SecretBytes) for part in inner)


def _of_model(cls: type[BaseModel]) -> Keys:
    own = issubclass(cls, Component)
    infos = yaml_fields(cls) if own else {name: info for name, info in cls.model_fields.items() if not info.exclude}
    fields, aliases = {}, {}
    for name, info in infos.items():
        annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        secret = _secret(name, annotation)
        fields[name] = Field(name, annotation, info.is_required(), partial(default_of, info), secret, own)
        for alias in (info.alias, info.validation_alias):
            if isinstance(alias, str) and alias != name:
                aliases[alias] = name
    return Keys(fields, aliases, cls.model_config.get("extra") == "allow")


def _same(value: Any) -> Any:
    return value


def _of_signature(cls: type) -> Keys:
    fields = {}
    parameters = inspect.signature(cls).parameters.values()
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            continue
        annotation = _hint(cls, parameter)
        required = parameter.default is parameter.empty
        default = PydanticUndefined if required else parameter.default
        secret = _secret(parameter.name, annotation)
        fields[parameter.name] = Field(parameter.name, annotation, required, partial(_same, default), secret)
    return Keys(fields, {}, any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters))


def _hint(cls: type, parameter: inspect.Parameter) -> Any:
    """A parameter's type. langchain-core's classes are known even where they were imported for type checkers only."""
    if parameter.annotation is parameter.empty:
        return Any
    only = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    known = {kind.base.__name__: kind.base for kind in KINDS}
    try:
        return get_type_hints(only, vars(sys.modules[cls.__module__]), known)[parameter.name]
    except (NameError, TypeError, AttributeError):
        return Any
