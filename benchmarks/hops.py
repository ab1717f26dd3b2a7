"""Several searches beside one: what the agent `iterative` finds by names on multi-hop tasks.

    python benchmarks/hops.py FOLDER_OF_TASKS [TASK ...] [--skip 0] [--limit 1000] [--hops 2] [--indexes FOLDER]

A document is one passage. `found` is the share of the supporting passages outside the first search's ten best that the
agent has in its ten best, less those it loses. `--skip` leaves the first questions out; `--indexes` keeps the indexes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from common import ndcg, read_task, report
from langchain_core.documents import Document
from retrieval import RETRIEVERS, text_of

from rag.config import load
from rag.pipeline import Pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tasks", nargs="*", default=["hop-2wiki", "hop-hotpotqa", "hop-musique"])
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--fade", type=float, nargs="+", default=[0.7])
    parser.add_argument("--hops", type=int, default=2, help="searches in sequence at most")
    parser.add_argument("--indexes", type=Path, help="keep indexes here, and use those that are there")
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as new:
        for name in given.tasks:
            asked = (given.skip, given.limit), [(1, 1.0), *((given.hops, fade) for fade in given.fade)]
            rows += measured(given.folder / name, (given.indexes or Path(new)) / name, *asked)
    report("hops", rows, skip=given.skip, limit=given.limit)


def measured(
    folder: Path, index: Path, part: tuple[int, int], ways: Sequence[tuple[int, float]]
) -> list[dict[str, object]]:
    """A row for each number of hops and `fade`; the first is one search."""
    task = read_task(folder)
    skip, limit = part
    asked = dict(list(task.queries.items())[skip : skip + limit])
    documents = [Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()]
    rows: list[dict[str, object]] = []
    single = 0.0
    for hops, fade in ways:
        agent = {"use": "iterative", "retrieve": RETRIEVERS["fusion"], "name_hops": hops, "fade": fade}
        shape = {"path": str(index), "contextual": "none", "segment": {"use": "recursive", "max_tokens": 100_000}}
        pipeline = Pipeline.from_configuration(load({"version": 1, "index": shape, "pipeline": [{"agent": agent}]}))
        if hops == 1:  # what is there already is not read again
            pipeline.add_documents(documents)
        answers = pipeline.batch(list(asked.values()), {"max_concurrency": 1})
        rankings = [[passage.metadata["source"] for passage in answer.passages] for answer in answers]
        pairs = [(ranking, task.qrels[query]) for query, ranking in zip(asked, rankings, strict=True)]
        recall = float(np.mean([len(set(ranking[:10]) & set(gains)) / len(gains) for ranking, gains in pairs]))
        single = recall if hops == 1 else single
        steps = float(np.mean([answer.trace[-1].detail["steps"] for answer in answers]))
        queries = float(np.mean([len(answer.trace[-1].detail["queries"]) for answer in answers]))
        row = {
            "task": task.name,
            "questions": len(asked),
            "hops": hops,
            "fade": fade,
            "steps": steps,
            "searches": queries,
        }
        row["ndcg@10"] = float(np.mean([ndcg(ranking, gains) for ranking, gains in pairs]))
        row |= {"recall@10": recall, "found": (recall - single) / max(1 - single, 1e-12)}
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
