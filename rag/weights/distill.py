"""The static embeddings, distilled from the embedded encoder: `python -m rag.weights.distill --cache DB FILE...`.

A file holds texts: one a line (`.txt`), or every string of at least four words in JSON lines (`.jsonl`, `.jsonl.gz`).
The table starts from the encoder's vectors of single tokens, projected to the principal axes of its vectors of texts
and weighted by rarity [1, 2]. It is then trained so that the sum of a text's token vectors points where the encoder's
vector does, and so that two texts are as near to each other as they are for the encoder. Needs torch.

[1] Arora, Liang, Ma: A simple but tough-to-beat baseline for sentence embeddings (2017), section 3.
[2] Tulkens, van Dongen: model2vec (2024).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders.cached import Cached
from rag.encoders.minilm import MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.weights import FOLDER, packed, used
from rag.weights.convert import quantize_rows, stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["axes", "distill", "pieces", "strings"]

DIMENSIONS = 128
BITS = 4
"""Of a stored value, with a scale a row: `benchmarks/static.py` has what fewer cost."""
RARITY = 1e-3
"""A token of relative frequency p weighs `RARITY / (RARITY + p)` at the start [1]."""
LENGTHS = (150, 120, 80, 40)
"""Words of the pieces that a long text is cut into: passages of several sizes."""
WINDOW = 254


def log(message: str) -> None:
    """Progress goes to stderr."""
    sys.stderr.write(message + "\n")


def strings(value: Any) -> Iterator[str]:
    """Every string of at least four words inside a JSON value."""
    if isinstance(value, str):
        if len(value.split()) >= 4:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def pieces(text: str, chance: random.Random) -> Iterator[str]:
    """A text as passages of up to 170 words, and a third of its sentences by themselves: questions are short."""
    words = text.split()
    if len(words) <= 170:
        yield " ".join(words)
    else:
        start = 0
        while start < len(words):
            length = chance.choice(LENGTHS)
            yield " ".join(words[start : start + length])
            start += length
    if len(words) > 25:
        for sentence in re.split(r"(?<=[.!?])\s+", " ".join(words)):
            if 5 <= len(sentence.split()) <= 60 and chance.random() < 0.35:
                yield sentence


def read(files: Sequence[Path], limit: int) -> list[str]:
    """Up to `limit` different pieces of the files' texts, shuffled; the same files give the same list."""
    chance = random.Random(1)  # noqa: S311 - not a secret
    found: dict[str, None] = {}
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                values = [line.strip()] if file.suffix == ".txt" else strings(json.loads(line))
                found.update((piece, None) for value in values for piece in pieces(value, chance))
    texts = list(found)
    chance.shuffle(texts)
    return texts[:limit]


def axes(vectors: NDArray[np.float32], dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """The principal axes of unit vectors about the origin: float32 `[width, dimensions]`, orthonormal columns."""
    _, columns = np.linalg.eigh((vectors.T @ vectors).astype(np.float64) / len(vectors))
    basis: NDArray[np.float32] = columns[:, ::-1][:, :dimensions].astype(np.float32)
    return basis


def start_table(ids: Sequence[NDArray[np.int64]], basis: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every token by itself, projected and weighted by rarity: float32 `[vocabulary, dimensions]`."""
    engine = default_tokenizer().engine
    alone = MiniLM().encode_ids([[token] for token in range(engine.get_vocab_size())])
    counts = np.bincount(np.concatenate(ids), minlength=len(alone)) + 1.0
    rarity = RARITY / (RARITY + counts / counts.sum())
    table: NDArray[np.float32] = ((alone @ basis) * rarity[:, None]).astype(np.float32)
    return table


def distill(
    texts: Sequence[str], vectors: NDArray[np.float32], *, epochs: int = 5, batch: int = 512, rate: float = 0.02
) -> NDArray[np.float32]:
    """The trained table, float32 `[vocabulary, DIMENSIONS]`.

    Args:
        texts: what is learnt from.
        vectors: the encoder's unit vectors of them `[len(texts), width]`.
        epochs: passes over the texts.
        batch: texts compared with each other at a time.
        rate: Adam's learning rate at the start; it falls to nothing.
    """
    import torch
    from torch.nn.functional import normalize

    torch.manual_seed(0)
    tokens = [np.array(row, dtype=np.int64) for row in default_tokenizer().ids(texts, WINDOW)]
    kept = np.flatnonzero([len(row) > 0 for row in tokens])
    basis = axes(vectors)
    targets = normalize(torch.from_numpy(vectors @ basis), dim=1)
    start = torch.from_numpy(start_table(tokens, basis))
    table = torch.nn.EmbeddingBag.from_pretrained(start, freeze=False, mode="sum", sparse=True)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, max(1, epochs * (len(kept) // batch)))
    chance = np.random.default_rng(0)
    for epoch in range(epochs):
        chance.shuffle(kept)
        losses = []
        for first in range(0, len(kept) - batch + 1, batch):
            rows = kept[first : first + batch]
            flat = torch.from_numpy(np.concatenate([tokens[row] for row in rows]))
            bounds = torch.from_numpy(np.cumsum([0, *(len(tokens[row]) for row in rows[:-1])]))
            mine = normalize(table(flat, bounds), dim=1)
            theirs = torch.from_numpy(vectors[rows])
            towards = 1 - (mine * targets[rows]).sum(dim=1).mean()
            among = ((mine @ mine.T - theirs @ theirs.T) ** 2).mean()
            loss = towards + 4 * among
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        log(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.4f}")
    result: NDArray[np.float32] = table.weight.detach().numpy()
    return result


def main() -> None:
    """Writes `static.safetensors` into the package. Encoding is resumable: vectors are kept in `--cache`."""
    from safetensors.numpy import save

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--cache", type=Path, required=True, help="SQLite file for the encoder's vectors")
    parser.add_argument("--limit", type=int, default=200_000, help="texts at most")
    parser.add_argument("--out", type=Path, default=FOLDER / "static.safetensors")
    arguments = parser.parse_args()
    texts = read(arguments.files, arguments.limit)
    encoder = Cached(path=arguments.cache)
    vectors = np.empty((len(texts), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(texts), 4096):
        vectors[start : start + 4096] = encoder.encode(texts[start : start + 4096])
        log(f"encoded {min(start + 4096, len(texts)):,} of {len(texts):,}")
    values, scale = quantize_rows(distill(texts, vectors), BITS)
    table = {"pairs": packed(used(values)), "scale": used(scale)}
    arguments.out.write_bytes(save(table, {"source": "distilled from minilm.safetensors"}))
    if arguments.out.parent == FOLDER:
        stamp(arguments.out.name)


if __name__ == "__main__":
    main()
