"""The smallest real parts: a hashing encoder, a segmenter of sentences, a handbook, an index in its own folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import PositiveInt
from xxhash import xxh3_64_intdigest

from rag.index import Index, Lexical, Vectors, View
from rag.kinds import Encoder, Segment, Segmenter

WORD = re.compile(r"\w+")


class Hashing(Encoder):
    """Each word is a fixed random direction, a text their sum: deterministic, fast, and near for shared words."""

    size: PositiveInt = 64

    @property
    def dimensions(self) -> int:
        return self.size

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.size), np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                found[row] += np.random.default_rng(xxh3_64_intdigest(word.encode())).standard_normal(self.size)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        return (found / np.where(norms > 0, norms, 1)).astype(np.float32)

    def tokens(self, text: str) -> NDArray[np.int64]:
        return np.array([match.span() for match in WORD.finditer(text)], np.int64).reshape(-1, 2)


class Sentences(Segmenter):
    """A passage is a number of sentences."""

    per_passage: PositiveInt = 1

    def segments(self, document: Document) -> list[Segment]:
        text = document.page_content
        ends = [match.end() for match in re.finditer(r"[.!?\n]+\s*", text)]
        bounds = sorted({0, *ends[self.per_passage - 1 :: self.per_passage], len(text)})
        return [Segment(start, end) for start, end in pairwise(bounds)]


HANDBOOK = {
    "travel.md": "Travel is approved by your manager. Travel abroad is approved by the director.",
    "hotels.md": "A hotel may cost 120 euros a night. In Paris and London it may cost 180 euros.",
    "holidays.md": "Everyone has 30 days of holiday. Holidays are approved by your manager.",
    "office.md": "The office opens at eight. Dogs are welcome in the office, cats are not.",
}


@pytest.fixture
def texts() -> dict[str, str]:
    """A handbook: source to text."""
    return dict(HANDBOOK)


@pytest.fixture
def handbook() -> Callable[..., list[Document]]:
    """The handbook as documents; `office="..."` replaces the text of `office.md`."""

    def build(**changes: str) -> list[Document]:
        texts = {**HANDBOOK, **{f"{name}.md": text for name, text in changes.items()}}
        return [Document(text, metadata={"source": source, "title": source[:-3]}) for source, text in texts.items()]

    return build


@pytest.fixture
def encoder() -> Hashing:
    return Hashing()


@pytest.fixture
def make(tmp_path: Path, encoder: Hashing) -> Callable[..., Index]:
    """An index in a folder of the test's own."""

    def build(name: str = "index", **settings: Any) -> Index:
        parts = {"path": str(tmp_path / name), "encoder": encoder, "segment": Sentences(encoder=encoder)}
        return Index(**{**parts, **settings})

    return build


@pytest.fixture
def views(encoder: Hashing) -> tuple[View, ...]:
    """What `bm25` and `dense` ask for."""
    return (Lexical(), Vectors(encoder))


@pytest.fixture
def ask() -> Callable[..., list[Document]]:
    """What a retriever does."""

    def search(index: Index, view: View, question: str, top_k: int = 10, **filter: Any) -> list[Document]:
        with index.reading() as snapshot:
            return snapshot.documents(snapshot.view(view).search(question, top_k, mask=snapshot.mask(filter or None)))

    return search
