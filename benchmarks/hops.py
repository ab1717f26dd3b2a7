"""Several searches beside one: what the agent `iterative` finds by names on multi-hop tasks.

    python benchmarks/hops.py FOLDER_OF_TASKS [TASK ...] [--skip 0] [--limit 1000] [--hops 2] [--margin 0 0.04]
        [--learnt FILE ... | --unlearnt FILE ...] [--indexes FOLDER]

A document is one passage. `found` is the share of the supporting passages outside the first search's ten best that the
agent has in its ten best, less those it loses. `--skip` leaves the first questions out; `--learnt` takes only those
that `rag train cross` learns from in these files, on which a margin can be chosen without spending any that answers
are measured on, `--unlearnt` only the others. `--indexes` keeps the indexes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from common import Task, ndcg, read_task, report
from held_out import parts
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
    parser.add_argument("--margin", type=float, nargs="+", default=[0.0], help="of the agent")
    parser.add_argument("--learnt", type=Path, nargs="*", default=[], help="only questions learnt from in these files")
    parser.add_argument("--unlearnt", type=Path, nargs="*", default=[], help="only the others")
    parser.add_argument("--hops", type=int, default=2, help="searches in sequence at most")
    parser.add_argument("--indexes", type=Path, help="keep indexes here, and use those that are there")
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as new:
        for name in given.tasks:
            task = read_task(given.folder / name)
            asked = {key: task.queries[key] for key in list(task.queries)[given.skip : given.skip + given.limit]}
            if files := given.learnt or given.unlearnt:
                learnt, _ = parts(files)
                asked = {key: text for key, text in asked.items() if (text in learnt) == bool(given.learnt)}
            more = ((given.hops, fade, margin) for fade in given.fade for margin in given.margin)
            rows += measured(task, asked, (given.indexes or Path(new)) / name, [(1, 1.0, 0.0), *more])
    report("hops", rows, skip=given.skip, limit=given.limit)


def measured(
    task: Task, asked: Mapping[str, str], index: Path, ways: Sequence[tuple[int, float, float]]
) -> list[dict[str, object]]:
    """A row for each number of hops, `fade` and `margin`; the first is one search."""
    documents = [Document(text_of(dict(row)), metadata={"source": name}) for name, row in task.corpus.items()]
    rows: list[dict[str, object]] = []
    single = 0.0
    for hops, fade, margin in ways:
        agent = {"use": "iterative", "retrieve": RETRIEVERS["fusion"], "name_hops": hops, "fade": fade}
        agent |= {"margin": margin}
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
            "margin": margin,
            "steps": steps,
            "searches": queries,
        }
        row["ndcg@10"] = float(np.mean([ndcg(ranking, gains) for ranking, gains in pairs]))
        row |= {"recall@10": recall, "found": (recall - single) / max(1 - single, 1e-12)}
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
