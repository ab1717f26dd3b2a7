"""What a chat model said, read leniently: where a reply cannot be read, the default of its step stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal

from rag.sql.schema import Schema

__all__ = ["Label", "label_in", "links_in", "parts_in", "statement_in", "wanted_in"]

Label = Literal["EASY", "NON-NESTED", "NESTED"]

_LINKS = re.compile(r"schema[_ ]links\W*?:\W*?\[(.*)\]", re.IGNORECASE)
_LABEL = re.compile(r"label\W*?:\W*(easy|non[-_ ]?nested|nested)\b", re.IGNORECASE)
_PARTS = re.compile(r"questions\W*?:\s*(\[.*?\])\s*(?:\n|\Z)", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"```(?:\w+)?\s*\n?(.*?)(?:```|\Z)", re.DOTALL)
_MARK = re.compile(r"^\W*(?:revised[_ ])?sql\W*?:\W*?(?=\w|\()", re.IGNORECASE | re.MULTILINE)
_QUERY = r"(?:select\b|with\s+(?:recursive\s+)?[\w\"`]+\s*(?:\([^)]*\)\s*)?as\s*\()"
_START = re.compile(rf"\b{_QUERY}", re.IGNORECASE)
_LINE_START = re.compile(rf"^[\s(`]*(?={_QUERY})", re.IGNORECASE | re.MULTILINE)
_LINE = re.compile(r"^[-*\s`]*(?P<table>[^:`\n]+?)`?\s*:\s*(?P<columns>.+)$", re.MULTILINE)


def links_in(text: str) -> tuple[str, ...]:
    """The schema links: the last list behind `Schema_links:`; none where there is no such list."""
    found = _LINKS.findall(text)
    return tuple(link for part in _split(found[-1]) if (link := part.strip())) if found else ()


def label_in(text: str) -> Label:
    """The class of a question; `NESTED` where none can be read, which forbids nothing."""
    found = _LABEL.findall(text)
    said = re.sub(r"[_ ]", "-", found[-1].upper()) if found else "NESTED"
    if said == "EASY":
        return "EASY"
    return "NON-NESTED" if said.startswith("NON") else "NESTED"


def parts_in(text: str) -> tuple[str, ...]:
    """The questions that have to be answered first; none where they cannot be read."""
    found = _PARTS.findall(text)
    if not found:
        return ()
    try:
        told = json.loads(found[-1])
    except ValueError:
        told = re.findall(r"[\"“']([^\"“”]+?)[\"”'](?=\s*[,\]])", found[-1])
    return tuple(str(part).strip() for part in told if str(part).strip()) if isinstance(told, list) else ()


def statement_in(text: str) -> str:
    """The query: of a code block or behind `SQL:`, the last of them, else from the first SELECT; empty where none is.

    A line break inside it stays; what follows its semicolon, or an empty line, does not.
    """
    fenced = [part for part in _FENCE.findall(text) if _START.search(part)]
    if fenced:
        text = fenced[-1]
    elif marks := list(_MARK.finditer(text)):
        behind = [text[mark.end() :] for mark in marks if _START.match(text[mark.end() :].lstrip("( "))]
        text = behind[-1] if behind else text
    if line := _LINE_START.search(text):
        text = text[line.end() :]
    start = _START.search(text)
    if start is None:
        return ""
    begun = text[start.start() :]
    return re.split(r"\n\s*\n|```", _ended(begun))[0].strip().rstrip("`*").strip()


def wanted_in(text: str, schema: Schema) -> Mapping[str, list[str]]:
    """The tables and columns that a model names, one line a table; those that do not exist are passed over."""
    wanted: dict[str, list[str]] = {}
    for match in _LINE.finditer(text):
        table = schema.table(match["table"].strip(" *`\"'"))
        if table is None:
            continue
        names = (name.strip(" `\"'[]*").rpartition(".")[2] for name in match["columns"].split(","))
        found = [column.name for name in names if (column := table.column(name))]
        wanted.setdefault(table.name, []).extend(found)
    return wanted


def _ended(text: str) -> str:
    """A statement up to its semicolon; one within quotes does not end it."""
    for match in re.finditer(r"'(?:[^']|'')*'|\"[^\"]*\"|(;)", text):
        if match[1]:
            return text[: match.start()]
    return text


def _split(text: str) -> list[str]:
    """A list's items: at commas that stand in no quotes and no brackets."""
    return re.findall(r"(?:'[^']*'|\"[^\"]*\"|\([^)]*\)|[^,])+", text)
