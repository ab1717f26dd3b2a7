"""The document that a hit comes from: its text and its other passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.documents import Document

from rag.errors import UsageError
from rag.index import Snapshot
from rag.passages.parts import end_of, source_of, start_of

__all__ = ["Surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """A document as the index has it."""

    text: str
    """What offsets refer to."""
    passages: Sequence[Document]
    """All of them, in the order of the text."""

    @classmethod
    def read(cls, snapshot: Snapshot, hits: Sequence[Document]) -> list[Surroundings | None]:
        """Of each hit the document it comes from, one object a document; None where the index does not hold the hit."""
        known: dict[str, Surroundings | None] = {}
        for name in dict.fromkeys(map(source_of, hits)):
            try:
                known[name] = cls(snapshot.document_text(name), snapshot.passages_of(name))
            except UsageError:  # not in this index: another retriever found it
                known[name] = None
        found = [(hit, known[source_of(hit)]) for hit in hits]
        return [source if source is not None and source.holds(hit) else None for hit, source in found]

    def holds(self, hit: Document) -> bool:
        """Whether a hit is a piece of this text where it says it is."""
        return self.text[start_of(hit) : end_of(hit)] == hit.page_content and "start" in hit.metadata

    def at(self, hit: Document) -> tuple[int, int]:
        """The first and the last passage that a hit shares characters with."""
        touched = [
            place
            for place, passage in enumerate(self.passages)
            if start_of(passage) < end_of(hit) and start_of(hit) < end_of(passage)
        ]
        return touched[0], touched[-1]
