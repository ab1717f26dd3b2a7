"""Indexes one version of a corpus; the crash tests run it as a process of its own and kill it.

    python crash_worker.py FOLDER VERSION [SECONDS_A_TEXT]

`version(k)` is the corpus: in each version every tenth document changed, one is new and one is gone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.index import Index, Lexical, Vectors, View

spec = spec_from_file_location("index_parts", Path(__file__).with_name("conftest.py"))
assert spec and spec.loader
parts = module_from_spec(spec)
sys.modules["index_parts"] = parts
spec.loader.exec_module(parts)
Hashing: Any = parts.Hashing
Sentences: Any = parts.Sentences

DOCUMENTS = 60
THINGS = ("tram", "ferry", "bicycle", "taxi", "train", "sleeper", "bus")


def version(k: int) -> dict[str, str]:
    """Source to text."""
    found = {}
    for i in range(k, DOCUMENTS + k):
        changed = max((v for v in range(k + 1) if v % 10 == i % 10), default=0)
        thing = THINGS[(i + changed) % len(THINGS)]
        found[f"{i}.txt"] = f"Trip {i} goes by {thing}. Its receipt has number {i * 37 + changed}. Edition {changed}."
    return found


def passages(k: int) -> set[tuple[str, int, str]]:
    """What an index of a version holds: source, start and text of every passage."""
    found = set()
    for source, text in version(k).items():
        for segment in Sentences(encoder=Hashing()).segments(Document(text)):
            found.add((source, segment.start, text[segment.start : segment.end]))
    return found


class Slow(Hashing):  # type: ignore[misc]  # loaded by path
    """An encoder that takes its time, so that a kill finds the run anywhere."""

    seconds: float = 0.0

    @property
    def fingerprint(self) -> str:
        return "hashing"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        time.sleep(self.seconds * len(texts))
        vectors: NDArray[np.float32] = super().encode(texts, query=query)
        return vectors


def index_of(folder: str, seconds: float = 0.0) -> tuple[Index, Sequence[View]]:
    """The index and its views."""
    encoder = Slow(seconds=seconds)
    index = Index(path=folder, encoder=encoder, segment=Sentences(encoder=encoder), batch_passages=12)
    return index, (Lexical(), Vectors(encoder))


def run(folder: str, k: int, seconds: float = 0.0) -> Any:
    """Brings an index to a version."""
    index, views = index_of(folder, seconds)
    corpus = version(k)
    report = index.add_documents([Document(text, metadata={"source": name}) for name, text in corpus.items()], views)
    gone = set(index.sources()) - set(corpus)
    if gone:
        index.delete(sorted(gone), views)
    return report


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
    sys.stdout.write("done\n")
    sys.stdout.flush()
