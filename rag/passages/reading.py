"""Passages read for a question while there is time: what every step that reads them shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from rag.index.context import headings_context
from rag.spending.allowance import current
from rag.spending.pace import portions

if TYPE_CHECKING:
    from rag.skills.reader import Candidate, Reader

__all__ = ["READ", "READING", "passed_over", "read_in_time", "seconds_to_read", "worth_reading"]

READ = "rerank_read"
"""Metadata of every passage of a list of which a re-ranker judged so many and left the rest: better ones were found."""

READING = "reader"
"""The name that the pace of reading is remembered by."""


def passed_over(passage: Document) -> bool:
    """Whether a re-ranker left a passage unread because none like it could come first any more."""
    return READ in passage.metadata and "rerank_score" not in passage.metadata


def worth_reading(passages: Sequence[Document]) -> list[int]:
    """The places of the passages that a re-ranker did not pass over; of all where none else is there."""
    found = [place for place, passage in enumerate(passages) if not passed_over(passage)]
    return found or list(range(len(passages)))


def read_in_time(
    reader: Reader, question: str, passages: Sequence[Document], *, first: bool = False
) -> tuple[list[Candidate], int]:
    """The likeliest spans of the passages that are worth reading, and for how many of the first there was time.

    Args:
        reader: the skill.
        question: stand-alone.
        passages: the best first.
        first: whether reading the best of them is worth more than what the step does behind it.
    """
    places = worth_reading(passages)
    texts = [passages[place].page_content for place in places]
    titles = [headings_context(passages[place].metadata) for place in places]
    found: list[Candidate] = []
    read = 0
    sizes = reader.unread(question, texts, titles) if current() else [0] * len(texts)
    for start, end in portions(READING, sizes, needed=False, first=first):
        (some,) = reader.candidates([(question, texts[start:end], titles[start:end])])
        found += [replace(one, passage=places[one.passage + start]) for one in some]
        read = end
    if not read:
        return found, 0
    return found, places[read] if read < len(places) else len(passages)


def seconds_to_read(tokens: int) -> float:
    """How long so many tokens should take to read; 0 where nothing limits the time."""
    allowance = current()
    return allowance.costs.takes(READING, tokens) if allowance else 0.0
