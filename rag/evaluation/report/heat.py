"""Which tokens met at a query, for the page: there only where a run recorded it, and so are its style and script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["PASSAGES", "shown", "told_in"]

PASSAGES = 8
"""Passages side by side."""


def shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a query's details that a table is drawn from, by its key; nothing where the record has none.

    A table is `[tokens of the question, [[n, [[token, cosine, start], ...]], ...]]`.
    """
    told = [[heat["question"], heat["passages"][:PASSAGES]] for heat in record.get("matches", ())]
    return {"matches": told} if told else {}


def told_in(blobs: Mapping[str, Any]) -> bool:
    """Whether any query of any run has such a table."""
    details = (detail for name, blob in blobs.items() if name.startswith("run") for detail in blob)
    return any(detail is not None and "matches" in detail for detail in details)
