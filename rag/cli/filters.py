"""`--filter` on the command line: metadata that passages must have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rag.errors import UsageError

__all__ = ["parse_filters", "scalar"]

_FORM = re.compile(r"(?P<key>[^<>=!]+?)\s*(?P<operator>!=|>=|<=|>|<|=)\s*(?P<value>.*)", re.DOTALL)
_NAMES = {"!=": "ne", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}


def parse_filters(given: Iterable[str] | None) -> dict[str, Any] | None:
    """The filter of `pipeline.invoke(filter=...)`.

    Raises:
        UsageError: not of the form key=value.
    """
    wanted: dict[str, Any] = {}
    for text in given or ():
        found = _FORM.fullmatch(text.strip())
        if found is None or not found["key"].strip():
            raise UsageError(
                f"--filter {text!r} is not of the form key=value, key=a,b, key!=value, key>=value or key<value "
                "(in quotes, for a shell takes < and > for files)"
            )
        key, operator, value = found["key"].strip(), found["operator"], found["value"]
        if operator == "=":
            several = [scalar(part) for part in ([value] if _quoted(value) else value.split(","))]
            wanted[key] = {"in": several} if len(several) > 1 else several[0]
        else:
            bounds = wanted.get(key)
            wanted[key] = {**(bounds if isinstance(bounds, dict) else {}), _NAMES[operator]: scalar(value)}
    return wanted or None


def _quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"


def scalar(text: str) -> int | float | bool | str:
    """A number or true/false where the text is one; quotes keep a string."""
    text = text.strip()
    if _quoted(text):
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
