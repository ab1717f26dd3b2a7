"""Which way of writing a table's rows is found best? Any CSV files with a header will do.

    python benchmarks/table_rendering.py TABLES/*.csv [--rows 5] [--questions 300]

Every question asks for one cell ("What is the COLUMN of NAME?"); a hit is the passage that holds the row. Passages
are five rows each, however written. Retrievers: BM25 (rank-bm25) and all-MiniLM-L6-v2 (sentence-transformers).
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Row = list[str]
WORD = re.compile(r"\w+")

WAYS: dict[str, Callable[[Row, Row], str]] = {
    "name: value": lambda head, row: "; ".join(
        f"{name}: {cell}" for name, cell in zip(head, row, strict=False) if cell
    ),
    "values only": lambda head, row: " | ".join(row),
    "sentence": lambda head, row: (
        ", ".join(f"{name} is {cell}" for name, cell in zip(head, row, strict=False) if cell) + "."
    ),
}


def passages(
    head: Row, rows: list[Row], way: Callable[[Row, Row], str], size: int, repeat_head: bool
) -> tuple[list[str], list[int]]:
    """Texts of `size` rows, and for each row the number of the text that holds it."""
    texts = []
    for start in range(0, len(rows), size):
        lines = [" | ".join(head)] if repeat_head or (not start and way is WAYS["values only"]) else []
        texts.append("\n".join([*lines, *(way(head, row) for row in rows[start : start + size])]))
    return texts, [row // size for row in range(len(rows))]


def questions(tables: list[tuple[Row, list[Row]]], count: int) -> list[tuple[str, int, int]]:
    """Question, table and row."""
    random_ = random.Random(0)
    found = []
    while len(found) < count:
        table = random_.randrange(len(tables))
        head, rows = tables[table]
        row = random_.randrange(len(rows))
        named = [at for at, cell in enumerate(rows[row]) if re.search("[A-Za-z]{3}", cell)]
        asked = [at for at, cell in enumerate(rows[row]) if cell and at not in named[:1]]
        if named and asked:
            column = head[random_.choice(asked)].replace("_", " ")
            found.append((f"What is the {column} of {rows[row][named[0]]}?", table, row))
    return found


def ranks(scores: Any, gold: list[int]) -> tuple[float, float]:
    """Hit at 1 and mean reciprocal rank at 10."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    found = [np.flatnonzero(row == right) for row, right in zip(order, gold, strict=True)]
    reciprocal = [1 / (1 + int(hit[0])) if len(hit) else 0.0 for hit in found]
    return float(np.mean([value == 1 for value in reciprocal])), float(np.mean(reciprocal))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--rows", type=int, default=5, help="of a passage")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    arguments = parser.parse_args()

    from rank_bm25 import BM25Okapi
    from sentence_transformers import SentenceTransformer

    tables = []
    for path in arguments.tables:
        head, *rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        tables.append((head, rows))
    asked = questions(tables, arguments.questions)
    model = SentenceTransformer(arguments.model, device="cpu")
    vectors = model.encode([question for question, _, _ in asked], normalize_embeddings=True)
    print(f"{'rows as':<38}{'words':>6}{'bm25 hit@1':>12}{'mrr@10':>8}{'dense hit@1':>13}{'mrr@10':>8}")
    for name, way in WAYS.items():
        for repeat_head in (False, True) if name == "values only" else (False,):
            texts: list[str] = []
            starts: list[list[int]] = []
            for head, rows in tables:
                found, places = passages(head, rows, way, arguments.rows, repeat_head)
                starts.append([len(texts) + place for place in places])
                texts += found
            gold = [starts[table][row] for _, table, row in asked]
            engine = BM25Okapi([WORD.findall(text.lower()) for text in texts])
            lexical = np.stack([engine.get_scores(WORD.findall(question.lower())) for question, _, _ in asked])
            dense = vectors @ model.encode(texts, normalize_embeddings=True).T
            words = float(np.mean([len(WORD.findall(text)) for text in texts]))
            told = [*ranks(lexical, gold), *ranks(dense, gold)]
            label = name + (", header in every passage" if repeat_head else "")
            print(f"{label:<38}{words:>6.0f}{told[0]:>12.3f}{told[1]:>8.3f}{told[2]:>13.3f}{told[3]:>8.3f}", flush=True)


if __name__ == "__main__":
    main()
