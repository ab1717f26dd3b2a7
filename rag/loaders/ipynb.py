"""Jupyter notebooks: prose as Markdown, code in fences. Outputs are left out: they are numbers and pictures."""

from __future__ import annotations

import json
from typing import Any

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.markdown import headings
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.plain import title_of
from rag.loaders.text import decode

__all__ = ["read"]


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part, its cells in order."""
    try:
        notebook = json.loads(decode(blob.data, blob.charset))
    except json.JSONDecodeError as error:
        raise Unreadable(f"not a notebook: line {error.lineno} column {error.colno}: {error.msg}") from None
    if not isinstance(notebook, dict) or not isinstance(cells := _cells(notebook), list):
        raise Unreadable("not a notebook: it has no list of cells")
    language = _language(notebook)
    draft = Draft(limits)
    for cell in cells:
        if isinstance(cell, dict):
            text = _text(cell.get("source", cell.get("input")))
            is_code = cell.get("cell_type") == "code" and text.strip()
            draft.block(f"```{language}\n{text}\n```" if is_code else text)
    part = draft.part()
    found = headings(part.text)
    told = {"headings": found, "title": title_of(found), "code_language": language}
    return [Part(part.text, {name: value for name, value in told.items() if value})]


def _cells(notebook: dict[str, Any]) -> Any:
    sheets = notebook.get("worksheets")  # format 3
    if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        return sheets[0].get("cells")
    return notebook.get("cells")


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for place in ("language_info", "kernelspec"):
        told = metadata.get(place) if isinstance(metadata, dict) else None
        if isinstance(told, dict) and isinstance(name := told.get("name") or told.get("language"), str):
            return "python" if name.startswith("python") else name
    return ""


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
