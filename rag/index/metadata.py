"""What of a document's metadata its passages carry, and the name a passage has outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["STRUCTURE", "public_id", "small"]

STRUCTURE = ("headings", "pages")
"""Maps of the whole document: each passage gets its own part of them from the segmenter."""

_LONG = 1000
_MANY = 32


def small(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The entries worth repeating on every passage: single values and short lists of them."""
    return {key: value for key, value in metadata.items() if key not in STRUCTURE and _is_small(value)}


def _is_small(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= _MANY and all(not isinstance(item, (list, tuple)) and _is_small(item) for item in value)
    if isinstance(value, str):
        return len(value) <= _LONG
    return not isinstance(value, (dict, bytes))


def public_id(key: int) -> str:
    """A passage's `Document.id`: its key as 16 hexadecimal digits."""
    return f"{key & 0xFFFF_FFFF_FFFF_FFFF:016x}"
