"""What a run hands to the index at once: whole documents, cut into passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from rag.index.database import dump_json
from rag.index.view import Passage

__all__ = ["Prepared", "document_hash", "encoded_hash", "passage_key"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with its passages, ready to be stored."""

    source: str
    file: str | None
    """The file it came from; None where Python handed it in."""
    hash: str
    """Of its text and metadata."""
    shape: str
    """How it was cut: segmenter, tokenizer, context."""
    text: str
    metadata: Mapping[str, Any]
    passages: Sequence[Passage]
    own: Sequence[Mapping[str, Any]]
    """What each passage's metadata say beyond the document's."""
    complete: bool = True
    """Whether these are the last of its passages."""

    def pieces(self, size: int) -> list[Prepared]:
        """The same document with at most `size` passages at once, so that a long one is durable piece by piece."""
        starts = range(0, max(1, len(self.passages)), size)
        return [
            replace(
                self,
                passages=self.passages[start : start + size],
                own=self.own[start : start + size],
                complete=self.complete and start + size >= len(self.passages),
            )
            for start in starts
        ]


def document_hash(text: str, metadata: Mapping[str, Any]) -> str:
    """Identifies what a document says: its text and its metadata."""
    return xxh3_128_hexdigest(f"{text}\x1f{dump_json(metadata)}".encode())


def passage_key(passage: Passage) -> int:
    """A passage's public identity, uint64: its place and its words."""
    return xxh3_64_intdigest(f"{passage.source}\x1f{passage.start}\x1f{passage.end}\x1f{passage.text}".encode())


def encoded_hash(passage: Passage) -> int:
    """Identifies what views see of a passage, uint64."""
    seen = f"{passage.encoded}\x1f{passage.described}" if passage.described else passage.encoded
    return xxh3_64_intdigest(seen.encode())
