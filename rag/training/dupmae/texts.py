"""Texts to blocks of tokens, as they are pre-trained on: sentences one after another until a block is full [1].

[1] Xiao, Liu, Shao, Cao: RetroMAE-2: Duplex Masked Auto-Encoder For Pre-Training Retrieval-Oriented Language Models
    (2023), appendix; as in staoxiao/RetroMAE.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.segmenters.sentences import sentences
from rag.training.boundary_texts import prose
from rag.training.records import records
from rag.training.splits import part

__all__ = ["WANTS", "Texts", "read"]

WANTS = "`text`, or prose in a shape that `boundary` reads (`context`, `document`, `paragraphs`)"
FEWEST = 12
"""Tokens of a block: less says nothing of its words."""
HELD = 512
"""Blocks on which figures are measured, at most."""


@dataclass(frozen=True)
class Texts:
    """Blocks of token ids, special tokens included, by part; no document is in two."""

    train: list[list[int]]
    dev: list[list[int]]
    test: list[list[int]]
    documents: int


def read(files: Sequence[Path], tokenizer: Any, length: int) -> Texts:
    """The files' texts, each once.

    Args:
        files: JSON lines.
        tokenizer: of transformers.
        length: tokens of a block at most, special ones included.

    Raises:
        UsageError: too little to learn from.
    """
    texts = dict.fromkeys(
        text
        for _, record in records(files)
        for text in ([record["text"]] if isinstance(record.get("text"), str) else prose(record))
        if text.strip()
    )
    found: dict[str, list[list[int]]] = {"train": [], "dev": [], "test": []}
    for text in texts:
        found[part(text[:200], dev=0.05, test=0.05)] += _blocks(text, tokenizer, length)
    if not (found["train"] and found["dev"] and found["test"]):
        raise UsageError(
            f"--data: {len(texts)} texts are too few to learn from and to measure on; a record holds {WANTS}"
        )
    return Texts(found["train"], found["dev"][:HELD], found["test"][:HELD], len(texts))


def _blocks(text: str, tokenizer: Any, length: int) -> Iterator[list[int]]:
    """Whole sentences while they fit; a longer sentence is cut."""
    room = length - 2
    block: list[int] = []
    for start, end in sentences(text):
        ids = tokenizer(text[start:end], add_special_tokens=False, verbose=False)["input_ids"]
        while (block and len(block) + len(ids) > room) or len(ids) > room:
            taken = room - len(block) if len(ids) > room else 0
            yield from _whole(block + ids[:taken], tokenizer)
            block, ids = [], ids[taken:]
        block = block + ids
    yield from _whole(block, tokenizer)


def _whole(block: list[int], tokenizer: Any) -> Iterator[list[int]]:
    if len(block) >= FEWEST:
        yield [tokenizer.cls_token_id, *block, tokenizer.sep_token_id]
