"""Whether a text's language is told right by what a vocabulary knows of it: every question of BEIR folders.

    python benchmarks/vocabulary.py FOLDER_OF_TASKS [TASK ...] [--limit 400]

Each question is looked at with the five passages that `bm25` finds for it, as `fusion` does. Of English tasks none may
weigh less than 1; of others most should weigh 0. Microseconds are a question's, its words seen before.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from common import Task, read_task, report

from rag import Document, Pipeline
from rag.config import load
from rag.encoders.vocabulary import embedded
from rag.training.splits import fraction

SEGMENT = {"use": "recursive", "max_tokens": 200}


def told(task: Task, limit: int) -> dict[str, Any]:
    """Known shares and weights of a task's questions."""
    words = embedded()
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "version": 1,
            "index": {"path": folder, "segment": SEGMENT},
            "pipeline": [{"retrieve": {"use": "bm25"}}],
        }
        pipeline = Pipeline.from_configuration(load(made))
        rows = task.corpus.items()
        pipeline.add_documents(
            Document(row["text"], metadata={"source": key, "title": row.get("title", "")}) for key, row in rows
        )
        names = sorted(task.queries, key=lambda query: fraction(f"asked {query}"))[:limit]
        found = [(task.queries[name], pipeline.invoke(task.queries[name]).passages) for name in names]
    known = [words.known(question, passages) for question, passages in found]
    started = perf_counter()
    for question, passages in found:
        words.known(question, passages)
    each = (perf_counter() - started) / len(found) * 1e6
    shares, weights = np.array([one.share for one in known]), np.array([one.weight for one in known])
    return {
        "questions": len(names),
        "least known": float(shares.min()),
        "median": float(np.median(shares)),
        "most known": float(shares.max()),
        "weight 0": int((weights == 0).sum()),
        "between": int(((weights > 0) & (weights < 1)).sum()),
        "weight 1": int((weights == 1).sum()),
        "us": each,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--limit", type=int, default=400, help="questions of each task")
    given = parser.parse_args()
    names = given.tasks or [path.name for path in sorted(given.folder.iterdir()) if path.is_dir()]
    report("vocabulary", [{"task": name} | told(read_task(given.folder / name), given.limit) for name in names])


if __name__ == "__main__":
    main()
