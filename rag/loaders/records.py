"""Records of a JSON file that are documents themselves: an id, a title, a text, and metadata to filter by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rag.loaders.part import Part
from rag.loaders.text import clean

__all__ = ["flatten", "parse", "record_part", "rows_of", "text_field"]

TEXT = ("text", "content", "contents", "body", "page_content", "passage", "abstract", "document", "article")
TITLE = ("title", "headline", "name", "subject")
ID = ("_id", "id", "doc_id", "docid", "document_id", "uuid", "key", "url")
RESERVED = frozenset({"end", "format", "headings", "id", "page", "pages", "part", "score", "source", "start", "title"})
LONGEST = 1_000
"""Characters of a metadata value; longer ones are texts, which no filter compares."""


def parse(text: str) -> Any:
    """JSON with decimals written as they were.

    Raises:
        json.JSONDecodeError: not JSON.
    """
    return json.loads(text, parse_float=Decimal)


def text_field(record: Any) -> str:
    """The name of the field that holds a record's text, or nothing."""
    if not isinstance(record, dict):
        return ""
    return next((name for name in TEXT if isinstance(record.get(name), str)), "")


def record_part(record: Any, number: int) -> Part:
    """One record as a text of its own. A record without a text field is written as `name: value` lines.

    Args:
        record: anything JSON can hold.
        number: 1-based, its key where it has no id.
    """
    if not isinstance(record, dict):
        return Part(clean("\n".join(flatten(record))), {}, str(number))
    key = next((str(record[name]) for name in ID if isinstance(record.get(name), str | int)), "") or str(number)
    field = text_field(record)
    title = next((record[name] for name in TITLE if isinstance(record.get(name), str) and name != field), "")
    text = record[field] if field else "\n".join(flatten(record))
    nested = record.get("metadata")
    others = {**(nested if isinstance(nested, dict) else {}), **record}
    metadata = {name: kept for name, value in others.items() if (kept := _filterable(name, value, field)) is not None}
    return Part(clean(text) or clean(title), {**metadata, **({"title": title} if title else {})}, clean(key))


def flatten(value: Any, path: str = "") -> Iterator[str]:
    """`path: value` lines, one a scalar: each can be understood without the braces around it."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from flatten(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, item in enumerate(value, 1):
            yield from flatten(item, f"{path}[{number}]")
    elif isinstance(value, list):
        if told := ", ".join(_scalar(item) for item in value if item is not None):
            yield f"{path}: {told}" if path else told
    elif value is not None and value != "":
        yield f"{path}: {_scalar(value)}" if path else _scalar(value)


def rows_of(value: Any) -> list[list[str]]:
    """The names and values of a list of flat records as a table; empty where the value is none.

    The list may be all that a mapping holds: `{"products": [{"name": ..., "price": ...}, ...]}`.
    """
    if isinstance(value, Mapping) and len(value) == 1:
        (value,) = value.values()
    if not (isinstance(value, list) and len(value) > 1 and all(map(_is_flat, value))):
        return []
    names = list(dict.fromkeys(str(name) for record in value for name in record))
    written = [{str(name): "".join(flatten(item)) for name, item in record.items()} for record in value]
    return [names, *([record.get(name, "") for name in names] for record in written)] if len(names) > 1 else []


def _is_flat(record: Any) -> bool:
    """Whether a record's values are scalars, or lists of them."""
    return isinstance(record, Mapping) and not any(
        isinstance(value, Mapping)
        or (isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value))
        for value in record.values()
    )


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filterable(name: str, value: Any, field: str) -> Any:
    """A value that metadata filters can compare, or None."""
    if name in RESERVED or name in {field, "metadata", *ID, *TITLE}:
        return None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return value if value and all(isinstance(item, str | int | bool) for item in value) else None
    return value if isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= LONGEST) else None
