"""Answers of chat services as they are copied: marks of footnotes among the words, words run together."""

from __future__ import annotations

import re

__all__ = ["unmarked"]

_MARK = re.compile(r"\[\^?\d{1,3}\^?\]|[¹²³⁴-⁹⁰]+")
_TOGETHER = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z]{2})|(?<=\d{4})(?=(?:and|as|at|by|in|to|with|when)\b)")
_LITTLE = re.compile(r"\b(in|of|on|at|by|to|the|from|about)(?=\d|[A-Z][a-z])")
_YEAR = re.compile(r"\b((?:1[0-9]|20)\d\d)\d{1,3}(?=[\s.,;:)]|$)(?![.,]\d)")
_BEHIND = re.compile(r"(?<=[^\W\d_]{3})\d{1,3}(?=[\s.,;:)]|$)")


def unmarked(text: str, like: str = "") -> str:
    """Without the numbers of footnotes (`drawn by Anna Weiss1.`, `in 17342`), and words apart (`inBonn`).

    Args:
        text: the answer.
        like: a text in which numbers are as they should be: what is written there the same way stays.
    """
    text = _MARK.sub(" ", text)
    text = _TOGETHER.sub(" ", _LITTLE.sub(r"\1 ", text))
    kept = set(re.findall(r"\w*\d+", re.sub(r"(?<=\d),(?=\d{3})", "", like)))
    text = _YEAR.sub(lambda found: found[0] if found[0] in kept else found[1], text)
    if any(re.fullmatch(r"[^\W\d_]{3,}\d+", word) for word in kept):
        return text
    return _BEHIND.sub("", text)
