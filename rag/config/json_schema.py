"""JSON Schema (draft 2020-12) of every configuration that the registered components allow, for editors.

It says what `check` says as far as a schema can. Wherever a number, a boolean or one of several words stands, a string
with `${NAME}` may stand too; a component may be given by its bare name; a file that extends another may leave things
out.
"""

from __future__ import annotations

from typing import Any

from pydantic.errors import PydanticInvalidForJsonSchema

from rag import registry
from rag.config.docstrings import field_docs, first_line
from rag.config.fields import Field, adapter, keys_of
from rag.config.fill import default_node
from rag.config.root import ROOT, VERSION, root_field
from rag.config.shape import Branch, Choice, Many, Part, Record, Shape, Table, Value
from rag.config.steps import step_field
from rag.kinds import Kind
from rag.steps import STEPS

__all__ = ["schema"]

Json = dict[str, Any]

_VARIABLE: Json = {"type": "string", "pattern": r"\$\{", "description": "A variable: ${NAME} or ${NAME:-default}."}
_PATH: Json = {"type": "string", "pattern": r"^[A-Za-z_]\w*(\.\w+)*[.:][A-Za-z_]\w*$"}


def schema() -> Json:
    """The schema of the live registry, entry points included."""
    return _Schema().root()


class _Schema:
    def __init__(self) -> None:
        self.defs: dict[str, Json] = {
            "variable": _VARIABLE,
            "path": _PATH | {"description": "A class of another package, where --allow-import allows it."},
            "foreign": {"type": "object", "properties": {"use": _PATH}, "required": ["use"]},
        }

    def root(self) -> Json:
        properties: dict[str, Json] = {
            "version": {"const": VERSION, "description": "Of the form of this file."},
            "extends": {"type": "string", "description": "A file, or a preset's name, that this one lies over."},
        }
        for name in ROOT:
            field = root_field(name)
            found = self.field(field, partial=True)
            properties[name] = {"anyOf": [{"type": "boolean"}, found]} if ROOT[name].switch else found
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "rag configuration",
            "type": "object",
            "properties": properties,
            "patternProperties": {"^x-": {"description": "A place for anchors."}},
            "additionalProperties": False,
            "anyOf": [{"required": ["pipeline"]}, {"required": ["extends"]}],
            "$defs": self.defs,
        }

    def field(self, field: Field, *, partial: bool = False, doc: str = "") -> Json:
        """A field's schema. `partial`: what it holds may be completed by a default, or by a file below."""
        if isinstance(field.shape, Value):
            found = self.value(field.annotation)
        else:
            found = self.shape(field.shape, partial=partial) | _lengths(field)
        default = _default(field)
        return found | ({"description": doc} if doc else {}) | ({} if default is None else {"default": default})

    def shape(self, shape: Shape, *, partial: bool = False) -> Json:  # noqa: PLR0911  # one a shape
        """A shape's schema."""
        match shape:
            case Part(kind):
                return self.kind(kind, partial=partial)
            case Record(cls):
                return {"$ref": f"#/$defs/{self.component(cls, cls.__name__, partial=True)}"}
            case Branch():
                return self.steps()
            case Many(item):
                return {"type": "array", "items": self.shape(item)}
            case Table(item):
                return {"type": "object", "additionalProperties": self.shape(item)}
            case Choice(options):
                return {"anyOf": [self.shape(option, partial=partial) for option in options]}
            case Value(annotation):
                return self.value(annotation)

    def kind(self, kind: Kind, *, partial: bool) -> Json:
        """Any component of a kind."""
        name = f"{kind.name}-partial" if partial else kind.name
        if name not in self.defs:
            self.defs[name] = {}  # components may hold others of their own kind
            options: list[Json] = [{"enum": registry.names(kind)}, _ref("variable"), _ref("path"), _ref("foreign")]
            for member in registry.names(kind):
                cls = registry.find(kind, member)
                own = _ref(self.component(cls, f"{kind.name}.{member}", use=member))
                options.append(own if partial else own | {"required": ["use", *_required(cls)]})
            if partial:
                options.append({"type": "object", "not": {"required": ["use"]}})
            self.defs[name] = {"description": f"A {kind.name}.", "anyOf": options}
        return _ref(name)

    def component(self, cls: type, name: str, *, use: str = "", partial: bool = False) -> str:
        """A component's own keys, all optional; returns the name of its definition."""
        if name not in self.defs:
            self.defs[name] = {}
            docs = field_docs(cls)
            named: dict[str, Json] = {"use": {"const": use}} if use else {}
            keys = keys_of(cls)
            properties = {
                key: self.field(field, partial=partial or _has_part(field), doc=docs.get(key, ""))
                for key, field in keys.fields.items()
            }
            self.defs[name] = {
                "type": "object",
                "description": first_line(cls),
                "properties": named | properties,
                "additionalProperties": keys.open,
            }
        return name

    def steps(self) -> Json:
        """A list of steps."""
        if "steps" not in self.defs:
            self.defs["steps"] = {}
            fields = {name: field for name in STEPS if (field := step_field(name))}
            step = {
                "type": "object",
                "properties": {name: self.shape(field.shape) for name, field in fields.items()},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            }
            self.defs["steps"] = {"type": "array", "items": step}
        return _ref("steps")

    def value(self, annotation: Any) -> Json:
        """Plain data, by pydantic."""
        try:
            found = adapter(annotation).json_schema(ref_template="#/$defs/{model}")
        except PydanticInvalidForJsonSchema:
            return {}
        for name, definition in found.pop("$defs", {}).items():
            self.defs[name] = _loose(definition)
        found.pop("default", None)
        loose: Json = _loose(found)
        return loose


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _required(cls: type) -> list[str]:
    return [name for name, field in keys_of(cls).fields.items() if field.required and not field.shared]


def _has_part(field: Field) -> bool:
    return not field.required and isinstance(field.shape, Part)


def _default(field: Field) -> Any:
    """A default to show; none where it is null, or known only when the component is built."""
    default = default_node(field) if field.own else None
    return None if default is None else default.plain()


def _lengths(field: Field) -> Json:
    limits = {"minItems": "min_length", "maxItems": "max_length"}
    metadata = getattr(field.annotation, "__metadata__", ())
    inner = [part for item in metadata for part in (item, *getattr(item, "metadata", ()))]
    found = {name: getattr(part, limit, None) for name, limit in limits.items() for part in inner}
    return {name: value for name, value in found.items() if value is not None}


_FREE = frozenset({"type", "title", "description", "default", "format", "writeOnly", "examples"})


def _loose(found: Any) -> Any:
    """A schema that lets a variable stand for any scalar that is not free text."""
    if isinstance(found, list):
        return [_loose(inner) for inner in found]
    if not isinstance(found, dict):
        return found
    free_text = found.get("type") == "string" and set(found) <= _FREE
    scalar = found.get("type") in ("integer", "number", "boolean", "string")
    if "enum" in found or "const" in found or (scalar and not free_text):
        return {"anyOf": [{key: value for key, value in found.items() if key != "title"}, _ref("variable")]}
    nested = ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties")
    loose = {key: _loose(value) if key in nested else value for key, value in found.items() if key != "title"}
    if isinstance(found.get("properties"), dict):
        loose["properties"] = {name: _loose(value) for name, value in found["properties"].items()}
    return loose
