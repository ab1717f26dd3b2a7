"""Passages read for a question while there is time: what every step that reads them shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.allowance import current
from rag.pace import portions

if TYPE_CHECKING:
    from rag.skills.reader import Candidate, Reader

__all__ = ["READING", "read_in_time", "seconds_to_read"]

READING = "reader"
"""The name that the pace of reading is remembered by."""


def read_in_time(
    reader: Reader, question: str, texts: Sequence[str], titles: Sequence[str], *, needed: bool = True
) -> tuple[list[Candidate], int]:
    """The likeliest spans of passages, the best passages first, and how many of them there was time for.

    Args:
        reader: the skill.
        question: stand-alone.
        texts: of the passages.
        titles: of the passages.
        needed: whether the first ones are read however little time there is.
    """
    found: list[Candidate] = []
    read = 0
    sizes = reader.unread(question, texts, titles) if current() else [0] * len(texts)
    for start, end in portions(READING, sizes, needed=needed):
        (some,) = reader.candidates([(question, texts[start:end], titles[start:end])])
        found += [replace(one, passage=one.passage + start) for one in some]
        read = end
    return found, read


def seconds_to_read(tokens: int) -> float:
    """How long so many tokens should take to read; 0 where nothing limits the time."""
    allowance = current()
    return tokens * allowance.costs.pace(READING) if allowance else 0.0
