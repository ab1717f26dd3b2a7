"""Late interaction to look at: which token of a passage each token of a question met, as retrievers tell it.

A retriever that is asked to (`xtr` with `matches: true`) puts a list under `matches` of each passage's metadata: for
every token of the question `question`, `passage` (the two tokens' characters, none where a token is the model's own),
`start` and `end` (of the source; None outside its text) and `score`. Later steps keep it, whatever they do to the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.passages.condensed import condensed_at
from rag.schema import Document

__all__ = ["Heat", "Met", "heats"]


@dataclass(frozen=True, slots=True)
class Met:
    """The token of a passage that is nearest to a token of the question."""

    token: str
    """Its characters; empty where it is the model's own."""
    score: float
    """Their cosine."""
    start: int | None
    """Where the passage's `page_content` has it; None where it stands in a heading or was left out since."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The passages that were found for one question."""

    question: tuple[str, ...]
    """Its tokens."""
    passages: tuple[tuple[int, tuple[Met, ...]], ...]
    """Passages by their `[n]`, counted from 1, each with what it has for every token of the question."""


def heats(passages: Sequence[Document]) -> list[Heat]:
    """What met in these passages; none where no retriever tells it.

    Several where passages were found for several questions, as agents ask them: their tokens are not each other's.
    """
    found: dict[tuple[str, ...], list[tuple[int, tuple[Met, ...]]]] = {}
    for number, passage in enumerate(passages, 1):
        if told := _told(passage):
            question = tuple(str(match["question"]) for match in told)
            found.setdefault(question, []).append((number, tuple(_met(passage, match) for match in told)))
    return [Heat(question, tuple(columns)) for question, columns in found.items()]


def _told(passage: Document) -> Sequence[Mapping[str, Any]]:
    """What a retriever told; a document's own metadata may have that key too."""
    told = passage.metadata.get("matches")
    if not isinstance(told, list):
        return ()
    right = all(isinstance(match, Mapping) and {"question", "passage", "score"} <= set(match) for match in told)
    return told if right else ()


def _met(passage: Document, match: Mapping[str, Any]) -> Met:
    token, start, score = str(match["passage"]), match.get("start"), float(match["score"])
    if not token or start is None:
        return Met(token, score, None)
    start -= int(passage.metadata.get("start") or 0)
    at = condensed_at(passage, start, start + len(token))
    return Met(token, score, at if at is not None and passage.page_content[at : at + len(token)] == token else None)
