"""Two views beside each other and together: nDCG@10 on BEIR folders.

    python benchmarks/dual_view.py FOLDER_OF_TASKS [TASK ...] [--limit 100]

A document is one passage. `lexical` and `pieces` are the sparse part of `dual_view` alone.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from common import ndcg, read_task, report
from langchain_core.documents import Document
from retrieval import text_of

from rag.config import component
from rag.encoders.cached import Cached
from rag.index import Index
from rag.kinds import KINDS, Retriever

RETRIEVER = next(kind for kind in KINDS if kind.name == "retriever").base
SEGMENTER = next(kind for kind in KINDS if kind.name == "segmenter").base
WAYS: dict[str, dict[str, Any]] = {
    "bm25": {"use": "bm25"},
    "dense": {"use": "dense"},
    "bm25 + dense": {"use": "fusion", "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}]},
    "pieces": {"use": "dual_view", "sparse": "pieces", "dense_weight": 0},
    "lexical": {"use": "dual_view", "dense_weight": 0},
    "dual_view, pieces": {"use": "dual_view", "sparse": "pieces"},
    "dual_view": {"use": "dual_view"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--limit", type=int, default=100, help="questions of each task, the first")
    given = parser.parse_args()
    rows = []
    for folder in [given.folder / name for name in given.tasks] or sorted(given.folder.iterdir()):
        task = read_task(folder)
        asked = dict(list(task.queries.items())[: given.limit])
        documents = [Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()]
        with tempfile.TemporaryDirectory() as path:
            encoder = Cached()
            whole = component({"use": "recursive", "max_tokens": 10**6}, SEGMENTER, shared={"encoder": encoder})
            index = Index(path=path, encoder=encoder, contextual="none", segment=whole)
            shared = {"index": index, "encoder": encoder}
            made: dict[str, Retriever] = {
                name: component({**way, "top_k": 10}, RETRIEVER, shared=shared) for name, way in WAYS.items()
            }
            index.add_documents(documents, list({v.name: v for r in made.values() for v in r.views()}.values()))
            row: dict[str, Any] = {"task": task.name, "questions": len(asked)}
            for name, retriever in made.items():
                found = {q: [p.metadata["source"] for p in retriever.invoke(text)] for q, text in asked.items()}
                row[name] = float(np.mean([ndcg(found[query], task.qrels[query]) for query in asked]))
        rows.append(row)
        print(row, flush=True)
    mean = {name: float(np.mean([row[name] for row in rows])) for name in WAYS}
    report("dual_view", [*rows, {"task": "mean", "questions": sum(row["questions"] for row in rows), **mean}])


if __name__ == "__main__":
    main()
