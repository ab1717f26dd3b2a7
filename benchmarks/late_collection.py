"""A collection of real, distinct passages and their token vectors, for measuring late interaction at size.

    python benchmarks/late_collection.py FOLDER_OF_TASKS OUT [--more FILE ...] [--passages 100000]

Every document of every task is cut into even pieces of at most 60 words, its title in front of each; where these are
too few, long texts of other jsonl(.gz) files follow. Pieces are shuffled, so that the first thousand are a sample of
all. OUT gets `passages.jsonl` and, two thousand passages at once, token vectors in 256 dimensions and half precision; a
run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.tokens.minilm import MiniLMTokens

WORDS = 60
SHARD = 2_000
"""Passages encoded between two checkpoints."""
LONG = 40
"""Words from which a text of another file is taken."""


@dataclass(frozen=True)
class Collection:
    """What this script made, read back."""

    folder: Path

    @cached_property
    def passages(self) -> list[dict[str, str]]:
        """`task`, `document` and `text` of each."""
        with (self.folder / "passages.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def shards(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Lengths `[passages]` and unit vectors `[tokens, 256]` of each shard, memory-mapped."""
        for number in range(-(-len(self.passages) // SHARD)):
            lengths, vectors = shard(self.folder, number)
            yield np.load(lengths), np.load(vectors, mmap_mode="r")


def shard(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"{number:04d}.lengths.npy", folder / f"{number:04d}.vectors.npy"


def pieces(title: str, text: str) -> Iterator[str]:
    """Even pieces of at most `WORDS` words."""
    words = text.split()
    count = -(-len(words) // WORDS)
    for place in range(count):
        some = words[len(words) * place // count : len(words) * (place + 1) // count]
        yield f"{title}\n{' '.join(some)}".strip()


def of_tasks(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*/corpus.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                for text in pieces(row.get("title") or "", row["text"]):
                    yield {"task": path.parent.name, "document": row["_id"], "text": text}


def of_files(files: list[Path]) -> Iterator[dict[str, str]]:
    for file in files:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
            for number, row in enumerate(map(json.loads, lines)):
                for text in _long(row):
                    for piece in pieces("", text):
                        yield {"task": file.parent.name, "document": f"{file.name}:{number}", "text": piece}


def _long(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.split()) >= LONG:
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _long(inner)


def collected(tasks: Path, more: list[Path], count: int) -> list[dict[str, str]]:
    """Those of the tasks, then as many others as are missing; no text twice within a task."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in of_tasks(tasks):
        found.setdefault((f"{row['task']} {row['document']}", row["text"]), row)
    seen = {text for _, text in found}
    for row in of_files(more):
        if len(found) >= count:
            break
        if row["text"] not in seen:
            seen.add(row["text"])
            found["", row["text"]] = row
    rows = list(found.values())
    random.Random(23).shuffle(rows)
    return rows[:count]


def encode(folder: Path, threads: int) -> None:
    tokens = MiniLMTokens(size=256, threads=threads)
    texts = [row["text"] for row in Collection(folder).passages]
    for number, start in enumerate(range(0, len(texts), SHARD)):
        lengths, vectors = shard(folder, number)
        if lengths.exists():
            continue
        found = tokens.encode(texts[start : start + SHARD])
        np.save(vectors, np.concatenate(found).astype(np.float16))
        np.save(lengths, np.array([len(some) for some in found]))
        print(f"{min(start + SHARD, len(texts)):,} of {len(texts):,} passages", flush=True)


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not (arguments.out / "passages.jsonl").exists():
        rows = collected(arguments.tasks, arguments.more, arguments.passages)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (arguments.out / "passages.jsonl").write_text(text, encoding="utf-8")
    encode(arguments.out, arguments.threads)


if __name__ == "__main__":
    main()
