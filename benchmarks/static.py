"""What the static table loses to fewer dimensions and fewer bits: nDCG@10 on BEIR folders.

    python benchmarks/static.py FOLDER_OF_TASKS TASK ... [--limit 300]

The table's columns are turned onto their principal axes and cut; then every row is stored in so many bits with a scale
of its own. What ships has 4 bits already. One vector a document, every vector compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import ndcg, read_task, report
from numpy.typing import NDArray
from retrieval import text_of

from rag import weights
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows

DIMENSIONS = (128, 96, 64, 32)
BITS = (8, 4, 2)
LONGEST = 512


def stored(table: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """The table as it comes back from `bits` a value and a half-precision scale a row."""
    most = 2 ** (bits - 1) - 1
    scale = (np.abs(table).max(axis=1, keepdims=True) / most).astype(np.float16).astype(np.float32)
    return np.rint(table / np.maximum(scale, 1e-7)).clip(-most, most) * scale


def sums(table: NDArray[np.float32], ids: list[list[int]]) -> NDArray[np.float32]:
    return unit_rows(np.stack([table[row].sum(axis=0) for row in ids]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="+")
    parser.add_argument("--limit", type=int, default=300, help="questions of each task, the first")
    arguments = parser.parse_args()
    arrays = weights.load("static.safetensors")
    whole = weights.unpacked(arrays["pairs"]) * arrays["scale"].astype(np.float32)
    tasks = [read_task(arguments.folder / name) for name in arguments.tasks]
    tokens = default_tokenizer()
    read = {task.name: tokens.ids([text_of(row) for row in task.corpus.values()], LONGEST) for task in tasks}
    # Axes of texts, not of the table: a rare piece counts as much as a common one there.
    texts = np.concatenate([sums(whole, ids) for ids in read.values()])
    axes = np.linalg.eigh(texts.T @ texts)[1][:, ::-1].astype(np.float32)
    rows = []
    for size in DIMENSIONS:
        for bits in BITS:
            table = stored(whole @ axes[:, :size], bits)
            row: dict[str, object] = {"dimensions": size, "bits": bits, "MB": len(table) * (size * bits / 8 + 2) / 1e6}
            for task in tasks:
                asked = dict(list(task.queries.items())[: arguments.limit])
                documents = sums(table, read[task.name])
                questions = sums(table, tokens.ids(list(asked.values()), LONGEST))
                names = list(task.corpus)
                best = np.argsort(-(questions @ documents.T), axis=1, kind="stable")[:, :10]
                ranked = [[names[place] for place in some] for some in best]
                row[task.name] = float(
                    np.mean([ndcg(some, task.qrels[query]) for query, some in zip(asked, ranked, strict=True)])
                )
            row["mean"] = float(np.mean([row[task.name] for task in tasks]))
            rows.append(row)
    report("static", rows)


if __name__ == "__main__":
    main()
