"""JSON: records with a text as texts of their own, flat records as rows, anything else as `path: value` lines."""

from __future__ import annotations

import json

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.records import flatten, parse, record_part, rows_of, text_field
from rag.loaders.table import write_rows
from rag.loaders.text import clean, decode

__all__ = ["read"]


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """Parts by record where every record of a list has a text, else one part."""
    text = decode(blob.data, blob.charset)
    if not text.strip():
        return []
    try:
        value = parse(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: line {error.lineno} column {error.colno}: {error.msg}") from None
    if isinstance(value, list) and value and all(map(text_field, value)):
        return _records(blob, value)
    draft = Draft(limits)
    if rows := rows_of(value):
        columns = write_rows(draft, rows)
        return [draft.part(columns=columns)]
    for line in flatten(value):
        draft.block(line, "\n")
    title = value.get("title") if isinstance(value, dict) else None
    return [draft.part(title=clean(title) if isinstance(title, str) else "")]


def _records(blob: Blob, values: list[object]) -> list[Part | LoadError]:
    found: dict[str, Part | LoadError] = {}
    for number, value in enumerate(values, 1):
        part = record_part(value, number)
        if part.key in found:
            place = f"{blob.source}#{number}"
            found[place] = LoadError(place, f"record {number} has the id {part.key!r} of an earlier one")
        else:
            found[part.key] = part
    return list(found.values())
