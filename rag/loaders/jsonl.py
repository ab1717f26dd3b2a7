"""JSON lines: every line a text of its own. BEIR's `corpus.jsonl` (`_id`, `title`, `text`) is one of these."""

from __future__ import annotations

import json

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.records import parse, record_part
from rag.loaders.text import decode, lines

__all__ = ["read"]


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part a line; a line that is not JSON, or repeats an id, is reported and the others are read."""
    found: list[Part | LoadError] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines(decode(blob.data, blob.charset)), 1):
        if not line.strip():
            continue
        try:
            part = record_part(parse(line), number)
        except (json.JSONDecodeError, RecursionError, ValueError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            found.append(LoadError(f"{blob.source}#{number}", f"line {number} is not JSON: {reason}"))
            continue
        if part.key in seen:
            reason = f"line {number} has the id {part.key!r} of line {seen[part.key]}"
            found.append(LoadError(f"{blob.source}#{number}", reason))
            continue
        seen[part.key] = number
        found.append(part)
    return found
