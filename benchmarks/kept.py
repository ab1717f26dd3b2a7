"""Questions that the cache takes for the same: how many are.

    python benchmarks/kept.py FILE ... [--lines 0.95 0.97 0.99]

FILE has SQuAD's shape (`context`, `qas`). Of all pairs of different questions whose cosine is above a line, those with
the same answer (token F1 from a half, or both unanswerable) and others, each as the guard on words decides. SQuAD 2.0's
unanswerable questions were written to look like answerable ones, so they are the hardest there are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import report

from rag.evaluation.answers import f1
from rag.kinds import Encoder, default_encoder
from rag.memory.cache import same_things
from rag.training.records import records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--lines", type=float, nargs="+", default=[0.95, 0.97, 0.99])
    given = parser.parse_args()
    report("kept", [row for file in given.files for row in measured(file, given.lines)])


def measured(file: Path, lines: list[float]) -> list[dict[str, object]]:
    """A row a line."""
    asked = [
        (one["question"].strip(), one["answers"][0]["text"] if one["answers"] else "")
        for _, record in records([file])
        for one in record["qas"]
    ]
    encoder = default_encoder()
    assert isinstance(encoder, Encoder)
    vectors = encoder.encode([question for question, _ in asked], query=True)
    near = [
        (float(vectors[i] @ vectors[j]), asked[i], asked[j])
        for i, j in np.argwhere(np.triu(vectors @ vectors.T, 1) >= min(lines))
        if asked[i][0] != asked[j][0]
    ]
    rows = []
    for line in lines:
        found = {"same, taken": 0, "same, left": 0, "other, taken": 0, "other, left": 0}
        for cosine, (one, first), (other, second) in near:
            if cosine >= line:
                same = f1(first, second) >= 0.5 if first and second else first == second
                found[f"{'same' if same else 'other'}, {'taken' if same_things(one, other) else 'left'}"] += 1
        rows.append({"set": file.name, "cosine": line, "questions": len(asked), **found})
    return rows


if __name__ == "__main__":
    main()
