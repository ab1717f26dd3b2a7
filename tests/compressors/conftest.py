"""Passages of one small handbook."""

from collections.abc import Callable

import pytest
from langchain_core.documents import Document

HANDBOOK = (
    "Travel is approved by your manager. Travel abroad is approved by the director.\n\n"
    "Hotels cost at most 120 euros a night. In London the limit is 180 euros. Breakfast is included in both.\n\n"
    "Trains are booked in second class. Above four hours first class is allowed."
)


@pytest.fixture
def handbook() -> str:
    return HANDBOOK


@pytest.fixture
def cut() -> Callable[..., Document]:
    """The passage from the first words to the last: `cut("Hotels ... both.")`."""

    def passage(text: str, score: float = 1.0) -> Document:
        first, _, last = text.partition(" ... ")
        start = HANDBOOK.index(first)
        end = HANDBOOK.index(last, start) + len(last) if last else start + len(first)
        metadata = {"source": "handbook.md", "start": start, "end": end, "title": "Handbook", "score": score}
        return Document(HANDBOOK[start:end], id=f"p{start}", metadata=metadata)

    return passage
