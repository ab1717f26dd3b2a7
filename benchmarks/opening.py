"""A large index with token vectors: what opening takes, memory before and after the first question, adding one percent.

    python benchmarks/opening.py FOLDER [--passages 1000000]

The embedded encoder would read a million passages for hours, so here a word has a fixed vector that is moved at random
where it stands: the index has the size and the lists of a real one, not its meaning. Passages are twelve words long, so
a million are 14 million tokens. Building, opening and adding run in processes of their own; FOLDER keeps the index.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from common import report
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.encoders.vectors import unit_rows
from rag.kinds import Encoder, TokenEncoder
from rag.pipeline import Pipeline

LENGTH, VOCABULARY = 12, 30_000
"""Words of a passage, and different words."""
WIDTH = 128
A_DOCUMENT = 50
"""Passages that share a source."""
MOVED = 0.6
"""Length of what is added to a word's unit vector."""
STEPS = ("build", "open", "add", "open")


class Words(TokenEncoder):
    """A vector for each word, moved where it stands."""

    @property
    def dimensions(self) -> int:
        return WIDTH

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        words = [[int(word[1:]) for word in text.split()] for text in texts]
        vectors = self._table[np.concatenate(words)]
        chance = np.random.default_rng(sum(map(len, texts)) + words[0][0])
        vectors = unit_rows(vectors + chance.standard_normal(vectors.shape, dtype=np.float32) * (MOVED / WIDTH**0.5))
        return np.split(vectors, np.cumsum([len(some) for some in words])[:-1])

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        return places(text)

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        return unit_rows(np.random.default_rng(7).standard_normal((VOCABULARY, WIDTH), dtype=np.float32))


class Means(Encoder):
    """A passage as the mean of its words."""

    @property
    def dimensions(self) -> int:
        return WIDTH

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return unit_rows(np.stack([some.mean(axis=0) for some in Words().encode(texts)]))

    def tokens(self, text: str) -> NDArray[np.int64]:
        return places(text)


def places(text: str) -> NDArray[np.int64]:
    """Where each word stands, `[n, 2]`."""
    return np.array([word.span() for word in re.finditer(r"\S+", text)], np.int64).reshape(-1, 2)


def documents(first: int, count: int) -> Iterator[Document]:
    """Of `A_DOCUMENT` passages, each a paragraph; a word's frequency falls as the inverse of its rank."""
    shares = 1 / np.arange(1, VOCABULARY + 1)
    shares /= shares.sum()
    for number in range(first, first + count // A_DOCUMENT):
        words = np.random.default_rng(number).choice(VOCABULARY, size=(A_DOCUMENT, LENGTH), p=shares)
        text = "\n\n".join(" ".join(f"w{word}" for word in row) for row in words)
        yield Document(text, metadata={"source": f"{number}.txt"})


def pipeline(folder: Path) -> Pipeline:
    described = {
        "version": 1,
        "encoder": {"use": "opening.Means"},
        "index": {"path": str(folder / "index"), "segment": {"use": "recursive", "max_tokens": LENGTH}},
        "pipeline": [
            {"retrieve": {"use": "fusion", "of": [{"use": "bm25"}, {"use": "dense"}, late()], "top_k": 10}},
        ],
    }
    return Pipeline.from_yaml(described, allow_import=["opening"])


def late() -> dict[str, Any]:
    return {"use": "xtr", "tokens": {"use": "opening.Words"}}


def step(name: str, folder: Path, passages: int) -> dict[str, float]:
    """One of `STEPS`, in this process."""
    made = pipeline(folder)
    before, start = resident(), time.perf_counter()
    if name == "open":
        with made.store.reading() as snapshot:  # type: ignore[union-attr]
            seconds, memory = time.perf_counter() - start, resident()
            del snapshot
        start = time.perf_counter()
        made.invoke("w5 w90 w4000")
        first = time.perf_counter() - start
        start = time.perf_counter()
        made.invoke("w7 w80 w5000")
        return {
            "seconds": seconds,
            "MB before a question": memory,
            "of these before opening": before,
            "first question s": first,
            "second question s": time.perf_counter() - start,
            "MB after them": resident(),
        }
    added = documents(0, passages) if name == "build" else documents(passages // A_DOCUMENT, passages // 100)
    made.add_documents(added)
    return {"seconds": time.perf_counter() - start}


def resident() -> float:
    """MB of this process in memory, maps of files that were read included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--step", choices=STEPS, help="only this, and its figures as JSON")
    given = parser.parse_args()
    if given.step:
        print(json.dumps(step(given.step, given.folder, given.passages)))
        return
    rows: list[dict[str, Any]] = []
    for name in STEPS:
        if name == "build" and (given.folder / "index").exists():
            continue
        command = [sys.executable, __file__, str(given.folder), "--passages", str(given.passages), "--step", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        rows.append({"step": name, **json.loads(done.stdout.splitlines()[-1])})
        print(rows[-1], flush=True)
    size = sum(file.stat().st_size for file in (given.folder / "index").rglob("*") if file.is_file())
    report("opening", rows, passages=given.passages, gigabytes=size / 1e9)


if __name__ == "__main__":
    main()
